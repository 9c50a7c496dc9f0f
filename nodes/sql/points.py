"""The statements of nodes/rollups/points.py."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.rollups.codes import BROKEN, NO_TIME
from nodes.sql.fetching import fetched

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
_UNKNOWN = -1
_COMPLETE = "UPDATE rollup_state SET points_turn = turn WHERE id = 1 AND COALESCE(turn - points_turn, %s) = %s"
_LATENCIES = "SELECT span, start, action, buckets FROM rollup_latencies WHERE node = %s"


def points_at(connection: BaseDatabaseWrapper, keys: Sequence[tuple[int, ...]]) -> list[tuple[Any, ...]]:
    """Node, span, start and sums of those of the keys that there are."""
    if not keys:
        return []
    statement = _AT.format(keys=", ".join(["(%s, %s, %s)"] * len(keys)))
    return fetched(connection, statement, *(part for key in keys for part in key))


def put_points(connection: BaseDatabaseWrapper, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_PUT, rows)


def drop_points(connection: BaseDatabaseWrapper, node: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM rollup_points WHERE node = %s", (node,))


def turns_behind(connection: BaseDatabaseWrapper) -> int | None:
    """How many turns the points lack; None where nobody knows, and 0 where nothing is counted."""
    rows = fetched(connection, "SELECT turn - points_turn FROM rollup_state WHERE id = 1")
    return rows[0][0] if rows else 0


def set_complete(connection: BaseDatabaseWrapper, behind: int | None) -> None:
    """If they lack as many as when they were begun to be made: nobody has counted without them since."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPLETE, (_UNKNOWN, _UNKNOWN if behind is None else behind))


def counted_nodes(connection: BaseDatabaseWrapper) -> list[int]:
    """The numbers of those that the roll-ups know."""
    return [number for (number,) in fetched(connection, "SELECT id FROM rollup_nodes")]


def counts_of(connection: BaseDatabaseWrapper, node: int) -> list[tuple[Any, ...]]:
    """Span, start, action, status, attempts and bytes over all satellites; only of sound events with a time."""
    return fetched(connection, _COUNTS, node, NO_TIME, BROKEN)


def latencies_of(connection: BaseDatabaseWrapper, node: int) -> list[tuple[Any, ...]]:
    """Span, start, action and packed histogram."""
    return fetched(connection, _LATENCIES, node)
