"""Events into the database as they are, and what the roll-ups made of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, transaction

from nodes import storage_days
from nodes.models import (
    RollupCount,
    RollupFailures,
    RollupHours,
    RollupLatencies,
    RollupNode,
    RollupPaid,
    RollupPoint,
    RollupReason,
    RollupSatellite,
)
from nodes.rollups.codes import ACTION_CODES
from nodes.rollups.histogram import Histogram, value_of
from nodes.rollups.packing import unpacked
from nodes.rollups.points import Sums, sums_of
from tests.nodes.rollups.oracle import Counts, Row

COLUMNS = (
    *("id", "timestamp", "action", "status", "size", "piece_id", "satellite_id", "node_name", "duration_ms"),
    "error_reason",
)
OURS = (
    *("nodes", "satellites", "reasons", "counts", "latencies", "points", "paid", "hours", "failures", "batches"),
    "state",
)


def empty() -> None:
    with transaction.atomic(using="events"), connections["events"].cursor() as cursor:
        for table in ("events", *(f"rollup_{name}" for name in OURS), *storage_days.TABLES):
            cursor.execute(f"DELETE FROM {table}")


def insert(rows: Iterable[Row]) -> None:
    statement = f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
    with transaction.atomic(using="events"), connections["events"].cursor() as cursor:
        cursor.executemany(statement, [[row[column] for column in COLUMNS] for row in rows])


def delete(ids: Sequence[int]) -> None:
    with transaction.atomic(using="events"), connections["events"].cursor() as cursor:
        cursor.executemany("DELETE FROM events WHERE id = %s", [(id_,) for id_ in ids])


def counts() -> Counts:
    names, satellites = _names()
    return {
        (names[row.node], row.span, row.start, satellites[row.satellite], row.action, row.status): (
            row.attempts,
            row.bytes,
        )
        for row in RollupCount.objects.using("events")
    }


def histograms() -> dict[tuple[Any, ...], Histogram]:
    names, _ = _names()
    return {
        (names[row.node], row.span, row.start, row.action): unpacked(bytes(row.buckets))
        for row in RollupLatencies.objects.using("events")
    }


def points() -> dict[tuple[Any, ...], tuple[dict[tuple[str, str], int], dict[str, int]]]:
    return {key: (sums.attempts, sums.sizes) for key, sums in _points()}


def point_percentiles() -> dict[tuple[Any, ...], int]:
    """In ms by name, span, start, action and percent."""
    return {
        (*key, ACTION_CODES[action], percent): value_of(bucket)
        for key, sums in _points()
        for (action, percent), bucket in sums.buckets.items()
    }


def _points() -> list[tuple[tuple[Any, ...], Sums]]:
    names, _ = _names()
    rows = RollupPoint.objects.using("events")
    return [((names[row.node], row.span, row.start), sums_of(bytes(row.sums))) for row in rows]


def paid() -> dict[tuple[Any, ...], tuple[int, int, int, int]]:
    names, satellites = _names()
    return {
        (names[row.node], row.day, satellites[row.satellite]): (row.egress, row.repair, row.audit, row.received)
        for row in RollupPaid.objects.using("events")
    }


def hours() -> dict[str, set[int]]:
    """By name, those with events: in hours since 1970."""
    names, _ = _names()
    found: dict[str, set[int]] = {}
    for row in RollupHours.objects.using("events"):
        bits = {row.day + bit for bit in range(64) if row.hours >> bit & 1}
        found.setdefault(names[row.node], set()).update(bits)
    return found


def failures() -> dict[tuple[Any, ...], int]:
    names, _ = _names()
    reasons = {0: None, **dict(RollupReason.objects.using("events").values_list("id", "text"))}
    return {
        (names[row.node], row.span, row.start, row.action, reasons[row.reason]): row.attempts
        for row in RollupFailures.objects.using("events")
    }


def _names() -> tuple[dict[int, str], dict[int, str | None]]:
    names = dict(RollupNode.objects.using("events").values_list("id", "name"))
    satellites = dict(RollupSatellite.objects.using("events").values_list("id", "name"))
    return names, {0: None, **satellites}
