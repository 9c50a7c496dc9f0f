"""The first count of all events of a file, while people use the site.

`python -m tests.stress.catch_up FILE [site]`, where the file is one that `manage.py demo` made; what was counted of it
is forgotten first. The real server runs on it, and somebody asks for /healthz and for a comparison of every range,
none of them cached, once a second. Another process counts, in batches as `manage.py rollup` does; with "site" the
server's own housekeeper. Prints how long the answers took, and the counting.
"""

import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from nodes.rollups.roll import BATCH  # noqa: E402
from nodes.rollups.schema import OWN_TABLES  # noqa: E402
from tests.processes import ROOT, environment, site_in  # noqa: E402
from tests.storj_site.running import Answer, Site, running  # noqa: E402
from tests.stress.scenario import load_average, watched  # noqa: E402

EVERY = 1.0  # seconds
RANGES = ("24h", "7d", "30d")
OK = 200


class Visitor:
    """Somebody who looks at the site, and what came of it: seconds of each kind of request, sources, troubles."""

    def __init__(self, site: Site, names: list[str]) -> None:
        self.took: dict[str, list[float]] = defaultdict(list)
        self.sources: Counter[str] = Counter()
        self.troubles: list[str] = []
        self._site, self._names = site, names

    def look(self) -> None:
        self._timed("/healthz", lambda: self._site.get("/healthz"))
        for range_ in RANGES:
            body = json.dumps({"nodes": self._names, "timeRange": range_})
            answer = self._timed(range_, lambda: self._post(body))  # noqa: B023
            nodes = json.loads(answer.text).get("nodes", [])
            self.sources.update(node["basis"]["groups"]["traffic"]["source"] for node in nodes if not node["error"])
            self.troubles += [node["error"] for node in nodes if node["error"]]

    def _post(self, body: str) -> Answer:
        return self._site.post("/api/comparison", body, **{"Content-Type": "application/json"})

    def _timed(self, kind: str, ask: Callable[[], Answer]) -> Answer:
        began = time.perf_counter()
        answer = ask()
        self.took[kind].append(time.perf_counter() - began)
        if answer.status != OK:
            self.troubles.append(f"{kind}: {answer.status} {answer.text[:200]}")
        return answer

    def say(self, when: str) -> None:
        for kind, took in self.took.items():
            median, slowest = statistics.median(took) * 1000, max(took) * 1000
            print_line(f"{when}, {kind}: median {median:.0f} ms, slowest {slowest:.0f} ms of {len(took)}")
        print_line(f"{when}: nodes by source {dict(self.sources)}, errors {self.troubles[:5] or 'none'}")


def main(file: Path, by_site: bool) -> int:
    names = _forget(file)
    with tempfile.TemporaryDirectory(prefix="catch-up-") as name:
        folder = Path(name)
        shared = site_in(folder, file, PUBLIC_READ="True", COMPARISON_CACHE_TTL="0", ROLLUP_INTERVAL=int(by_site))
        with running(folder, **shared) as site, watched(Path(f"{file}-wal")) as sizes:
            during, after = Visitor(site, names), Visitor(site, names)
            count = partial(_by_site, site, file) if by_site else partial(_by_process, folder, file)
            counted = count(during)
            for _ in range(10):
                after.look()
    during.say("meanwhile")
    after.say("after")
    print_line(f"counting: {counted}")
    print_line(f"greatest write-ahead log: {max(sizes) / 1e6:.1f} MB; {load_average()}")
    return len(during.troubles + after.troubles)


def print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _forget(file: Path) -> list[str]:
    """Returns the names of the nodes."""
    with closing(sqlite3.connect(file)) as connection, connection:
        for table in OWN_TABLES:
            connection.execute(f"DELETE FROM {table.name}")
        return [name for (name,) in connection.execute("SELECT DISTINCT node_name FROM events")]


def _by_process(folder: Path, file: Path, visitor: Visitor) -> str:
    command = [sys.executable, "-m", "tests.stress.counting", str(BATCH)]
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=environment(folder, file), stdout=subprocess.PIPE, text=True)
    _look_until(visitor, lambda: process.poll() is not None)
    found = json.loads(process.communicate()[0])
    return (
        f"{found['events']:,} events at {found['events'] / (time.monotonic() - began):,.0f} a second in "
        f"{found['batches']} batches, slowest {found['slowest']:.2f} s, longest transaction "
        f"{found['locked'] * 1000:.0f} ms, peak memory {found['peak_mb']:.0f} MB"
    )


def _by_site(site: Site, file: Path, visitor: Visitor) -> str:
    began = time.monotonic()
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        (newest,) = connection.execute("SELECT MAX(id) FROM events").fetchone()
        statement = "SELECT COALESCE(MAX(watermark), 0) FROM rollup_state"
        _look_until(visitor, lambda: connection.execute(statement).fetchone()[0] >= newest)
    rate = newest / (time.monotonic() - began)
    peaks = [re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()) for pid in site.workers]
    memory = ", ".join(f"{int(found[1]) / 1000:.0f} MB" for found in peaks if found)
    return f"{newest:,} events at {rate:,.0f} a second by the server, whose peak memory was {memory}"


def _look_until(visitor: Visitor, is_over: Callable[[], bool]) -> None:
    while not is_over():
        looked = time.monotonic()
        visitor.look()
        time.sleep(max(0.0, EVERY - (time.monotonic() - looked)))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), by_site="site" in sys.argv[2:]))
