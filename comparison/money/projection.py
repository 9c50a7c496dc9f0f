"""What a month will have earned at its end, if it goes on as it went so far, and how sure that is.

Storage and traffic each go on with their mean per hour for the hours that are left. The bounds are two standard errors
away, from the spread of the whole days: that of the mean and that of the days to come. What was earned is the lowest.
Of a kind with fewer than two whole days the bounds are nothing more, and twice as much.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from comparison.money.inputs import Covered

HOURS_A_DAY = 24
# On the first two days a month says too little.
FEWEST_HOURS = 2 * HOURS_A_DAY
ERRORS = 2


@dataclass(frozen=True)
class Earned:
    """Of one kind: US dollars in all, and rounded by day where days are told apart."""

    gross: Fraction
    covered: Covered
    days: Mapping[date, float]


@dataclass(frozen=True)
class Projection:
    """US dollars; no bounds where days are not told apart."""

    gross: Fraction
    low: Fraction | None = None
    high: Fraction | None = None


def projection(storage: Earned, traffic: Earned, end: datetime) -> Projection | None:
    """None unless storage is known of two days or more."""
    if storage.covered.whole < FEWEST_HOURS:
        return None
    kinds = [kind for kind in (storage, traffic) if kind.covered.whole]
    earned = storage.gross + traffic.gross
    to_come = [_to_come(kind, end) for kind in kinds]
    expected = earned + sum(to_come, Fraction(0))
    if not storage.days:
        return Projection(expected)
    squares = (_error_squared(kind, end, more) for kind, more in zip(kinds, to_come, strict=True))
    error = Fraction(math.sqrt(sum(squares))) * ERRORS
    return Projection(expected, max(expected - error, earned), expected + error)


def _to_come(kind: Earned, end: datetime) -> Fraction:
    return kind.gross / kind.covered.whole * _hours_left(kind.covered, end)


def _hours_left(covered: Covered, end: datetime) -> Fraction:
    left = end - covered.until if covered.until else timedelta(0)
    return max(Fraction(left // timedelta(microseconds=1), 3600 * 10**6), Fraction(0))


def _error_squared(kind: Earned, end: datetime, to_come: Fraction) -> float:
    days = [kind.days.get(day, 0.0) for day in kind.covered.whole_days]
    if len(days) < 2:
        return float(to_come / ERRORS) ** 2
    left = float(_hours_left(kind.covered, end) / HOURS_A_DAY)
    return _variance(days) * (left + left**2 / len(days))


def _variance(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)
