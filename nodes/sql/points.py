"""The statements of nodes/rollups/points.py."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.rollups.codes import BROKEN, NO_TIME

_AT = """
WITH wanted(a, b, c) AS (VALUES {keys})
SELECT node, span, start, sums FROM wanted CROSS JOIN rollup_points WHERE node = a AND span = b AND start = c
"""
_PUT = """
INSERT INTO rollup_points (node, span, start, sums) VALUES (%s, %s, %s, %s)
ON CONFLICT (node, span, start) DO UPDATE SET sums = excluded.sums
"""
_COUNTS = """
SELECT span, start, action, status, SUM(attempts), SUM(bytes) FROM rollup_counts
WHERE node = %s AND span <> %s AND action <> %s GROUP BY span, start, action, status
"""
_LATENCIES = "SELECT span, start, action, buckets FROM rollup_latencies WHERE node = %s"


def points_at(connection: BaseDatabaseWrapper, keys: Sequence[tuple[int, ...]]) -> list[tuple[Any, ...]]:
    """Node, span, start and sums of those of the keys that there are."""
    if not keys:
        return []
    statement = _AT.format(keys=", ".join(["(%s, %s, %s)"] * len(keys)))
    return _rows(connection, statement, *(part for key in keys for part in key))


def put_points(connection: BaseDatabaseWrapper, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_PUT, rows)


def drop_points(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM rollup_points")


def counted_nodes(connection: BaseDatabaseWrapper) -> list[int]:
    """The numbers of those that the roll-ups know."""
    return [number for (number,) in _rows(connection, "SELECT id FROM rollup_nodes")]


def counts_of(connection: BaseDatabaseWrapper, node: int) -> list[tuple[Any, ...]]:
    """Span, start, action, status, attempts and bytes over all satellites; only of sound events with a time."""
    return _rows(connection, _COUNTS, node, NO_TIME, BROKEN)


def latencies_of(connection: BaseDatabaseWrapper, node: int) -> list[tuple[Any, ...]]:
    """Span, start, action and packed histogram."""
    return _rows(connection, _LATENCIES, node)


def _rows(connection: BaseDatabaseWrapper, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return list(cursor.fetchall())
