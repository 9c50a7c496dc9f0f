"""Student's t distribution, which the standard library does not have.

The probability is the regularised incomplete beta function I_x(df/2, 1/2) at x = df / (df + t^2) (Abramowitz and
Stegun, "Handbook of Mathematical Functions", 26.7.1 and 26.5.27), by Lentz's evaluation of its continued fraction
(26.5.8).
"""

import math
from functools import lru_cache

_ENOUGH, _MOST_STEPS = 1e-12, 300
_TINY = 1e-300


def two_sided(t: float, df: float) -> float:
    """The probability of a value at least as far from 0 as t, with `df` degrees of freedom (above 0)."""
    if math.isinf(t):
        return 0.0
    return _incomplete_beta(df / 2, 0.5, df / (df + t * t))


@lru_cache(maxsize=1_000)
def critical(probability: float, df: float) -> float:
    """The t that is exceeded, on either side, with that probability."""
    low, high = 0.0, 1.0
    while two_sided(high, df) > probability:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, df) > probability else (low, middle)
    return (low + high) / 2


def _incomplete_beta(a: float, b: float, x: float) -> float:
    if x <= 0 or x >= 1:
        return float(x >= 1)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1) / (a + b + 2):
        return math.exp(log_front) * _fraction(a, b, x) / a
    return 1 - math.exp(log_front) * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    product = d
    for m in range(1, _MOST_STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d, c = 1 / _away(1 + term * d), _away(1 + term / c)
            product *= c * d
        if abs(c * d - 1) < _ENOUGH:
            break
    return product


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
