"""Which roll-up rows make up a span of hours, and into which points of a series the span is cut.

Hours are counted from 1970 on, in UTC, as in the roll-ups.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from comparison.window import Window
from nodes.rollups.codes import DAY, HOUR, HOURS_A_DAY, HOURS_A_WEEK, HOURS_FROM_MONDAY, WEEK

_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_AN_HOUR = timedelta(hours=1)
# So that a series has some 60 points at most, except for those between 49 and 92 days.
MOST_IN_HOURS, MOST_IN_DAYS = 48, 92 * HOURS_A_DAY


@dataclass(frozen=True)
class Step:
    """Point p of a series is [p * hours - offset, (p + 1) * hours - offset); `span` is that of its roll-ups."""

    name: str
    span: int
    hours: int
    offset: int = 0

    def point(self, hour: int) -> int:
        return (hour + self.offset) // self.hours

    def start(self, point: int) -> int:
        return point * self.hours - self.offset

    def within(self, first: int, last: int) -> tuple[int, int]:
        """The whole points in [first, last), from the first one's start to the last one's end."""
        return self.start(self.point(first - 1) + 1), self.start(self.point(last))

    def ended(self, hour: int) -> int:
        """The end of the point that the hour before is in."""
        return self.start(self.point(hour - 1) + 1)


BY_HOUR = Step("hour", HOUR, 1)
BY_DAY = Step("day", DAY, HOURS_A_DAY)
BY_WEEK = Step("week", WEEK, HOURS_A_WEEK, HOURS_FROM_MONDAY)
LONGEST = BY_WEEK
HOURS_OF = {step.span: step.hours for step in (BY_HOUR, BY_DAY, BY_WEEK)}


@dataclass(frozen=True)
class Piece:
    """Rows of the hours, days or weeks that begin in [first, last)."""

    span: int
    first: int
    last: int


def hour_of(moment: datetime) -> int:
    return (moment - _1970) // _AN_HOUR


def moment_of(hour: int) -> datetime:
    return _1970 + hour * _AN_HOUR


def is_full_hour(moment: datetime) -> bool:
    return moment == moment_of(hour_of(moment))


def hours_of(window: Window) -> range:
    """Every clock hour of which the window has a part."""
    return range(hour_of(window.start), hour_of(window.end - timedelta(microseconds=1)) + 1)


def step_of(window: Window) -> Step:
    hours = len(hours_of(window))
    # One more than asked for, as the first and the last can be parts.
    if hours <= MOST_IN_HOURS + 1:
        return BY_HOUR
    return BY_DAY if hours <= MOST_IN_DAYS + 1 else BY_WEEK


def points_of(window: Window) -> range:
    hours, step = hours_of(window), step_of(window)
    return range(step.point(hours[0]), step.point(hours[-1]) + 1)


def pieces(first: int, last: int, step: Step) -> Iterator[Piece]:
    """The hours in [first, last), in the longest spans that a series of this step can be made of."""
    steps = {BY_HOUR: (), BY_DAY: (BY_DAY,), BY_WEEK: (BY_WEEK, BY_DAY)}[step]
    yield from _pieces(first, last, steps)


def _pieces(first: int, last: int, steps: Sequence[Step]) -> Iterator[Piece]:
    if first >= last:
        return
    if not steps:
        yield Piece(HOUR, first, last)
        return
    longest, *shorter = steps
    begin, end = longest.within(first, last)
    if begin >= end:
        yield from _pieces(first, last, shorter)
        return
    yield from _pieces(first, begin, shorter)
    yield Piece(longest.span, begin, end)
    yield from _pieces(end, last, shorter)
