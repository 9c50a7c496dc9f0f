"""Byte-hours of a month from storage snapshots: the area below straight lines from one to the next.

Nothing is made up before the first snapshot and after the last. The line between two snapshots on both sides of
midnight, of the month's start or of its end is cut there. Times are taken to the whole second.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, pairwise
from operator import sub

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.exact import Ratio, minus
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
    inside = [day for day in days if day.first_at >= start and not day.later]
    found = Stored(snapshots=sum(day.snapshots for day in inside), broken=broken)
    trashed = sum(day.trash_count for day in inside)
    found.trash = sum(day.trash for day in inside) / trashed if trashed else None
    if days:
        since, until = max(days[0].first_at, start), min(days[-1].last_at, end)
        if since < until:
            _add_areas(found, days, inside, (since, until))
            _add_gaps(found, days, inside, (since, until))
    return found


def _add_areas(found: Stored, days: Sequence[StoredDay], inside: Sequence[StoredDay], span: tuple[int, int]) -> None:
    """Snapshots cover all of the span."""
    since, until = span
    first, last = since // SECONDS_A_DAY, (until - 1) // SECONDS_A_DAY
    cuts = since, *range((first + 1) * SECONDS_A_DAY, until, SECONDS_A_DAY), until
    times = [(day.first_at, day.last_at) for day in days]
    used = _Below(times, [(day.first_used, day.last_used, day.used_area) for day in days])
    total = _Below(times, [(day.first_total, day.last_total, day.total_area) for day in days])
    up_to = [used.up_to(cut) for cut in cuts]
    areas, seconds = list(map(minus, up_to[1:], up_to)), list(map(sub, cuts[1:], cuts))
    # Days that only a line crosses come last: the spread of days is of rounded sums in their order.
    numbers = [day.first_at // SECONDS_A_DAY for day in inside if day.first_at < day.last_at]
    dates = {number: date.fromordinal(_1970 + number) for number in (*numbers, *range(first, last + 1))}
    found.areas = {day: areas[number - first] for number, day in dates.items()}
    found.seconds = {day: seconds[number - first] for number, day in dates.items()}
    found.area, found.allocated_area = minus(up_to[-1], up_to[0]), minus(total.up_to(until), total.up_to(since))
    found.since, found.until = datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC)


class _Below:
    """Doubled areas below the lines, from the first snapshot up to a moment that is not between those of a day."""

    def __init__(self, times: Sequence[tuple[int, int]], sizes: Sequence[tuple[int, int, int]]) -> None:
        """Of each day the times of the first and the last snapshot; their sizes, and the doubled area between them."""
        self._times, self._sizes = times, sizes
        steps = [
            area + (size + next_size) * (next_at - at)
            for (_, at), (next_at, _), (_, size, area), (next_size, _, _) in zip(
                times, times[1:], sizes, sizes[1:], strict=False
            )
        ]
        # Up to the first snapshot of each day, and to the last one of all.
        self._running = list(accumulate((*steps, sizes[-1][2]), initial=0))

    def up_to(self, at: int) -> Ratio:
        number = bisect_left(self._times, (at, at))
        if number == len(self._times) or self._times[number][0] == at:
            return self._running[number], 1
        (_, begin), (until, _) = self._times[number - 1 : number + 1]
        (_, first, _), (last, _, _) = self._sizes[number - 1 : number + 1]
        length, rest = until - begin, until - at
        # The rest of the line is the sum of its two ends, times its length.
        ends = 2 * last * length - (last - first) * rest
        return self._running[number] * length - ends * rest, length


def _add_gaps(found: Stored, days: Sequence[StoredDay], inside: Sequence[StoredDay], span: tuple[int, int]) -> None:
    """Of lines over midnights those that have a part in the span."""
    since, until = span
    longest = [day.longest_gap for day in inside if day.gaps]
    lines = [
        after.first_at - before.last_at
        for before, after in pairwise(days)
        if after.first_at - before.last_at > GAP_SECONDS and before.last_at < until and after.first_at > since
    ]
    found.gaps = sum(day.gaps for day in inside) + len(lines)
    if found.gaps:
        found.longest = max(*longest, *lines, 0) / _SECONDS_AN_HOUR
