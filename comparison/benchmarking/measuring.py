"""Runs the fresh processes and collects their samples into lines."""

import json
import os
import platform
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from comparison.benchmarking.databases import BenchmarkError, Database, run_python
from comparison.benchmarking.ways import CACHED, COLD, FIRST, FULL_LOAD, MEGABYTE, WARM, Line, Sample, Way
from comparison.window import HOURS_A_DAY

Report = Callable[[str], None]


@dataclass(frozen=True)
class Benchmark:
    """All figures. `idle` is bytes of a process that has answered nothing yet."""

    database: Database
    lines: list[Line]
    full_load: Line
    evicted: bool
    idle: int | None

    def as_dict(self) -> dict[str, Any]:
        return {
            "parameters": asdict(self.database.parameters) | {"as_of": self.database.as_of.isoformat()},
            "database_bytes": self.database.path.stat().st_size,
            "machine": machine(),
            "page_cache_dropped_before_cold_runs": self.evicted,
            "idle_megabytes": None if self.idle is None else round(self.idle / MEGABYTE, 1),
            "lines": [line.as_dict(self.full_load) for line in [*self.lines, self.full_load]],
        }


def measured(database: Database, types: Sequence[str], runs: int, report: Report) -> Benchmark:
    """Every way for each of the types, `runs` times, and one full load of the same events."""
    evicted: list[bool] = []
    idles: list[int] = []
    lines: list[Line] = []
    for type_ in types:
        samples: dict[Way, list[Sample]] = defaultdict(list)
        for run in range(runs):
            report(f"{type_}, run {run + 1} of {runs}")
            evicted.append(evict(database))
            _keep(samples, COLD, _job(database, "comparison", type_), idles)
            _keep(samples, FIRST, _job(database, "comparison", type_), idles)
        lines += [Line(type_, way, samples[way]) for way in (COLD, FIRST, WARM, CACHED)]
    report("full load of the same events")
    evicted.append(evict(database))
    full = Line("any", FULL_LOAD, [Sample(**_job(database, "full_load", types[0])["first"])])
    return Benchmark(database, lines, full, all(evicted), max(idles, default=None))


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


def _keep(samples: dict[Way, list[Sample]], way: Way, answers: dict[str, Any], idles: list[int]) -> None:
    """Sorts one process's answers: the first is of the way in which the process was begun."""
    samples[way].append(Sample(**answers["first"]))
    samples[WARM].append(Sample(**answers["warm"]))
    samples[CACHED] += [Sample(**answer) for answer in answers["cached"]]
    idles += [answers["idle"]] if answers["idle"] is not None else []


def _job(database: Database, job: str, type_: str) -> dict[str, Any]:
    order = {
        "job": job,
        "names": database.parameters.names,
        "type": type_,
        "hours": database.parameters.days * HOURS_A_DAY,
        "as_of": database.as_of.isoformat(),
    }
    done = run_python("comparison.benchmarking.child", database=database, given=json.dumps(order))
    if done.returncode != 0:
        raise BenchmarkError(f"A measuring process failed: {(done.stderr.strip() or 'no output').splitlines()[-1]}")
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def by_type(lines: Sequence[Line]) -> Iterator[tuple[str, list[Line]]]:
    for type_ in dict.fromkeys(line.type for line in lines):
        yield type_, [line for line in lines if line.type == type_]
