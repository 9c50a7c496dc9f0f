"""Ranges and windows: which span of time a comparison describes."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from comparison.money.month import Month
from nodes.rollups.codes import HOURS_A_DAY

MAX_HOURS = 365 * HOURS_A_DAY
USUAL_RANGES = {"24h": "24 hours", "7d": "7 days", "30d": "30 days"}

_RANGE = re.compile(r"([0-9]{1,6})([hd])")


@dataclass(frozen=True)
class Window:
    """[start, end) in UTC."""

    start: datetime
    end: datetime

    @classmethod
    def ending(cls, end: datetime, hours: int) -> "Window":
        end = end.astimezone(UTC)
        return cls(end - timedelta(hours=hours), end)

    def from_full_hour(self) -> "Window":
        """With the start rounded down: the roll-ups are by the hour."""
        return Window(self.start.replace(minute=0, second=0, microsecond=0), self.end)

    @property
    def month(self) -> Month:
        """The calendar month of the last moment: a window that ends with a month is of that, not of the next."""
        return Month.of(self.end - timedelta(microseconds=1))


def parse_range(value: object) -> int:
    """Hours of a range: "24h", "7d", or a whole number of hours, as text or number.

    Raises ValueError with a sentence unless it is between 1 hour and 365 days.
    """
    hours = _hours(value)
    if hours is None:
        raise ValueError("The range must be a number of hours or days such as 24h or 7d.")
    if not 1 <= hours <= MAX_HOURS:
        raise ValueError("The range must be between 1 hour and 365 days.")
    return hours


def range_name(hours: int) -> str:
    """The one name of a range: days where it is two whole days or more, hours otherwise."""
    days, rest = divmod(hours, HOURS_A_DAY)
    return f"{days}d" if rest == 0 and days > 1 else f"{hours}h"


def _hours(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if not isinstance(value, str):
        return None
    text = value.strip().lower()
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return int(text)
    match = _RANGE.fullmatch(text)
    if match is None:
        return None
    return int(match[1]) * (HOURS_A_DAY if match[2] == "d" else 1)
