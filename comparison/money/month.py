"""Calendar months in UTC, as satellites account for them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache

_FORM = re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)


@dataclass(frozen=True, order=True)
class Month:
    """[start, end) in UTC; `str()` is the monitor's `period`, such as 2026-11."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: date | datetime) -> "Month":
        day = moment.astimezone(UTC) if isinstance(moment, datetime) else moment
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: object) -> "Month | None":
        """None unless it is YYYY-MM."""
        return _parsed(text) if isinstance(text, str) else None

    @cached_property
    def start(self) -> datetime:
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @cached_property
    def end(self) -> datetime:
        return self.plus(1).start

    def plus(self, months: int) -> "Month":
        years, month = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, month + 1)

    def up_to(self, last: "Month") -> list["Month"]:
        """All from this one to the last, both included."""
        months = 12 * (last.year - self.year) + last.number - self.number
        return [self.plus(further) for further in range(months + 1)]

    def number_since(self, joined: date) -> int:
        """1 in the month of joining, whatever the day; below that before it."""
        return 12 * (self.year - joined.year) + self.number - joined.month + 1

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


@lru_cache(maxsize=1_000)
def _parsed(text: str) -> Month | None:
    match = _FORM.fullmatch(text)
    if match is None or not (1 <= int(match[2]) <= 12 and 1 <= int(match[1]) <= 9998):
        return None
    return Month(int(match[1]), int(match[2]))


def a_month_before(end: datetime) -> datetime:
    """As far into the month before as `end` is into its own; the end of one for the end of the other."""
    month = Month.of(end - timedelta(microseconds=1))
    before = month.plus(-1)
    return before.end if end == month.end else min(before.start + (end - month.start), before.end)
