"""Runs the fresh processes and collects their samples into lines."""

import os
import platform
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from comparison import request
from comparison.benchmarking.databases import Database, run_job, run_python
from comparison.benchmarking.scenarios import goal
from comparison.benchmarking.ways import (
    ANY_TYPE,
    BESIDE_EARNINGS,
    CACHED,
    COLD,
    COMPARISON,
    FIRST,
    FULL_LOAD,
    GROUP_BY,
    MEGABYTE,
    SAMPLE,
    WARM,
    Line,
    Sample,
    Way,
)
from comparison.metrics import EARNINGS, PERFORMANCE

Report = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What to measure, and how often."""

    types: Sequence[str]
    ranges: Sequence[int]
    runs: int


@dataclass(frozen=True)
class Benchmark:
    """All figures of one database. `idle` is bytes of a process that has answered nothing yet."""

    database: Database
    lines: list[Line]
    evicted: bool
    idle: int | None

    def as_dict(self) -> dict[str, Any]:
        return {
            "parameters": asdict(self.database.parameters) | {"as_of": self.database.as_of.isoformat()},
            "database_bytes": self.database.path.stat().st_size,
            "made": self.database.made,
            "page_cache_dropped_before_cold_runs": self.evicted,
            "idle_megabytes": None if self.idle is None else round(self.idle / MEGABYTE, 1),
            "lines": [line.as_dict() for line in self.lines],
        }


def measured(database: Database, wanted: Wanted, report: Report) -> Benchmark:
    """Each range: every way for each of the types, `runs` times, then what it is to be compared with."""
    measuring = _Measuring(database, wanted.runs, report)
    for hours in wanted.ranges:
        for type_ in wanted.types:
            measuring.comparison(hours, type_)
        if set(wanted.types) != {EARNINGS}:
            measuring.beside(hours)
    if EARNINGS in wanted.types:
        measuring.beside_earnings(wanted.ranges[0])
    return Benchmark(database, measuring.lines, all(measuring.evicted), max(measuring.idles, default=None))


def evict(database: Database) -> bool:
    """Whether the system was asked to forget what it has cached of the database's file."""
    return run_python("comparison.benchmarking.evict", str(database.path), database=database).returncode == 0


def machine() -> dict[str, Any]:
    return {
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


class _Measuring:
    def __init__(self, database: Database, runs: int, report: Report) -> None:
        self._database, self._runs, self._report = database, runs, report
        self.lines: list[Line] = []
        self.evicted: list[bool] = []
        self.idles: list[int] = []

    def comparison(self, hours: int, type_: str) -> None:
        samples: dict[Way, list[Sample]] = defaultdict(list)
        for run in range(self._runs):
            self._report(f"{hours} hours, {type_}, run {run + 1} of {self._runs}")
            for way in (COLD, FIRST):
                if way == COLD:
                    self.evicted.append(evict(self._database))
                self._keep(samples, way, self._answers("comparison", hours, type=type_, basis=request.AUTO))
        self.lines += [self._line(hours, type_, way, samples[way]) for way in COMPARISON]

    def beside(self, hours: int) -> None:
        """Where events were pruned, only the sample can be taken: the others would find nothing."""
        sample = [self._cold("comparison", hours, type=PERFORMANCE, basis=request.SAMPLE) for _ in range(self._runs)]
        self.lines.append(self._line(hours, PERFORMANCE, SAMPLE, sample))
        if not self._database.parameters.pruned:
            for way in (GROUP_BY, FULL_LOAD):
                self._report(f"{hours} hours, {way.label}")
                self.lines.append(self._line(hours, ANY_TYPE, way, [self._cold(way.key, hours)]))

    def beside_earnings(self, hours: int) -> None:
        """Once, as earnings are of the calendar month whatever the range."""
        if not self._database.parameters.pruned:
            for way in BESIDE_EARNINGS:
                self._report(f"{EARNINGS}, {way.label}")
                self.lines.append(self._line(hours, EARNINGS, way, [self._cold(way.key, hours)]))

    def _cold(self, job: str, hours: int, **order: Any) -> Sample:
        self.evicted.append(evict(self._database))
        return Sample(**self._answers(job, hours, **order)["first"])

    def _keep(self, samples: dict[Way, list[Sample]], way: Way, answers: dict[str, Any]) -> None:
        """Sorts one process's answers: the first is of the way in which the process was begun."""
        samples[way].append(Sample(**answers["first"]))
        samples[WARM].append(Sample(**answers["warm"]))
        samples[CACHED] += [Sample(**answer) for answer in answers["cached"]]

    def _answers(self, job: str, hours: int, **order: Any) -> dict[str, Any]:
        answers = run_job(self._database, job, names=self._database.parameters.names, hours=hours, **order)
        self.idles += [answers["idle"]] if answers["idle"] is not None else []
        return answers

    def _line(self, hours: int, type_: str, way: Way, samples: Sequence[Sample]) -> Line:
        return Line(hours, type_, way, goal(way, self._database.parameters.nodes, hours, type_), samples)
