"""Metrics from the storage snapshots: space, utilization, growth and trash of one node."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import sql
from comparison.measured import Measured, day, percent
from comparison.window import Window
from nodes.fields import from_stored
from nodes.soundness import STALE_AFTER, is_whole

GROWTH_NEEDS = timedelta(hours=24)
TRASH_ALLOWED = 10  # per cent of the total that the monitor's efficiency score forgives


@dataclass(frozen=True)
class Snapshot:
    """Bytes of one moment; `trash` None where it was not recorded."""

    at: datetime
    used: int
    total: int
    free: int
    trash: int | None


@dataclass(frozen=True)
class Storage:
    """The newest snapshot not after the window's end, and the first and last inside the window."""

    newest: Snapshot | None
    first: Snapshot | None
    last: Snapshot | None
    broken: int = 0


def read(connection: BaseDatabaseWrapper, names: Sequence[str], window: Window) -> dict[str, Storage]:
    """By name, in one statement."""
    return {
        row.name: Storage(snapshot(*row.newest), snapshot(*row.first), snapshot(*row.last), row.broken)
        for row in sql.snapshots(connection, names, window)
    }


def snapshot(at: str | None, used: int, total: int, free: object, trash: object) -> Snapshot | None:
    moment = from_stored(at)
    if moment is None:  # there is none, or the form is right and the date does not exist
        return None
    left = free if is_whole(free) else max(total - used, 0)
    return Snapshot(moment, used, total, left, trash if is_whole(trash) else None)


def measure(storage: Storage, window: Window) -> Measured:
    measured = Measured()
    if storage.broken:
        measured.note(f"{storage.broken} storage snapshots were skipped: a value or time stamp is broken.")
    if storage.newest is None:
        measured.note("No storage snapshot with used and total space, so no values of storage.")
        return measured
    _space(storage.newest, measured)
    _growth(storage, measured)
    measured.basis["storage"] = {"source": "storage_snapshots", "count": 1, "as_of": storage.newest.at.isoformat()}
    if window.end - storage.newest.at > STALE_AFTER:
        measured.unranked.add("trash_percent")
        measured.note(f"Storage is as of {day(storage.newest.at)}, over two days before the end: not ranked.")
    return measured


def _space(newest: Snapshot, measured: Measured) -> None:
    utilization = percent(newest.used, newest.total)
    trash = None if newest.trash is None else percent(newest.trash, newest.total)
    measured.values |= {
        "storage_used_bytes": newest.used,
        "storage_free_bytes": newest.free,
        "storage_utilization": utilization,
        "trash_percent": trash,
        "storage_efficiency": _efficiency(utilization, trash),
    }
    if utilization is None:
        measured.note("The allocated space is recorded as zero, so there is no utilization.")
    elif trash is None:
        measured.note("Trash is not recorded for this node, so there is no trash share and no efficiency.")


def _efficiency(utilization: Fraction | None, trash: Fraction | None) -> Fraction | None:
    if utilization is None or trash is None:
        return None
    score = utilization - max(trash - TRASH_ALLOWED, Fraction(0))
    return min(max(score, Fraction(0)), Fraction(100))


def _growth(storage: Storage, measured: Measured) -> None:
    first, last, newest = storage.first, storage.last, storage.newest
    if first is None or last is None or newest is None or last.at - first.at < GROWTH_NEEDS:
        measured.note(
            "No growth: the window has no two storage snapshots a day apart; choose a longer range.",
            "growth_bytes_per_day",
        )
        return
    span = last.at - first.at
    growth = Fraction((last.used - first.used) * 86_400 * 10**6, span // timedelta(microseconds=1))
    measured.values["growth_bytes_per_day"] = growth
    if growth > 0:
        measured.values["days_until_full"] = newest.free / growth
    else:
        measured.note("No days until full: the used space does not grow.", "days_until_full")
