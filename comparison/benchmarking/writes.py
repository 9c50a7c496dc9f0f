"""What is written to the disk while events come in: an SD card lives for so many megabytes."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from comparison.benchmarking.databases import Database, prepared, run_job
from comparison.benchmarking.resources import bytes_written
from comparison.benchmarking.scenarios import SEED, Parameters
from nodes import sql
from nodes.demo.fill import Plan
from nodes.demo.traffic import Dealer, Slice
from nodes.rollups.roll import rollup_once
from nodes.router import EVENTS

EVENTS_A_SECOND = 20
COMMIT_EVERY = 5  # seconds; the monitor's "few"
MINUTES_A_DAY = 24 * 60
# What is there before: a day of events, counted, so that the pages are those of a database that has lived.
BEFORE = Parameters(nodes=5, events_per_node=50_000, days=1)


Bytes = dict[str, int | None]  # keys as in resources.bytes_written


@dataclass(frozen=True)
class Writes:
    """Bytes in so many minutes, without and with one roll-up a minute; None where the system does not tell."""

    minutes: int
    events_alone: Bytes
    with_rollup: Bytes
    longest_write_ms: float

    def as_dict(self) -> dict[str, Any]:
        return {
            "minutes": self.minutes,
            "events_a_second": EVENTS_A_SECOND,
            "megabytes_a_day": {"events": self.events_a_day, "rollup": self.rollup_a_day},
            "longest_write_ms": self.longest_write_ms,
        }

    @property
    def events_a_day(self) -> dict[str, float | None]:
        return {key: self._a_day(written) for key, written in self.events_alone.items()}

    @property
    def rollup_a_day(self) -> dict[str, float | None]:
        added = _difference(self.with_rollup, self.events_alone)
        return {key: self._a_day(written) for key, written in added.items()}

    def _a_day(self, written: int | None) -> float | None:
        return None if written is None else round(written * MINUTES_A_DAY / self.minutes / 10**6, 1)


def measured(folder: Path, minutes: int, report: Callable[[str], None], before: Parameters = BEFORE) -> Writes:
    report("the database that events are written to")
    database = prepared(folder, before)
    report(f"{minutes} minutes of events")
    alone = _lived(database, minutes, rollup=False)
    report(f"{minutes} minutes of events and roll-ups")
    both = _lived(database, minutes, rollup=True)
    return Writes(minutes, alone["written"], both["written"], both["longest_write_ms"])


def live(parameters: Parameters, begin: datetime, minutes: int, rollup: bool) -> dict[str, Any]:
    """Commits as the monitor does, as fast as it can; and with `rollup` counts them after each minute."""
    began, locked = bytes_written(), 0.0
    dealer, shares = _dealer(parameters, begin), _shares(parameters.nodes)
    first = int(begin.timestamp()) // COMMIT_EVERY * COMMIT_EVERY
    for second in range(first, first + minutes * 60, COMMIT_EVERY):
        _commit(dealer.rows(Slice(second, second + COMMIT_EVERY, shares)))
        if rollup and (second + COMMIT_EVERY - first) % 60 == 0:
            locked = max(locked, rollup_once().locked)
    connections.close_all()
    return {"written": _difference(bytes_written(), began), "longest_write_ms": round(locked * 1000, 1)}


def _difference(all_: Bytes, part: Bytes) -> Bytes:
    pairs = {key: (whole, part[key]) for key, whole in all_.items()}
    return {key: None if whole is None or some is None else whole - some for key, (whole, some) in pairs.items()}


def _lived(database: Database, minutes: int, rollup: bool) -> dict[str, Any]:
    """In a copy: the next measurement begins with the same database."""
    with tempfile.TemporaryDirectory(prefix="life-", dir=database.path.parent) as folder:
        copy = Path(folder) / database.path.name
        shutil.copy(database.path, copy)
        return run_job(replace(database, path=copy), "life", minutes=minutes, rollup=rollup)


def _dealer(parameters: Parameters, begin: datetime) -> Dealer:
    plan = Plan(parameters.nodes, parameters.events_per_node, parameters.days, begin, SEED)
    return Dealer(plan.stories, plan.decks, SEED + 1)


def _shares(nodes: int) -> tuple[int, ...]:
    return (EVENTS_A_SECOND * COMMIT_EVERY // nodes,) * nodes


def _commit(rows: list[Any]) -> None:
    with transaction.atomic(using=EVENTS):
        sql.insert_events(connections[EVENTS], rows)
