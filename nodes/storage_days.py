"""Each node's storage snapshots of a day as one row, so that a month of them costs as much as a month has days.

Rows follow a watermark on the snapshots' ids. A day that has a snapshot behind it is read from its snapshots, so that a
late one counts at once. Making a day anew changes nothing, so the watermark may always be set back; ids that SQLite
gives out again are those above the highest that is left.
"""

import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.catalog import has_tables
from nodes.fields import from_stored, to_stored
from nodes.known import is_usable_name
from nodes.rollups.schema import STORAGE_TABLES
from nodes.sql import storage_days as sql
from nodes.sql.figures import FAR_AHEAD
from nodes.sql.rollups import snapshot
from nodes.sql.settled import settled_id
from nodes.sql.snapshots import StoredDay, stored_days
from nodes.sql.storage_days import DayRow, State
from nodes.sql.write_ahead_log import without_checkpoint

# From so long before the first time on: this month and the whole one before it, with what its lines begin at.
REACH = timedelta(days=65)
IDS_AT_A_TIME = 10_000
LONGEST = 1.0  # seconds in a row
# With more ids behind the watermark, as at the first time, rows are not used.
MOST_BEHIND = 100_000
TABLES = tuple(table.name for table in STORAGE_TABLES)

_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_DAY = (datetime(2018, 1, 1, tzinfo=UTC) - _1970).days  # nothing is older than the network
_LAST_DAY = (datetime(9999, 12, 31, tzinfo=UTC) - _1970).days

Days = dict[str, list[StoredDay]]


def keep(connection: BaseDatabaseWrapper, now: datetime | None = None) -> bool:
    """Sums up the days that have snapshots which are not in them yet. False where there are more than one call may
    take. Raises django.db.Error.
    """
    if not has_tables(connection, TABLES):
        return True
    state, until = _begun(connection, now or datetime.now(UTC)), time.monotonic() + LONGEST
    while state.watermark < state.newest:
        if time.monotonic() > until:
            return False
        up_to = min(settled_id(connection, "storage_snapshots"), state.watermark + IDS_AT_A_TIME)
        if up_to <= state.watermark or not _kept(connection, state, up_to):
            return True  # nothing is settled yet, or another is at it
        state = state._replace(watermark=up_to, turn=state.turn + 1)
    return True


def _begun(connection: BaseDatabaseWrapper, now: datetime) -> State:
    """Put right where the clock was ahead at the first time, or ids are given out again."""
    since = max(_day_of(now - REACH), _FIRST_DAY)
    while (state := sql.state(connection)) is None:
        sql.begin(connection, since)
    if since >= state.since and state.newest >= state.watermark:
        return state
    again = (since, 0) if since < state.since else (state.since, state.newest)
    with transaction.atomic(using=connection.alias):
        sql.take_turn(connection, state.turn, *again)
    return sql.state(connection) or state


def _kept(connection: BaseDatabaseWrapper, state: State, up_to: int) -> bool:
    """False where another has summed up days meanwhile."""
    with snapshot(connection):
        touched = sorted(_touched(sql.behind(connection, state.watermark, up_to, _midnight(state.since))))
        found = [_summed(connection, *of) for of in touched]
    with without_checkpoint(connection), transaction.atomic(using=connection.alias):
        if not sql.take_turn(connection, state.turn, state.since, up_to):
            return False
        sql.put(connection, found)
    return True


def _summed(connection: BaseDatabaseWrapper, name: str, day: int) -> DayRow:
    days, broken = stored_days(connection, [name], (_midnight(day), _midnight(day + 1)), FAR_AHEAD)
    return DayRow(name, day, broken.get(name, 0), next(iter(days.get(name, [])), None))


def end_turns(connection: BaseDatabaseWrapper) -> None:
    """What anybody has read by now is not written any more; to be called inside a transaction."""
    state = sql.state(connection) if has_tables(connection, TABLES) else None
    if state is not None:
        sql.take_turn(connection, state.turn, state.since, state.watermark)


