"""Byte-hours of a month from storage snapshots: the area below straight lines from one to the next.

Nothing is made up before the first snapshot and after the last. The line between two snapshots on both sides of
midnight, of the month's start or of its end is cut there. Times are taken to the whole second.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.fields import to_stored
from nodes.sql.money import GAP_SECONDS, SECONDS_A_DAY, StoredDay, stored_days

# So far outside the month a snapshot can be that has a line into it.
BEYOND = timedelta(days=3)
_SECONDS_AN_HOUR = 3_600
_EPOCH = date(1970, 1, 1)
# Areas are doubled, and in seconds; nearly all are whole, and whole numbers are added far sooner than fractions.
Area = int | Fraction
_DOUBLED = 2 * _SECONDS_AN_HOUR


@dataclass
class Stored:
    """Byte-hours occupied, trash and unpaid garbage included, and allocated, in the time that snapshots cover.

    `days` has the byte-hours occupied, `hours` the hours covered, of each day in UTC. `gaps` counts the lines of over
    6 hours, in hours the `longest` of them. `trash` is the mean of what is recorded of it, in bytes.
    """

    since: datetime | None = None
    until: datetime | None = None
    days: dict[date, Fraction] = field(default_factory=dict)
    hours: dict[date, Fraction] = field(default_factory=dict)
    allocated: Fraction = Fraction(0)
    snapshots: int = 0
    gaps: int = 0
    longest: float = 0
    trash: float | None = None
    broken: int = 0

    @property
    def byte_hours(self) -> Fraction:
        return sum(self.days.values(), Fraction(0))

    @property
    def covered_hours(self) -> Fraction:
        return sum(self.hours.values(), Fraction(0))


@dataclass(frozen=True)
class _Piece:
    """Of one day: seconds, and doubled areas."""

    start: int
    end: int
    used: Area
    total: Area


def read(connection: BaseDatabaseWrapper, names: Sequence[str], start: datetime, end: datetime) -> dict[str, Stored]:
    span = to_stored(start - BEYOND), to_stored(end + BEYOND)
    days, broken = stored_days(connection, names, span, to_stored(end))
    first, last = int(start.timestamp()), int(end.timestamp())
    return {name: stored(days.get(name, []), first, last, broken.get(name, 0)) for name in names}


def stored(days: list[StoredDay], start: int, end: int, broken: int = 0) -> Stored:
    """`days` in the order of time; `start` is a midnight, both in seconds from 1970 on."""
    found, areas = Stored(broken=broken), _Areas()
    inside = [day for day in days if day.first_at >= start and not day.later]
    found.snapshots = sum(day.snapshots for day in inside)
    for day in inside:
        areas.add(_Piece(day.first_at, day.last_at, day.used_area, day.total_area))
        _add_gaps(found, day.gaps, day.longest_gap)
    for before, after in pairwise(days):
        pieces = list(_pieces_between(before, after, start, end))
        for piece in pieces:
            areas.add(piece)
        seconds = after.first_at - before.last_at
        _add_gaps(found, int(bool(pieces) and seconds > GAP_SECONDS), seconds)
    areas.into(found)
    trashed = sum(day.trash_count for day in inside)
    found.trash = sum(day.trash for day in inside) / trashed if trashed else None
    return found


def _pieces_between(before: StoredDay, after: StoredDay, start: int, end: int) -> Iterator[_Piece]:
    """The line from the last snapshot of one day to the first of a later one, cut at midnights, start and end."""
    begin, until = before.last_at, after.first_at
    midnights = range(begin // SECONDS_A_DAY * SECONDS_A_DAY + SECONDS_A_DAY, until, SECONDS_A_DAY)
    cuts = sorted({begin, until, *midnights, *(cut for cut in (start, end) if begin < cut < until)})
    for left, right in pairwise(cuts):
        if left >= start and right <= end:
            used = _doubled_area(before.last_used, after.first_used, (begin, until), (left, right))
            total = _doubled_area(before.last_total, after.first_total, (begin, until), (left, right))
            yield _Piece(left, right, used, total)


def _doubled_area(first: int, last: int, line: tuple[int, int], part: tuple[int, int]) -> Area:
    """Below a part of the straight line from `first` to `last`: the sum of its two ends, times its length."""
    length = line[1] - line[0]
    ends = 2 * first * length + (last - first) * (part[0] + part[1] - 2 * line[0])
    whole, rest = divmod(ends * (part[1] - part[0]), length)
    return whole + Fraction(rest, length) if rest else whole


class _Areas:
    """Sums of pieces by the number of their day since 1970, as they are in pieces."""

    def __init__(self) -> None:
        self._used: dict[int, Area] = {}
        self._seconds: dict[int, int] = {}
        self._total: Area = 0
        self._since = self._until = 0

    def add(self, piece: _Piece) -> None:
        if piece.start == piece.end:
            return
        day = piece.start // SECONDS_A_DAY
        self._since = min(self._since or piece.start, piece.start)
        self._until = max(self._until, piece.end)
        self._used[day] = self._used.get(day, 0) + piece.used
        self._seconds[day] = self._seconds.get(day, 0) + piece.end - piece.start
        self._total += piece.total

    def into(self, found: Stored) -> None:
        if not self._seconds:
            return
        dates = {day: _EPOCH + timedelta(days=day) for day in self._seconds}
        found.days = {dates[day]: Fraction(area) / _DOUBLED for day, area in self._used.items()}
        found.hours = {dates[day]: Fraction(seconds, _SECONDS_AN_HOUR) for day, seconds in self._seconds.items()}
        found.allocated = Fraction(self._total) / _DOUBLED
        found.since = datetime.fromtimestamp(self._since, UTC)
        found.until = datetime.fromtimestamp(self._until, UTC)


def _add_gaps(found: Stored, gaps: int, longest: int) -> None:
    found.gaps += gaps
    if gaps:
        found.longest = max(found.longest, longest / _SECONDS_AN_HOUR)
