"""Which roll-up rows make up a span of hours, and into which points of a series the span is cut.

Hours are counted from 1970 on, in UTC, as in the roll-ups.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from comparison.window import HOURS_A_DAY, Window
from nodes.rollups.codes import DAY, HOUR

_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_AN_HOUR = timedelta(hours=1)
# So that a series has some 60 points at most, except for those between 49 and 92 days.
MOST_IN_HOURS, MOST_IN_DAYS = 48, 92 * HOURS_A_DAY


@dataclass(frozen=True)
class Step:
    """Point p of a series is [p * hours - offset, (p + 1) * hours - offset)."""

    name: str
    hours: int
    offset: int = 0

    def point(self, hour: int) -> int:
        return (hour + self.offset) // self.hours

    def start(self, point: int) -> int:
        return point * self.hours - self.offset


BY_HOUR = Step("hour", 1)
BY_DAY = Step("day", HOURS_A_DAY)
# 1970 began on a Thursday, weeks begin on Monday.
BY_WEEK = Step("week", 7 * HOURS_A_DAY, offset=3 * HOURS_A_DAY)


@dataclass(frozen=True)
class Piece:
    """Rows of the hours, or of the days, that begin in [first, last)."""

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
    """The hours in [first, last): whole days as days, unless a series by the hour needs the hours."""
    first_day, last_day = -(-first // HOURS_A_DAY) * HOURS_A_DAY, last // HOURS_A_DAY * HOURS_A_DAY
    if step == BY_HOUR or first_day >= last_day:
        first_day = last_day = last
    for piece in (Piece(HOUR, first, first_day), Piece(DAY, first_day, last_day), Piece(HOUR, last_day, last)):
        if piece.first < piece.last:
            yield piece
