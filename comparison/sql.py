"""The raw SQL of this app. Every statement runs on SQLite and PostgreSQL; nodes.soundness has their differences."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

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
_SNAPSHOT = ("timestamp", "used_bytes", "total_bytes", "available_bytes", "trash_bytes")
_CHOSEN = ("newest", "first", "last")
_SNAPSHOTS = f"""
WITH asked(name) AS (VALUES {{names}}), within(start, until) AS (VALUES (%s, %s)), chosen AS MATERIALIZED (
    SELECT asked.name AS name, (
        SELECT id FROM storage_snapshots WHERE node_name = asked.name AND timestamp <= within.until AND {{sound}}
        ORDER BY timestamp DESC, id DESC LIMIT 1
    ) AS newest, (
        SELECT id FROM storage_snapshots
        WHERE node_name = asked.name AND timestamp >= within.start AND timestamp < within.until AND {{sound}}
        ORDER BY timestamp, id LIMIT 1
    ) AS first, (
        SELECT id FROM storage_snapshots
        WHERE node_name = asked.name AND timestamp >= within.start AND timestamp < within.until AND {{sound}}
        ORDER BY timestamp DESC, id DESC LIMIT 1
    ) AS last, (
        SELECT COUNT(*) FROM (
            SELECT {", ".join(_SNAPSHOT)} FROM storage_snapshots
            WHERE node_name = asked.name AND timestamp <= within.until
            ORDER BY timestamp DESC, id DESC LIMIT {CHECKED_SNAPSHOTS}
        ) AS recent WHERE used_bytes IS NOT NULL AND total_bytes IS NOT NULL AND ({{sound}}) IS NOT TRUE
    ) AS broken
    FROM asked CROSS JOIN within
)
SELECT chosen.name, chosen.broken, {", ".join(f"{each}.{column}" for each in _CHOSEN for column in _SNAPSHOT)}
FROM chosen {" ".join(f"LEFT JOIN storage_snapshots AS {each} ON {each}.id = chosen.{each}" for each in _CHOSEN)}
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
    statement = _EDGES.format(names=_values(names), stored_form=stored_form)
    return _rows(connection, statement, (*names, to_stored(end)))


class Snapshots(NamedTuple):
    """Of one node: (timestamp, used, total, available, trash) of the `newest` snapshot not after a window's end, and of
    the `first` and the `last` inside it; of what there is none, the time stamp is None. `broken` counts those among
    the newest CHECKED_SNAPSHOTS."""

    name: str
    broken: int
    newest: tuple[Any, ...]
    first: tuple[Any, ...]
    last: tuple[Any, ...]


def snapshots(connection: BaseDatabaseWrapper, names: Sequence[str], window: Window) -> list[Snapshots]:
    if not names:
        return []
    statement = _SNAPSHOTS.format(names=_values(names), sound=soundness.sound_snapshot(connection.vendor))
    rows = _rows(connection, statement, (*names, to_stored(window.start), to_stored(window.end)))
    width = len(_SNAPSHOT)
    return [Snapshots(*of[:2], *(of[2 + width * n : 2 + width * (n + 1)] for n in range(len(_CHOSEN)))) for of in rows]


def _values(names: Sequence[str]) -> str:
    return ", ".join(["(%s)"] * len(names))


def _rows(connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