def read(
    connection: BaseDatabaseWrapper, names: Sequence[str], span: tuple[datetime, datetime], end: datetime
) -> tuple[Days, dict[str, int]]:
    """As `stored_days` reads them from the snapshots; `span` begins at a midnight and contains `end`."""
    state = sql.state(connection) if has_tables(connection, TABLES) else None
    if state is None or state.newest - state.watermark > MOST_BEHIND:
        return stored_days(connection, names, (to_stored(span[0]), to_stored(span[1])), to_stored(end))
    return _Reading(connection, names, span, end).found(state)


class _Reading:
    """By name and day what is known of it: from its row, or from its snapshots where it is cut or a row lacks some."""

    def __init__(
        self, connection: BaseDatabaseWrapper, names: Sequence[str], span: tuple[datetime, datetime], end: datetime
    ) -> None:
        self._connection, self._names, self._span, self._end = connection, names, span, end
        self._cuts, self._until = {_day_of(end), _day_of(span[1])}, end.timestamp()
        self._days: dict[str, dict[int, list[StoredDay]]] = {name: {} for name in names}
        self._broken: dict[str, dict[int, int]] = {name: {} for name in names}

    def found(self, state: State) -> tuple[Days, dict[str, int]]:
        first, last = _day_of(self._span[0]), _day_of(self._span[1]) + 1
        begin = min(max(state.since, first), last)
        if first < begin:
            self._read(self._names, first, begin)
        for row in sql.days(self._connection, self._names, begin, last):
            self._add(row)
        for day, names in self._lacking(state, range(begin, last)).items():
            self._read(names, day, day + 1)
        days = {name: [day for at in sorted(of) for day in of[at]] for name, of in self._days.items()}
        return days, {name: sum(of.values()) for name, of in self._broken.items()}

    def _add(self, row: DayRow) -> None:
        if row.day in self._cuts and self._is_cut(row):
            self._read([row.node], row.day, row.day + 1)
            return
        self._broken[row.node][row.day] = row.broken
        if row.of is not None:
            row.of.later = row.of.first_at >= self._until
            self._days[row.node][row.day] = [row.of]

    def _is_cut(self, row: DayRow) -> bool:
        """Whether the end of the span, or the end asked for, may be between snapshots of the row."""
        if row.day == _day_of(self._span[1]) or row.of is None:
            return True
        return row.of.first_at < self._until and row.of.last_at >= int(self._until)

    def _lacking(self, state: State, days: range) -> Mapping[int, list[str]]:
        """Days and nodes with snapshots that are not summed up."""
        found = defaultdict(list)
        if state.newest > state.watermark:
            behind = sql.behind(self._connection, state.watermark, state.newest, _midnight(days.start))
            for name, day in _touched(behind):
                if name in self._days and day in days:
                    found[day].append(name)
        return found

    def _read(self, names: Sequence[str], first: int, last: int) -> None:
        """A day keeps what it has where its row has more, as when snapshots were deleted."""
        edges = _midnight(first), min(_midnight(last), to_stored(self._span[1]))
        days, broken = stored_days(self._connection, names, edges, to_stored(self._end))
        for name, of in days.items():
            known = self._days[name].get(first, [])
            if sum(day.snapshots for day in known) <= sum(day.snapshots for day in of):
                self._days[name][first], self._broken[name][first] = of, broken[name]


def _touched(behind: Iterable[tuple[str, str]]) -> set[tuple[str, int]]:
    """Names of nodes and days, as the texts sort between the midnights: broken ones too."""
    known = ((name, _day_of_text(at)) for name, at in behind if is_usable_name(name))
    return {(name, day) for name, day in known if day < _LAST_DAY}


def _day_of_text(at: str) -> int:
    moment = from_stored(at)
    return bisect_right(range(_LAST_DAY + 1), at, key=_midnight) - 1 if moment is None else _day_of(moment)


def _day_of(moment: datetime) -> int:
    return (moment - _1970).days


def _midnight(day: int) -> str:
    return to_stored(_1970 + timedelta(days=day))
