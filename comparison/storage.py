"""Metrics from the storage snapshots: space, utilization, growth and trash of one node."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.db.models import QuerySet

from comparison.measured import STALE_AFTER, Measured, day, is_whole, percent
from comparison.window import Window
from nodes.models import StorageSnapshot

GROWTH_NEEDS = timedelta(hours=24)
TRASH_ALLOWED = 10  # per cent of the total that the monitor's efficiency score forgives
# So many broken rows in a row are passed over; nobody has that many without a broken disk.
PASSED_OVER = 100


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


def read(name: str, window: Window) -> Storage:
    usable = StorageSnapshot.objects.filter(node_name=name, used_bytes__isnull=False, total_bytes__isnull=False)
    inside = usable.filter(timestamp__gte=window.start, timestamp__lt=window.end)
    newest, broken = _first_sound(usable.filter(timestamp__lte=window.end).order_by("-timestamp", "-id"))
    first, _ = _first_sound(inside.order_by("timestamp", "id"))
    last, _ = _first_sound(inside.order_by("-timestamp", "-id"))
    return Storage(newest, first, last, broken)


def _first_sound(rows: QuerySet[StorageSnapshot]) -> tuple[Snapshot | None, int]:
    """The first row that can be computed with, and how many broken ones stood before it."""
    fields = rows.values_list("timestamp", "used_bytes", "total_bytes", "available_bytes", "trash_bytes")
    broken = 0
    for row in _one_then_the_rest(fields):
        snapshot = _snapshot(*row)
        if snapshot:
            return snapshot, broken
        broken += 1
    return None, broken


def _one_then_the_rest(fields: "QuerySet[StorageSnapshot, tuple[object, ...]]") -> Iterable[tuple[object, ...]]:
    # The first row nearly always will do, and an open-ended read would hold up the snapshot.
    yield from fields[:1]
    yield from fields[1:PASSED_OVER]


def _snapshot(at: object, used: object, total: object, free: object, trash: object) -> Snapshot | None:
    if not isinstance(at, datetime) or not isinstance(used, int) or not isinstance(total, int):
        return None
    if used < 0 or total < 0:
        return None
    left = free if isinstance(free, int) and free >= 0 else max(total - used, 0)
    return Snapshot(at, used, total, left, trash if isinstance(trash, int) and is_whole(trash) else None)


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
