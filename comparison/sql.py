"""The raw SQL of this app. Every statement runs on SQLite and PostgreSQL; nodes.soundness has their differences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.window import Window
from nodes import soundness
from nodes.fields import to_stored
from nodes.soundness import DIALECTS
from nodes.sql import LONG_AGO, RECENT_SNAPSHOTS

_IN_WINDOW = "FROM events WHERE node_name = %s AND timestamp >= %s AND timestamp < %s ORDER BY timestamp DESC, id DESC"

# The database aggregates and sends some 15 rows a node: it works outside Python's lock, while threads that fetch
# the events themselves wait for one another.
# The newest events are found by index and then read in the order of their ids: read backwards, as the index
# has them, a disk cannot read ahead, and a cold comparison took twice as long (490 to 240 ms for five nodes).
# MATERIALIZED, or whether an event is sound would be worked out four times a row.
_SAMPLE = """
WITH sample AS MATERIALIZED (
    SELECT timestamp, action, status, size, duration_ms, {sound} AS sound
    FROM events WHERE id IN (SELECT id {in_window} LIMIT %s)
)
SELECT CASE WHEN sound THEN action END, CASE WHEN sound THEN status END, COUNT(*),
    SUM(CASE WHEN sound THEN size END), MIN(timestamp), MAX(timestamp),
    {durations}
FROM sample GROUP BY 1, 2
"""

_FIRST_EVENT = f"""
SELECT timestamp FROM events WHERE node_name = %s AND timestamp >= '{LONG_AGO}' AND {{stored_form}}
ORDER BY timestamp LIMIT 1
"""

_LAST_EVENT = f"""
SELECT timestamp FROM events
WHERE node_name = %s AND timestamp < %s AND timestamp >= '{LONG_AGO}' AND {{stored_form}}
ORDER BY timestamp DESC LIMIT 1
"""

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


@dataclass(frozen=True)
class SampleGroup:
    """Events of one action and status; both None for the broken ones. `durations` in ms, unsorted."""

    action: str | None
    status: str | None
    count: int
    bytes: int
    first: str
    last: str
    durations: list[int]


def sample(connection: BaseDatabaseWrapper, name: str, window: Window, limit: int) -> list[SampleGroup]:
    """The newest `limit` events of a node in the window, by action and status."""
    return [
        SampleGroup(action, status, count, int(total or 0), first, last, _numbers(durations))
        for action, status, count, total, first, last, durations in _rows(
            connection, sample_sql(connection.vendor), (*_bounds(name, window), limit)
        )
    ]


def sample_sql(vendor: str) -> str:
    return _SAMPLE.format(in_window=_IN_WINDOW, sound=soundness.sound(vendor), durations=soundness.durations(vendor))


def has_more_than(connection: BaseDatabaseWrapper, name: str, window: Window, limit: int) -> bool:
    """Whether the window has more than `limit` events of this node; reads index entries only."""
    sql = f"SELECT 1 {_IN_WINDOW} LIMIT 1 OFFSET %s"
    return bool(_rows(connection, sql, (*_bounds(name, window), limit)))


def first_event(connection: BaseDatabaseWrapper, name: str) -> str | None:
    """The stored time stamp of the first event that is known of this node."""
    sql = _FIRST_EVENT.format(stored_form=DIALECTS[connection.vendor].stored_form)
    return next((stamp for (stamp,) in _rows(connection, sql, (name,))), None)


def last_event(connection: BaseDatabaseWrapper, name: str, window: Window) -> str | None:
    """The stored time stamp of the last event before the window's end."""
    sql = _LAST_EVENT.format(stored_form=DIALECTS[connection.vendor].stored_form)
    return next((stamp for (stamp,) in _rows(connection, sql, (name, to_stored(window.end)))), None)


def snapshots(connection: BaseDatabaseWrapper, name: str, window: Window) -> dict[str, tuple[Any, ...]]:
    """Rows of (timestamp, used, total, available, trash), as far as there are any.

    `newest` is the newest not after the window's end, `first` and `last` are inside the window; the second
    field of `broken` counts the broken ones among the newest RECENT_SNAPSHOTS.
    """
    start, end = to_stored(window.start), to_stored(window.end)
    parameters = (name, end, name, start, end, name, start, end, name, end)
    rows = _rows(connection, snapshots_sql(connection.vendor), parameters)
    return {part: tuple(fields) for part, *fields in rows}


def snapshots_sql(vendor: str) -> str:
    return _SNAPSHOTS.format(columns=_SNAPSHOT, sound=soundness.sound_snapshot(vendor), recent=RECENT_SNAPSHOTS)


def _bounds(name: str, window: Window) -> tuple[str, str, str]:
    return name, to_stored(window.start), to_stored(window.end)


def _rows(connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _numbers(joined: str | None) -> list[int]:
    return [int(number) for number in joined.split(",")] if joined else []
