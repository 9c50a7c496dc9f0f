"""The raw SQL of this app. Every statement runs on SQLite and PostgreSQL; nodes.soundness has their differences."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.window import Window
from nodes import soundness
from nodes.fields import to_stored
from nodes.soundness import DIALECTS
from nodes.sql import LONG_AGO

_OF_NODE = "FROM events WHERE node_name = %s AND timestamp >= %s AND timestamp < %s"

# Both statements read index entries only. The id is hidden from PostgreSQL, which else counts by that.
_MORE_THAN = f"SELECT 1 {_OF_NODE} AND id > %s AND id <= %s ORDER BY timestamp DESC, id DESC LIMIT 1 OFFSET %s"
_COUNT = f"SELECT COUNT(*) {_OF_NODE} AND id + 0 <= %s AND {{stored_form}}"

# Two jumps into the index for each name.
_EDGES = f"""
WITH asked(name) AS (VALUES {{names}})
SELECT asked.name,
    (SELECT timestamp FROM events WHERE node_name = asked.name AND timestamp >= '{LONG_AGO}' AND {{stored_form}}
        ORDER BY timestamp LIMIT 1),
    (SELECT timestamp FROM events
        WHERE node_name = asked.name AND timestamp >= '{LONG_AGO}' AND timestamp < %s AND {{stored_form}}
        ORDER BY timestamp DESC LIMIT 1)
FROM asked
"""

# Broken snapshots are told of where they are among so many newest ones: each costs a reading of its time stamp.
CHECKED_SNAPSHOTS = 100
_SNAPSHOT = "timestamp, used_bytes, total_bytes, available_bytes, trash_bytes"
_SNAPSHOTS = """
SELECT * FROM (
    SELECT 'newest' AS part, {columns} FROM storage_snapshots
    WHERE node_name = %s AND timestamp <= %s AND {sound} ORDER BY timestamp DESC, id DESC LIMIT 1
) AS newest
UNION ALL SELECT * FROM (
    SELECT 'first', {columns} FROM storage_snapshots
    WHERE node_name = %s AND timestamp >= %s AND timestamp < %s AND {sound} ORDER BY timestamp, id LIMIT 1
) AS first
UNION ALL SELECT * FROM (
    SELECT 'last', {columns} FROM storage_snapshots
    WHERE node_name = %s AND timestamp >= %s AND timestamp < %s AND {sound} ORDER BY timestamp DESC, id DESC LIMIT 1
) AS last
UNION ALL SELECT 'broken', NULL, COUNT(*), NULL, NULL, NULL FROM (
    SELECT {columns} FROM storage_snapshots
    WHERE node_name = %s AND timestamp <= %s ORDER BY timestamp DESC, id DESC LIMIT {recent}
) AS recent WHERE used_bytes IS NOT NULL AND total_bytes IS NOT NULL AND ({sound}) IS NOT TRUE
"""


def has_more_than(
    connection: BaseDatabaseWrapper, name: str, span: tuple[str, str], most: int, ids: tuple[int, int]
) -> bool:
    """Whether a node has more than so many events in the span [start, end) of stored times, ids in (ids[0], ids[1]]."""
    return bool(_rows(connection, _MORE_THAN, (name, *span, *ids, most)))


def count_events(connection: BaseDatabaseWrapper, name: str, span: tuple[str, str], last_id: int) -> int:
    """How many events with a readable time a node has in the span [start, end) of stored times."""
    statement = _COUNT.format(stored_form=DIALECTS[connection.vendor].stored_form)
    return int(_rows(connection, statement, (name, *span, last_id))[0][0])


def edges(connection: BaseDatabaseWrapper, names: Sequence[str], end: datetime) -> list[tuple[Any, ...]]:
    """Name, stored time of the first event that there is of the node, and of its last one before `end`."""
    if not names:
        return []
    stored_form = DIALECTS[connection.vendor].stored_form
    statement = _EDGES.format(names=", ".join(["(%s)"] * len(names)), stored_form=stored_form)
    return _rows(connection, statement, (*names, to_stored(end)))


def snapshots(connection: BaseDatabaseWrapper, name: str, window: Window) -> dict[str, tuple[Any, ...]]:
    """Rows of (timestamp, used, total, available, trash), as far as there are any.

    `newest` is the newest not after the window's end, `first` and `last` are inside the window; the second
    field of `broken` counts the broken ones among the newest CHECKED_SNAPSHOTS.
    """
    start, end = to_stored(window.start), to_stored(window.end)
    parameters = (name, end, name, start, end, name, start, end, name, end)
    rows = _rows(connection, snapshots_sql(connection.vendor), parameters)
    return {part: tuple(fields) for part, *fields in rows}


def snapshots_sql(vendor: str) -> str:
    return _SNAPSHOTS.format(columns=_SNAPSHOT, sound=soundness.sound_snapshot(vendor), recent=CHECKED_SNAPSHOTS)


def _rows(connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
