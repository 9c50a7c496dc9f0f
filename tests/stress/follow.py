"""`python -m tests.stress.follow [NODES [LINES [SECONDS]]]`: what `manage.py collect` costs, and how late it is.

Writes the logs of 20 nodes at 50 lines a second each for a minute, and prints which share of one core the collector
took, how long after their lines the events were there, and by how much durations were off, of which each is known.
"""

import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from tests.nodes.intake import logs
from tests.nodes.intake.collecting import Collected, prepare
from tests.storj_site.running import wait_until

SLOTS = 7  # lines between the start of an attempt and its end
TICKS = os.sysconf("SC_CLK_TCK")


class Writer:
    """Of all logs: a line each, evenly spread over the time."""

    def __init__(self, paths: list[Path], rate: float) -> None:
        self.rate = rate
        self.written = 0  # attempts that have ended, of all logs
        self.stopping = threading.Event()
        self._files = [path.open("ab", buffering=0) for path in paths]
        self._thread = threading.Thread(target=self._run)
        self.began = time.monotonic()

    def start(self) -> None:
        self.began = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self._thread.join()
        for file in self._files:
            file.close()

    def _run(self) -> None:
        total = self.rate * len(self._files)
        number = 0
        while not self.stopping.is_set():
            time.sleep(max(0.0, self.began + number / total - time.monotonic()))
            line, node = divmod(number, len(self._files))
            self._files[node].write(self._line(line))
            number += 1

    def _line(self, number: int) -> bytes:
        """Starts and ends by turns; what starts with line n ends with line n + SLOTS."""
        now = round(time.time() - logs.START.timestamp())
        if number % 2 == 0 or number < SLOTS:
            return logs.started(now, piece=f"P{number}")
        self.written += 1
        return logs.line(now, piece=f"P{number - SLOTS}", Size=1000)


def main(nodes: int = 20, rate: float = 50, seconds: float = 60) -> None:
    with tempfile.TemporaryDirectory(prefix="follow-") as folder:
        (prepared := Path(folder) / "prepared").mkdir()
        site = Collected(prepare(prepared), Path(folder) / "site")
        paths = {f"node{number}": Path(folder) / f"node{number}.log" for number in range(nodes)}
        for path in paths.values():
            path.touch()
        site.configure(**paths)
        with site.running() as process:
            wait_until(lambda: site.output.count("Following the log") == nodes)
            _measure(site, process.pid, Writer(list(paths.values()), rate), seconds)
        sys.stdout.write("".join(f"{line}\n" for line in site.output.splitlines() if "WARNING" in line))


def _measure(site: Collected, pid: int, writer: Writer, seconds: float) -> None:
    writer.start()
    time.sleep(5)
    before, began, lags = _cpu(pid), time.monotonic(), []
    while time.monotonic() - began < seconds:
        time.sleep(0.25)
        waiting = writer.written - site.count()
        lags.append(waiting / (writer.rate / 2 * len(writer._files)))
    cpu, took = _cpu(pid) - before, time.monotonic() - began
    writer.stop()
    wait_until(lambda: site.count() == writer.written)
    load = os.getloadavg()[0]
    sys.stdout.write(
        f"{len(writer._files)} nodes, {writer.rate:.0f} lines a second each, {took:.0f} s: "
        f"{100 * cpu / took:.1f} % of a core, {_memory(pid):.0f} MB, load of the machine {load:.1f}\n"
        f"events were there after {statistics.median(lags):.2f} s (median), {max(lags):.2f} s at the most\n"
    )
    truth = SLOTS / writer.rate * 1000
    found = [row[0] for row in site.query("SELECT duration_ms FROM events WHERE duration_ms IS NOT NULL")]
    coarse = site.query("SELECT COALESCE(SUM(coarse), 0) FROM intake_timings")[0][0]
    off = sorted(abs(duration - truth) for duration in found)
    sys.stdout.write(
        f"{len(found):,} durations of {truth:.0f} ms, {coarse} of them in whole seconds: "
        f"off by {off[len(off) // 2]:.0f} ms (median), {off[len(off) * 95 // 100]:.0f} ms (95 %)\n"
    )


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
