"""A writer alone, then a writer, five readers and the counting of events at once: what came of it, in figures."""

import json
import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.nodes import monitor_files
from tests.processes import ROOT, environment, manage
from tests.stress.ledger import Ledger

READERS = 5
LOOK_EVERY = 0.02  # seconds


@dataclass(frozen=True)
class Load:
    """`pause` is that of a reader between two comparisons, in seconds. `seconds_alone` may be 0.

    `settings` are those of the readers' process, beside the usual ones.
    """

    seconds: float
    rate: int
    seconds_alone: float = 0
    pause: float = 0
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Times:
    """Of a batch, in milliseconds."""

    median: float
    p95: float
    worst: float

    @classmethod
    def of(cls, batches: Sequence[tuple[float, float]]) -> "Times":
        each = sorted((ended - began) * 1000 for began, ended in batches)
        return cls(statistics.median(each), each[(95 * len(each) + 99) // 100 - 1], each[-1])

    def ratios(self, alone: "Times") -> tuple[float, float, float]:
        return self.median / alone.median, self.p95 / alone.p95, self.worst / alone.worst

    def __str__(self) -> str:
        return f"median {self.median:.1f} ms, 95 % within {self.p95:.1f} ms, worst {self.worst:.1f} ms"


@dataclass(frozen=True)
class Outcome:
    """`strange` comparisons are those that were right at no moment; `wrong` is what the oracles said, if anything."""

    alone: Times | None
    beside: Times
    events: int
    comparisons: list[dict[str, Any]]
    strange: list[dict[str, Any]]
    troubles: list[str]
    batches: int
    locked: float
    greatest_wal: int
    wrong: str

    @property
    def lines(self) -> Iterator[str]:
        if self.alone is not None:
            yield f"writer alone: {self.alone}"
        yield f"writer beside readers: {self.beside}"
        if self.alone is not None:
            yield "ratio: median {:.2f}, 95 % {:.2f}, worst {:.2f}".format(*self.beside.ratios(self.alone))
        took = [seen["answered"] - seen["asked"] for seen in self.comparisons]
        sampled = sum(seen["sampled"] for seen in self.comparisons)
        yield (
            f"comparisons: {len(took)}, median {statistics.median(took) * 1000:.0f} ms, "
            f"slowest {max(took) * 1000:.0f} ms, {sampled} of a sample, right at no moment: {len(self.strange)}"
        )
        yield f"roll-up: {self.events} events, {self.batches} batches, longest transaction {self.locked * 1000:.0f} ms"
        yield f"greatest write-ahead log: {self.greatest_wal / 1e6:.1f} MB"
        yield f"errors: {self.troubles[:5] or 'none'}"
        yield f"against the oracles: {self.wrong or 'all equal'}"


def run(folder: Path, load: Load) -> Outcome:
    alone = None
    if load.seconds_alone:
        alone = Times.of(_written(_file(folder, "alone.db"), load.seconds_alone, load.rate))
    file = _file(folder, "events.db")
    with watched(Path(f"{file}-wal")) as sizes, _visitors(folder, file, load) as visitors:
        batches = _written(file, load.seconds, load.rate)
        found = json.loads(visitors.communicate()[0])
    end = datetime.now(UTC)
    manage(folder, "rollup", "--until-done", events=file)
    ledger = Ledger(file, batches)
    strange = [seen for seen in found["comparisons"] if not seen["sampled"] and not ledger.explains(seen)]
    return Outcome(
        alone=alone,
        beside=Times.of(batches),
        events=found["counted"],
        comparisons=found["comparisons"],
        strange=strange,
        troubles=found["troubles"],
        batches=found["batches"],
        locked=found["locked"],
        greatest_wal=max(sizes),
        wrong=_verified(folder, file, end),
    )


def _file(folder: Path, name: str) -> Path:
    """As the current monitor leaves it, without events, and adopted."""
    file = monitor_files.current(folder / name, events=1)
    with monitor_files.writing(file) as connection:
        connection.execute("DELETE FROM events")
    adopted = manage(folder, "adopt", events=file)
    assert adopted.returncode == 0, adopted.stderr
    return file


def _written(file: Path, seconds: float, rate: int) -> list[tuple[float, float]]:
    command = [sys.executable, "-m", "tests.stress.writer", str(file), str(seconds), str(rate)]
    written = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return [(began, ended) for began, ended in json.loads(written.stdout)]


@contextmanager
def _visitors(folder: Path, file: Path, load: Load) -> "Iterator[subprocess.Popen[bytes]]":
    command = [sys.executable, "-m", "tests.stress.visitors", str(READERS), str(load.pause)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (folder / "visitors.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(folder, file, **load.settings), stderr=log, **pipes
        )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n", (folder / "visitors.log").read_text()
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def watched(file: Path) -> Iterator[list[int]]:
    """The sizes of a file that need not be there."""
    sizes, ended = [0], threading.Event()

    def look() -> None:
        while not ended.wait(LOOK_EVERY):
            if file.exists():
                sizes.append(file.stat().st_size)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield sizes
    finally:
        ended.set()
        thread.join()


def _verified(folder: Path, file: Path, end: datetime) -> str:
    command = [sys.executable, "-m", "tests.stress.verify", str(file), end.isoformat()]
    options: dict[str, Any] = {"cwd": ROOT, "env": environment(folder, file), "capture_output": True, "text": True}
    done = subprocess.run(command, check=False, **options)
    return "" if done.returncode == 0 else done.stderr[-2000:] or f"code {done.returncode}"


def load_average() -> str:
    return "load average {:.1f} {:.1f} {:.1f}".format(*os.getloadavg())


def cpu_of_workers(pid: int) -> float:
    """Seconds of processor that the children of a server have used."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    used = (Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[11:13] for child in children)
    return sum(int(ticks) for each in used for ticks in each) / os.sysconf("SC_CLK_TCK")
