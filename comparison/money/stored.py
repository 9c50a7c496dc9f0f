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

from comparison.exact import Ratio, plus
from nodes import storage_days
from nodes.sql.snapshots import GAP_SECONDS, SECONDS_A_DAY, StoredDay

# So far outside the month a snapshot can be that has a line into it.
BEYOND = timedelta(days=3)
_SECONDS_AN_HOUR = 3_600
_1970 = date(1970, 1, 1).toordinal()
# Areas are doubled, and in seconds.
_DOUBLED = 2 * _SECONDS_AN_HOUR
_NONE = 0, 1


@dataclass
class Stored:
    """Byte-hours occupied, trash and unpaid garbage included, and allocated, in the time that snapshots cover.

    Of each day in UTC, `areas` has what is occupied, which in all is `area`, and `seconds` the time covered. `gaps`
    counts the lines of over 6 hours, in hours the `longest` of them. `trash` is the mean of what is recorded of it, in
    bytes.
    """

    since: datetime | None = None
    until: datetime | None = None
    areas: dict[date, Ratio] = field(default_factory=dict)
    area: Ratio = _NONE
    seconds: dict[date, int] = field(default_factory=dict)
    allocated_area: Ratio = _NONE
    snapshots: int = 0
    gaps: int = 0
    longest: float = 0
    trash: float | None = None
    broken: int = 0

    @property
    def days(self) -> dict[date, Fraction]:
        """Byte-hours occupied."""
        return {day: _byte_hours(area) for day, area in self.areas.items()}

    @property
    def rounded_days(self) -> dict[date, float]:
        return {day: part / (whole * _DOUBLED) for day, (part, whole) in self.areas.items()}

    @property
    def hours(self) -> dict[date, Fraction]:
        return {day: Fraction(seconds, _SECONDS_AN_HOUR) for day, seconds in self.seconds.items()}

    @cached_property
    def byte_hours(self) -> Fraction:
        return _byte_hours(self.area)

    @cached_property
    def allocated(self) -> Fraction:
        """Byte-hours."""
        return _byte_hours(self.allocated_area)

    @cached_property
    def covered_hours(self) -> Fraction:
        return Fraction(sum(self.seconds.values()), _SECONDS_AN_HOUR)


def _byte_hours(area: Ratio) -> Fraction:
    part, whole = area
    return Fraction(part, whole * _DOUBLED)


def read(connection: BaseDatabaseWrapper, names: Sequence[str], start: datetime, end: datetime) -> dict[str, Stored]:
    days, broken = storage_days.read(connection, names, (start - BEYOND, end + BEYOND), end)
    first, last = int(start.timestamp()), int(end.timestamp())
    return {name: stored(days.get(name, []), first, last, broken.get(name, 0)) for name in names}


def stored(days: Sequence[StoredDay], start: int, end: int, broken: int = 0) -> Stored:
    """`days` in the order of time; `start` is a midnight, both in seconds from 1970 on."""
    found, areas = Stored(broken=broken), _Areas()
    inside = [day for day in days if day.first_at >= start and not day.later]
    found.snapshots = sum(day.snapshots for day in inside)
    for day in inside:
        areas.add(day.first_at, day.last_at, (day.used_area, 1))
        areas.add_whole((day.used_area, 1), (day.total_area, 1))
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
    """Sums of pieces of time, in all and by the number of their day since 1970."""

    def __init__(self) -> None:
        self._days: dict[int, Ratio] = {}
        self._seconds: dict[int, int] = {}
        self._used = self._total = _NONE
        self._since = self._until = 0

    def add(self, start: int, end: int, used: Ratio) -> None:
        """A piece of one day: seconds, and the doubled area."""
        if start == end:
            return
        day = start // SECONDS_A_DAY
        self._since = min(self._since or start, start)
        self._until = max(self._until, end)
        self._days[day] = plus(self._days.get(day, _NONE), used)
        self._seconds[day] = self._seconds.get(day, 0) + end - start

    def add_whole(self, used: Ratio, total: Ratio) -> None:
        """Of pieces that are added by day."""
        self._used, self._total = plus(self._used, used), plus(self._total, total)

    def add_line(self, before: StoredDay, after: StoredDay, start: int, end: int) -> bool:
        """That from the last snapshot of one day to the first of a later one, cut at midnights, start and end: whether
        any of it is between these.
        """
        line = begin, until = before.last_at, after.first_at
        first, last = max(begin, start), min(until, end)
        if first >= last:
            return False
        for part in pairwise(_cuts(first, last)):
            self.add(*part, _doubled_area(before.last_used, after.first_used, line, part))
        within = first, last
        self.add_whole(
            _doubled_area(before.last_used, after.first_used, line, within),
            _doubled_area(before.last_total, after.first_total, line, within),
        )
        return True

    def into(self, found: Stored) -> None:
        if not self._seconds:
            return
        dates = {day: date.fromordinal(_1970 + day) for day in self._seconds}
        found.areas = {dates[day]: area for day, area in self._days.items()}
        found.seconds = {dates[day]: seconds for day, seconds in self._seconds.items()}
        found.area, found.allocated_area = self._used, self._total
        found.since = datetime.fromtimestamp(self._since, UTC)
        found.until = datetime.fromtimestamp(self._until, UTC)


def _cuts(begin: int, until: int) -> Iterable[int]:
    """At midnights."""
    return begin, *range(begin // SECONDS_A_DAY * SECONDS_A_DAY + SECONDS_A_DAY, until, SECONDS_A_DAY), until


def _doubled_area(first: int, last: int, line: tuple[int, int], part: tuple[int, int]) -> Ratio:
    """Below a part of the straight line from `first` to `last`: the sum of its two ends, times its length."""
    length, seconds = line[1] - line[0], part[1] - part[0]
    if first == last or seconds == length:
        return (first + last) * seconds, 1
    ends = 2 * first * length + (last - first) * (part[0] + part[1] - 2 * line[0])
    return ends * seconds, length


def _add_gaps(found: Stored, gaps: int, longest: int) -> None:
    found.gaps += gaps
    if gaps:
        found.longest = max(found.longest, longest / _SECONDS_AN_HOUR)
