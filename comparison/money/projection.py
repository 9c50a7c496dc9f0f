"""What a month will have earned at its end, if it goes on as it went so far, and how sure that is.

Storage and traffic each go on with their mean per hour for the hours that are left. Between the bounds the month ends
in 95 % of the cases, by Student's t, from the spread of the whole days: that of the mean and that of the days to come.
What was earned is the lowest. Days that happen to be alike say little when they are few, so t is large then; but a
kind's bounds are not further away than nothing more and twice as much, unless two standard errors are. Those are also
the bounds of a kind with fewer than two whole days. The upper one also has what the time in between may have earned of
which nothing is known.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from comparison.change.student import critical
from comparison.exact import summed
from comparison.money.inputs import Covered

HOURS_A_DAY = 24
# On the first two days a month says too little.
FEWEST_HOURS = 2 * HOURS_A_DAY
LEFT_OUT = 0.05  # of the cases, on either side
FEWEST_ERRORS = 2


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


def projection(storage: Earned, traffic: Earned, begun: datetime, end: datetime) -> Projection | None:
    """Of the month's time from `begun` to `end`, in which the node had a satellite. None unless storage is known of two
    days or more.
    """
    if storage.covered.whole < FEWEST_HOURS:
        return None
    kinds = [kind for kind in (storage, traffic) if kind.covered.whole]
    earned = storage.gross + traffic.gross
    left = [_hours_left(kind.covered, end) for kind in kinds]
    to_come = [_at_the_same_mean(kind, hours) for kind, hours in zip(kinds, left, strict=True)]
    expected = summed([earned, *to_come])
    if not storage.days:
        return Projection(expected)
    errors = [_error(kind, hours, float(more)) for kind, hours, more in zip(kinds, left, to_come, strict=True)]
    error = Fraction(math.sqrt(sum(each**2 for each in errors)))
    missed = [_missed(kind, begun) for kind in kinds]
    return Projection(expected, max(expected - error, earned), summed([expected, error, *missed]))


def _at_the_same_mean(kind: Earned, hours: Fraction) -> Fraction:
    return kind.gross * (hours / kind.covered.whole) if hours else hours


def _hours_left(covered: Covered, end: datetime) -> Fraction:
    return _hours(end - covered.until) if covered.until else Fraction(0)


def _missed(kind: Earned, begun: datetime) -> Fraction:
    """What it would have earned at the same mean in the time of which it is not known."""
    covered = kind.covered
    unknown = _hours(covered.until - begun) - covered.whole if covered.until else Fraction(0)
    return _at_the_same_mean(kind, max(unknown, Fraction(0)))


def _hours(span: timedelta) -> Fraction:
    return Fraction(max(span // timedelta(microseconds=1), 0), 3600 * 10**6)


def _error(kind: Earned, hours_left: Fraction, to_come: float) -> float:
    """Half of the way from bound to bound."""
    days = [kind.days.get(day, 0.0) for day in kind.covered.whole_days]
    if len(days) < 2:
        return to_come
    left = float(hours_left / HOURS_A_DAY)
    error = math.sqrt(_variance(days) * (left + left**2 / len(days)))
    return min(critical(LEFT_OUT, len(days) - 1) * error, max(to_come, FEWEST_ERRORS * error))


def _variance(values: Sequence[float]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)
