"""Byte-hours of a month from storage snapshots: the area below straight lines from one to the next.

Nothing is made up before the first snapshot and after the last. The line between two snapshots on both sides of
midnight, of the month's start or of its end is cut there. Times are taken to the whole second.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.fields import to_stored
from nodes.sql.money import GAP_SECONDS, SECONDS_A_DAY, StoredDay, stored_days

# So far outside the month a snapshot can be that has a line into it.
BEYOND = timedelta(days=3)
_SECONDS_AN_HOUR = 3_600
_1970 = date(1970, 1, 1).toordinal()
# Areas are doubled, and in seconds; nearly all are whole, and whole numbers are added far sooner than fractions.
Area = int | Fraction
_DOUBLED = 2 * _SECONDS_AN_HOUR


@dataclass
class Stored:
    """Byte-hours occupied, trash and unpaid garbage included, and allocated, in the time that snapshots cover.

    Of each day in UTC, `areas` has what is occupied and `seconds` the time covered. `gaps` counts the lines of over
    6 hours, in hours the `longest` of them. `trash` is the mean of what is recorded of it, in bytes.
    """

    since: datetime | None = None
    until: datetime | None = None
    areas: dict[date, Area] = field(default_factory=dict)
    seconds: dict[date, int] = field(default_factory=dict)
    allocated_area: Area = 0
    snapshots: int = 0
    gaps: int = 0
    longest: float = 0
    trash: float | None = None
    broken: int = 0

    @property
    def days(self) -> dict[date, Fraction]:
        """Byte-hours occupied."""
        return {day: byte_hours(area) for day, area in self.areas.items()}

    @property
    def hours(self) -> dict[date, Fraction]:
        return {day: Fraction(seconds, _SECONDS_AN_HOUR) for day, seconds in self.seconds.items()}

    @cached_property
    def byte_hours(self) -> Fraction:
        return byte_hours(sum(self.areas.values()))

    @cached_property
    def allocated(self) -> Fraction:
        """Byte-hours."""
        return byte_hours(self.allocated_area)

    @cached_property
    def covered_hours(self) -> Fraction:
        return Fraction(sum(self.seconds.values()), _SECONDS_AN_HOUR)


def byte_hours(area: Area) -> Fraction:
    part, whole = area.as_integer_ratio()
    return Fraction(part, whole * _DOUBLED)


def read(connection: BaseDatabaseWrapper, names: Sequence[str], start: datetime, end: datetime) -> dict[str, Stored]:
    span = to_stored(start - BEYOND), to_stored(end + BEYOND)
    days, broken = stored_days(connection, names, span, to_stored(end))
    first, last = int(start.timestamp()), int(end.timestamp())
    return {name: stored(days.get(name, []), first, last, broken.get(name, 0)) for name in names}


def stored(days: Sequence[StoredDay], start: int, end: int, broken: int = 0) -> Stored:
    """`days` in the order of time; `start` is a midnight, both in seconds from 1970 on."""
    found, areas = Stored(broken=broken), _Areas()
    inside = [day for day in days if day.first_at >= start and not day.later]
    found.snapshots = sum(day.snapshots for day in inside)
    for day in inside:
        areas.add(day.first_at, day.last_at, day.used_area, day.total_area)
        _add_gaps(found, day.gaps, day.longest_gap)
    for before, after in pairwise(days):
        if areas.add_line(before, after, start, end):
            seconds = after.first_at - before.last_at
            _add_gaps(found, int(seconds > GAP_SECONDS), seconds)
    areas.into(found)
    trashed = sum(day.trash_count for day in inside)
    found.trash = sum(day.trash for day in inside) / trashed if trashed else None
    return found


class _Areas:
    """Sums of pieces of time by the number of their day since 1970."""

    def __init__(self) -> None:
        self._used: dict[int, Area] = {}
        self._seconds: dict[int, int] = {}
        self._total: Area = 0
        self._since = self._until = 0

    def add(self, start: int, end: int, used: Area, total: Area) -> None:
        """A piece of one day: seconds, and doubled areas."""
        if start == end:
            return
        day = start // SECONDS_A_DAY
        self._since = min(self._since or start, start)
        self._until = max(self._until, end)
        self._used[day] = self._used.get(day, 0) + used
        self._seconds[day] = self._seconds.get(day, 0) + end - start
        self._total += total

    def add_line(self, before: StoredDay, after: StoredDay, start: int, end: int) -> bool:
        """That from the last snapshot of one day to the first of a later one, cut at midnights, start and end: whether
        any of it is between these.
        """
        begin, until = before.last_at, after.first_at
        any_within = False
        for left, right in pairwise(_cuts(begin, until, start, end)):
            if left >= start and right <= end:
                used = _doubled_area(before.last_used, after.first_used, (begin, until), (left, right))
                total = _doubled_area(before.last_total, after.first_total, (begin, until), (left, right))
                self.add(left, right, used, total)
                any_within = True
        return any_within

    def into(self, found: Stored) -> None:
        if not self._seconds:
            return
        dates = {day: date.fromordinal(_1970 + day) for day in self._seconds}
        found.areas = {dates[day]: area for day, area in self._used.items()}
        found.seconds = {dates[day]: seconds for day, seconds in self._seconds.items()}
        found.allocated_area = self._total
        found.since = datetime.fromtimestamp(self._since, UTC)
        found.until = datetime.fromtimestamp(self._until, UTC)


def _cuts(begin: int, until: int, start: int, end: int) -> Iterable[int]:
    midnights = range(begin // SECONDS_A_DAY * SECONDS_A_DAY + SECONDS_A_DAY, until, SECONDS_A_DAY)
    within = [cut for cut in (start, end) if begin < cut < until]
    return sorted({begin, until, *midnights, *within}) if within or begin == until else (begin, *midnights, until)


def _doubled_area(first: int, last: int, line: tuple[int, int], part: tuple[int, int]) -> Area:
    """Below a part of the straight line from `first` to `last`: the sum of its two ends, times its length."""
    if first == last:
        return 2 * first * (part[1] - part[0])
    length = line[1] - line[0]
    ends = 2 * first * length + (last - first) * (part[0] + part[1] - 2 * line[0])
    whole, rest = divmod(ends * (part[1] - part[0]), length)
    return whole + Fraction(rest, length) if rest else whole


def _add_gaps(found: Stored, gaps: int, longest: int) -> None:
    found.gaps += gaps
    if gaps:
        found.longest = max(found.longest, longest / _SECONDS_AN_HOUR)
