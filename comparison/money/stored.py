"""Byte-hours of a month from storage snapshots: the area below straight lines from one to the next.

Nothing is made up before the first snapshot and after the last. The line between two snapshots on both sides of
midnight, of the month's start or of its end is cut there. Times are taken to the whole second.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.fields import to_stored
from nodes.sql.money import GAP_SECONDS, StoredDay, stored_days

# So far outside the month a snapshot can be that has a line into it.
BEYOND = timedelta(days=3)
_SECONDS_A_DAY, _SECONDS_AN_HOUR = 86_400, 3_600
# Areas are doubled, and in seconds.
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
    used: Fraction
    total: Fraction


def read(connection: BaseDatabaseWrapper, name: str, start: datetime, end: datetime) -> Stored:
    span = to_stored(start - BEYOND), to_stored(end + BEYOND)
    days, broken = stored_days(connection, name, span, to_stored(end))
    return stored(days, int(start.timestamp()), int(end.timestamp()), broken)


def stored(days: list[StoredDay], start: int, end: int, broken: int = 0) -> Stored:
    """`days` in the order of time; `start` is a midnight, both in seconds from 1970 on."""
    found = Stored(broken=broken)
    inside = [day for day in days if day.first_at >= start and not day.later]
    found.snapshots = sum(day.snapshots for day in inside)
    for day in inside:
        _add(found, _Piece(day.first_at, day.last_at, Fraction(day.used_area), Fraction(day.total_area)))
        _add_gaps(found, day.gaps, day.longest_gap)
    for before, after in pairwise(days):
        pieces = list(_pieces_between(before, after, start, end))
        for piece in pieces:
            _add(found, piece)
        seconds = after.first_at - before.last_at
        _add_gaps(found, int(bool(pieces) and seconds > GAP_SECONDS), seconds)
    trashed = sum(day.trash_count for day in inside)
    found.trash = sum(day.trash for day in inside) / trashed if trashed else None
    return found


def _pieces_between(before: StoredDay, after: StoredDay, start: int, end: int) -> Iterator[_Piece]:
    """The line from the last snapshot of one day to the first of a later one, cut at midnights, start and end."""
    begin, until = before.last_at, after.first_at
    midnights = range(begin // _SECONDS_A_DAY * _SECONDS_A_DAY + _SECONDS_A_DAY, until, _SECONDS_A_DAY)
    cuts = sorted({begin, until, *midnights, *(cut for cut in (start, end) if begin < cut < until)})
    for left, right in pairwise(cuts):
        if left >= start and right <= end:
            used = _doubled_area(before.last_used, after.first_used, (begin, until), (left, right))
            total = _doubled_area(before.last_total, after.first_total, (begin, until), (left, right))
            yield _Piece(left, right, used, total)


def _doubled_area(first: int, last: int, line: tuple[int, int], part: tuple[int, int]) -> Fraction:
    """Below a part of the straight line from `first` to `last`."""
    slope = Fraction(last - first, line[1] - line[0])
    ends = [first + slope * (at - line[0]) for at in part]
    return sum(ends, Fraction(0)) * (part[1] - part[0])


def _add(found: Stored, piece: _Piece) -> None:
    if piece.start == piece.end:
        return
    day, start, end = (datetime.fromtimestamp(at, UTC) for at in (piece.start, piece.start, piece.end))
    found.days[day.date()] = found.days.get(day.date(), Fraction(0)) + piece.used / _DOUBLED
    hours = Fraction(piece.end - piece.start, _SECONDS_AN_HOUR)
    found.hours[day.date()] = found.hours.get(day.date(), Fraction(0)) + hours
    found.allocated += piece.total / _DOUBLED
    found.since, found.until = min(found.since or start, start), max(found.until or end, end)


def _add_gaps(found: Stored, gaps: int, longest: int) -> None:
    found.gaps += gaps
    if gaps:
        found.longest = max(found.longest, longest / _SECONDS_AN_HOUR)
