"""`python -m tests.stress.node_apis [NODES [SECONDS]]`: one process asks 200 node APIs, some of which misbehave.

Plays the nodes in a process of their own, so that the CPU time is the poller's. Prints how long a round took, its CPU
time, and what was stored; fails if a node that behaves was not stored within the interval.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storj_site.settings")
ROOT = Path(__file__).resolve().parents[2]
FIRST_PORT = 24_000
MISBEHAVE = ("silent", "dripping", "failing", "nested", "endless")


def main(nodes: int = 200, interval: float = 300) -> int:
    with tempfile.TemporaryDirectory(prefix="stress-") as folder:
        os.environ |= {
            "SECRET_KEY": "only-for-this",
            "DATA_DIR": folder,
            "EVENTS_DATABASE_URL": f"sqlite:///{folder}/e.db",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("migrate", database="events", verbosity=0)
        bad = nodes // 10
        served = [_serve(nodes - bad, FIRST_PORT, "well")]
        each = max(1, bad // len(MISBEHAVE))
        for number, behaviour in enumerate(MISBEHAVE):
            served.append(_serve(each, FIRST_PORT + nodes - bad + number * each, behaviour))
        try:
            return _measure(nodes - bad, nodes - bad + each * len(MISBEHAVE), interval)
        finally:
            for process in served:
                process.terminate()
                process.wait()


def _serve(count: int, port: int, behaviour: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.nodes.sno.fake", "--count", str(count), "--port", str(port)]
    process = subprocess.Popen([*command, "--behaviour", behaviour], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout
    for _ in range(count):
        process.stdout.readline()
    return process


def _measure(well: int, nodes: int, interval: float) -> int:
    from nodes.models import Node, SnoNode, StorageSnapshot
    from nodes.sno.poller import Poller

    Node.objects.bulk_create(
        Node(name=f"node {number:03}", api_url=f"http://127.0.0.1:{FIRST_PORT + number}") for number in range(nodes)
    )
    poller, stopping = Poller(interval), threading.Event()
    began, cpu = time.monotonic(), time.process_time()
    thread = threading.Thread(target=poller.run, args=(stopping,))
    thread.start()
    well_done = 0.0
    while poller.asked < nodes and time.monotonic() - began < interval:
        time.sleep(0.5)
        answered = SnoNode.objects.using("events").filter(answered__isnull=False).count()
        well_done = well_done or (time.monotonic() - began if answered == well else 0.0)
    took, spent = time.monotonic() - began, time.process_time() - cpu
    time.sleep(1)
    stopping.set()
    thread.join()
    stored = StorageSnapshot.objects.using("events").count()
    down = SnoNode.objects.using("events").filter(down_since__isnull=False).count()
    lines = (
        f"{well} nodes that behave were stored after {well_done:.1f} s",
        f"all {poller.asked} of {nodes} were asked after {took:.1f} s",
        f"CPU time {spent:.1f} s, {100 * spent / interval:.1f} % of a core if done each {interval:.0f} s",
        f"snapshots {stored}, nodes that are down {down}",
    )
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(stored != well or down != nodes - well)


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
