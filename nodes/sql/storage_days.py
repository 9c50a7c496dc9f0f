"""The statements of nodes/storage_days.py."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.sql.fetching import fetched
from nodes.sql.figures import FAR_AHEAD
from nodes.sql.snapshots import StoredDay

Rows = list[tuple[Any, ...]]

_SIZES = "first_at, first_used, first_total, last_at, last_used, last_total, snapshots"
# Sums can be too large for a whole number of a database: as texts.
_TEXTS = "used_area, total_area, trash"
_COUNTS = "longest_gap, gaps, trash_count"
_COLUMNS = f"{_SIZES}, {_TEXTS}, {_COUNTS}"
_WHERE = "node IN ({names}) AND day >= %s AND day < %s"
_DAYS = f"SELECT node, day, broken, {_COLUMNS} FROM rollup_storage WHERE {_WHERE} ORDER BY node, day"
# A day keeps what it has when snapshots of it were deleted.
_PUT = f"""
INSERT INTO rollup_storage (node, day, broken, {_COLUMNS})
VALUES ({", ".join(["%s"] * 16)})
ON CONFLICT (node, day) DO UPDATE
SET broken = excluded.broken, {", ".join(f"{column} = excluded.{column}" for column in _COLUMNS.split(", "))}
WHERE excluded.snapshots + excluded.broken >= rollup_storage.snapshots + rollup_storage.broken
"""
_STATE = """
SELECT since, watermark, turn, (SELECT COALESCE(MAX(id), 0) FROM storage_snapshots)
FROM rollup_storage_state WHERE id = 1
"""
_BEGIN = """
INSERT INTO rollup_storage_state (id, since, watermark, turn) VALUES (1, %s, 0, 0) ON CONFLICT (id) DO NOTHING
"""
_NEXT_TURN = """
UPDATE rollup_storage_state SET turn = turn + 1, since = %s, watermark = %s WHERE id = 1 AND turn = %s
"""
_BEHIND = f"""
SELECT node_name, timestamp FROM storage_snapshots
WHERE id > %s AND id <= %s AND timestamp >= %s AND timestamp < '{FAR_AHEAD}' AND node_name IS NOT NULL
"""


class State(NamedTuple):
    """From which day on there are rows, up to which id they have snapshots, and the newest id that there is."""

    since: int
    watermark: int
    turn: int
    newest: int


class DayRow(NamedTuple):
    """Days are numbered from 1970 on. `of` is None where all snapshots of the day are broken."""

    node: str
    day: int
    broken: int
    of: StoredDay | None


def state(connection: BaseDatabaseWrapper) -> State | None:
    """None where nothing was summed up yet."""
    rows = fetched(connection, _STATE)
    return State(*rows[0]) if rows else None


def begin(connection: BaseDatabaseWrapper, since: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, (since,))


def take_turn(connection: BaseDatabaseWrapper, turn: int, since: int, watermark: int) -> bool:
    """Moves these if nobody has taken a turn since this one; the first write of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_TURN, (since, watermark, turn))
        return bool(cursor.rowcount == 1)


def behind(connection: BaseDatabaseWrapper, after: int, up_to: int, since: str) -> Rows:
    """Name and stored time of the snapshots with an id after one and up to the other, from a stored time on."""
    return fetched(connection, _BEHIND, after, up_to, since)


def days(connection: BaseDatabaseWrapper, names: Sequence[str], first: int, last: int) -> list[DayRow]:
    """Of the days from `first` to before `last`."""
    statement = _DAYS.format(names=", ".join(["%s"] * len(names)))
    rows = fetched(connection, statement, *names, first, last)
    return [DayRow(name, day, broken, _day(*rest)) for name, day, broken, *rest in rows]


def put(connection: BaseDatabaseWrapper, rows: Sequence[DayRow]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_PUT, [(name, day, broken, *_values(of)) for name, day, broken, of in rows])


def _values(day: StoredDay | None) -> tuple[Any, ...]:
    if day is None:
        return (0,) * 7 + ("0",) * 3 + (0,) * 3
    sizes = day.first_at, day.first_used, day.first_total, day.last_at, day.last_used, day.last_total, day.snapshots
    texts = str(day.used_area), str(day.total_area), str(day.trash)
    return *sizes, *texts, day.longest_gap, day.gaps, day.trash_count


def _day(*values: Any) -> StoredDay | None:
    *sizes, snapshots, used_area, total_area, trash, longest_gap, gaps, trash_count = values
    if not snapshots:
        return None
    areas = int(used_area), int(total_area)
    fields: tuple[Any, ...] = (*sizes, snapshots, *areas, longest_gap, gaps, int(trash), trash_count)
    return StoredDay(False, *fields)
