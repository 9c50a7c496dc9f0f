"""Which two windows a change is judged by, and the blocks of time that they are cut into.

They are equally long. Whole weeks where the node has them on both sides, up to four; else whole days from four on, both
in days of UTC, without the day of the change. Below that hours: whole days of them, or the same hours of an earlier
day, so that the course of a day is in both or in neither. Blocks, some seven a window, leave little of the likeness of
neighbouring hours, and what is left is estimated (comparison.change.autocorrelation).
"""

from dataclasses import dataclass
from datetime import datetime

from comparison.spans import BY_DAY, BY_HOUR, Step, hour_of, is_full_hour, moment_of
from comparison.units import counted
from comparison.window import Window
from nodes.rollups.codes import HOURS_A_DAY

MOST_WEEKS = 4
FEWEST_DAYS = 4  # fewer say too little of how days differ
FEWEST_HOURS = FEWEST_BLOCKS = 3
_DAYS_A_WEEK, _HOUR_BLOCKS = 7, 6


@dataclass(frozen=True)
class Windows:
    """Hours since 1970 at which the windows begin; both have `blocks` of `block` hours, read in points of `step`."""

    before_from: int
    after_from: int
    block: int
    blocks: int
    step: Step

    @property
    def hours(self) -> int:
        return self.block * self.blocks

    @property
    def before(self) -> Window:
        return _window(self.before_from, self.hours)

    @property
    def after(self) -> Window:
        return _window(self.after_from, self.hours)

    @property
    def first_full_hour(self) -> datetime:
        """So late a node's first event may be."""
        return moment_of(self.before_from + 1)

    @property
    def length(self) -> str:
        """In words: whole weeks, days or hours."""
        days, rest = divmod(self.hours, HOURS_A_DAY)
        if rest:
            return counted(self.hours, "hour")
        weeks, rest = divmod(days, _DAYS_A_WEEK)
        return counted(days, "day") if rest else counted(weeks, "week")

    @property
    def unit(self) -> str:
        return self.length.split()[1].removesuffix("s") + "s"

    def points(self, first: int, block: int) -> range:
        """The points of `step` in that block of the window that begins with the hour `first`."""
        start = first + block * self.block
        return range(self.step.point(start), self.step.point(start + self.block))


def chosen(at: datetime, settle: int, known_since: datetime, until: datetime) -> Windows | None:
    """For a change `at` that time, with `settle` hours after it left out, of a node that is known since a time.

    None where less than FEWEST_HOURS can be had before or after.
    """
    end, start = hour_of(at), _next_full_hour(at) + settle
    first, last = hour_of(known_since), hour_of(until)
    return _of_days(end, start, first, last) or _of_hours(end, start, first, last)


def _of_days(end: int, start: int, first: int, last: int) -> Windows | None:
    end, start = end // HOURS_A_DAY, -(-start // HOURS_A_DAY)
    days = min(end - -(-first // HOURS_A_DAY), last // HOURS_A_DAY - start, MOST_WEEKS * _DAYS_A_WEEK)
    if days < FEWEST_DAYS:
        return None
    weeks = days // _DAYS_A_WEEK
    block, blocks = (weeks, _DAYS_A_WEEK) if weeks else (1, days)
    begin = end - block * blocks
    return Windows(begin * HOURS_A_DAY, start * HOURS_A_DAY, block * HOURS_A_DAY, blocks, BY_DAY)


def _of_hours(end: int, start: int, first: int, last: int) -> Windows | None:
    there = min(last - start, (FEWEST_DAYS - 1) * HOURS_A_DAY)
    if there < HOURS_A_DAY:
        hours = _cut(there)
        earlier = start - -(-(start + hours - end) // HOURS_A_DAY) * HOURS_A_DAY
        if hours and earlier >= first:
            return _windows(earlier, start, hours)
    hours = _cut(min(there, end - first))
    return _windows(end - hours, start, hours) if hours else None


def _cut(hours: int) -> int:
    """Whole days, or below that what can be cut into equal blocks; 0 where that is too little."""
    if hours >= HOURS_A_DAY:
        return hours // HOURS_A_DAY * HOURS_A_DAY
    if hours >= _HOUR_BLOCKS:
        return hours // _HOUR_BLOCKS * _HOUR_BLOCKS
    return hours if hours >= FEWEST_HOURS else 0


def _windows(before: int, after: int, hours: int) -> Windows:
    block = max(1, hours // _HOUR_BLOCKS)
    return Windows(before, after, block, hours // block, BY_HOUR)


def _window(first: int, hours: int) -> Window:
    return Window(moment_of(first), moment_of(first + hours))


def _next_full_hour(moment: datetime) -> int:
    return hour_of(moment) + (not is_full_hour(moment))
