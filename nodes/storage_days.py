"""Each node's storage snapshots of a day as one row, so that a month of them costs as much as a month has days.

Rows follow a watermark on the snapshots' ids, which are never given out again: a day that has a snapshot behind it is
read from its snapshots. So a late one counts at once, and the clock plays no part.
"""

import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.catalog import has_tables
from nodes.fields import from_stored, to_stored
from nodes.rollups.schema import STORAGE_TABLES
from nodes.sql import storage_days as sql
from nodes.sql.figures import FAR_AHEAD
from nodes.sql.rollups import snapshot
from nodes.sql.settled import settled_id
from nodes.sql.snapshots import StoredDay, stored_days

# From so long before the first time on: this month and the whole one before it, with what its lines begin at.
REACH = timedelta(days=65)
IDS_AT_A_TIME = 50_000
LONGEST = 1.0  # seconds in a row
# With more ids behind the watermark, as at the first time, rows are not used.
MOST_BEHIND = 5_000
TABLES = tuple(table.name for table in STORAGE_TABLES)

_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_DAY = (datetime(9999, 12, 31, tzinfo=UTC) - _1970).days

Days = dict[str, list[StoredDay]]
# From one day to before another; days are numbered from 1970 on.
Part = tuple[int, int]


class Row(NamedTuple):
    """`of` is None where all snapshots of the day are broken."""

    day: int
    broken: int
    of: StoredDay | None


def keep(connection: BaseDatabaseWrapper, now: datetime | None = None) -> bool:
    """Sums up the days that have snapshots which are not in them yet. False where there are more than one call may
    take. Raises django.db.Error.
    """
    until = time.monotonic() + LONGEST
    while (known := sql.state(connection)) is None:
        sql.begin(connection, _day_of((now or datetime.now(UTC)) - REACH))
    since, watermark, turn, newest = known
    while watermark < newest:
        if time.monotonic() > until:
            return False
        up_to = min(settled_id(connection, "storage_snapshots"), watermark + IDS_AT_A_TIME)
        if up_to <= watermark or not _kept(connection, since, watermark, up_to, turn):
            return True  # nothing is settled yet, or another is at it
        watermark, turn = up_to, turn + 1
    return True


def _kept(connection: BaseDatabaseWrapper, since: int, after: int, up_to: int, turn: int) -> bool:
    """False where another has summed up days meanwhile."""
    with snapshot(connection):
        touched = sorted(_touched(sql.behind(connection, after, up_to, _midnight(since))))
        found = [_summed(connection, *of) for of in touched]
    with transaction.atomic(using=connection.alias):
        if not sql.take_turn(connection, turn, up_to):
            return False
        sql.put(connection, found)
    return True


def end_turns(connection: BaseDatabaseWrapper) -> None:
    """What anybody has read by now is not written any more; to be called inside a transaction."""
    if (known := sql.state(connection)) is not None:
        _, watermark, turn, _ = known
        sql.take_turn(connection, turn, watermark)


def read(
    connection: BaseDatabaseWrapper, names: Sequence[str], span: tuple[datetime, datetime], end: datetime
) -> tuple[Days, dict[str, int]]:
    """As `stored_days` reads them from the snapshots; `span` begins at a midnight and contains `end`."""
    wanted = _day_of(span[0]), _day_of(span[1]) + 1
    rows, parts = _rows_and_parts(connection, names, wanted, end)
    days, broken = {}, {}
    for part, of in _alike(parts).items():
        edges = _midnight(part[0]), min(_midnight(part[1]), to_stored(span[1]))
        found, skipped = stored_days(connection, of, edges, to_stored(end)) if part[0] < part[1] else ({}, {})
        for name in of:
            before = [row for row in rows.get(name, []) if row[0] < part[0]]
            after = [row for row in rows.get(name, []) if row[0] >= part[1]]
            days[name] = [*_sound(before), *found.get(name, []), *_sound(after)]
            broken[name] = skipped.get(name, 0) + sum(row[1] for row in (*before, *after))
    return days, broken


def _rows_and_parts(
    connection: BaseDatabaseWrapper, names: Sequence[str], wanted: Part, end: datetime
) -> tuple[dict[str, list[Row]], dict[str, Part]]:
    """By name, and the days of each that have to be read from its snapshots: all that its row is not the whole of."""
    known = sql.state(connection) if has_tables(connection, TABLES) else None
    if known is None or known[3] - known[1] > MOST_BEHIND:
        return {}, dict.fromkeys(names, wanted)
    since, watermark, _, newest = known
    rows: dict[str, list[Row]] = {name: [] for name in names}
    for name, day, broken, of in sql.days(connection, names, *wanted):
        rows[name].append(Row(day, broken, of))
    behind = sql.behind(connection, watermark, newest, _midnight(wanted[0])) if newest > watermark else []
    unknown: dict[str, set[int]] = {name: _cut(rows[name], wanted, since, end) for name in names}
    for name, day in _touched(behind):
        if name in unknown and day < wanted[1]:
            unknown[name].add(day)
    return rows, {name: (min(days), max(days) + 1) if days else (0, 0) for name, days in unknown.items()}


def _cut(rows: Sequence[Row], wanted: Part, since: int, end: datetime) -> set[int]:
    """Days before there were rows; and those from the end on, of which not all counts."""
    days = {wanted[0], since - 1} if since > wanted[0] else set()
    today, second = _day_of(end), int(end.timestamp())
    if any(row.day > today or (row.of is not None and row.of.last_at >= second) for row in rows):
        days |= {today, wanted[1] - 1}
    return days


def _alike(parts: Mapping[str, Part]) -> dict[Part, list[str]]:
    names = defaultdict(list)
    for name, part in parts.items():
        names[part].append(name)
    return names


def _sound(rows: Iterable[Row]) -> Iterator[StoredDay]:
    return (row.of for row in rows if row.of is not None)


def _summed(connection: BaseDatabaseWrapper, name: str, day: int) -> tuple[str, int, int, StoredDay | None]:
    days, broken = stored_days(connection, [name], (_midnight(day), _midnight(day + 1)), FAR_AHEAD)
    return name, day, broken.get(name, 0), next(iter(days.get(name, [])), None)


def _touched(behind: Iterable[tuple[str, str]]) -> set[tuple[str, int]]:
    """Names and days, as the texts sort between the midnights: broken ones too."""
    return {(name, day) for name, at in behind if (day := _day_of_text(at)) < _LAST_DAY}


def _day_of_text(at: str) -> int:
    moment = from_stored(at)
    return bisect_right(range(_LAST_DAY + 1), at, key=_midnight) - 1 if moment is None else _day_of(moment)


def _day_of(moment: datetime) -> int:
    return (moment - _1970).days


def _midnight(day: int) -> str:
    return to_stored(_1970 + timedelta(days=day))
