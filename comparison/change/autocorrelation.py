"""How much less neighbouring blocks of time say than independent ones would.

What deviates in one block mostly still does in the next. The blocks are taken for a first-order autoregression, whose
mean of n has the variance V = (1/n) (1 + 2 sum over k < n of (1 - k/n) rho^k) times that of a block (Zwiers and von
Storch, "Taking serial correlation into account in tests of the mean", J. Climate 8, 1995). Deviations from the mean of
few blocks seem less alike than they are, so rho is found as that whose expectation is what was seen.
"""

from collections.abc import Sequence
from itertools import pairwise

MOST = 0.9  # a rho above it cannot be told from a change within windows of a few blocks
_STEPS = 30


def variance_of_mean(rho: float, n: int) -> float:
    """V, in variances of one block."""
    if rho == 0:
        return 1 / n
    # sum over 0 < k < n of (1 - k/n) rho^k, closed
    tail = rho / (1 - rho) - rho * (1 - rho**n) / (n * (1 - rho) ** 2)
    return (1 + 2 * tail) / n


def variance_seen(rho: float, n: int) -> float:
    """What is expected of the usual estimate, with n - 1, of the variance of one block."""
    return n * (1 - variance_of_mean(rho, n)) / (n - 1)


def pooled(runs: Sequence[Sequence[float]]) -> float:
    """The rho, at least 0, that all runs have in common; each run is the deviations from its own mean, in order."""
    products = sum(one * next_ for run in runs for one, next_ in pairwise(run))
    squares = sum(value * value for run in runs for value in run)
    lengths = [len(run) for run in runs if len(run) > 1]
    if not squares or not lengths:
        return 0.0
    return _with_expectation(products / squares, lengths)


def _with_expectation(seen: float, lengths: Sequence[int]) -> float:
    low, high = 0.0, MOST
    if seen <= _expected(low, lengths):
        return low
    if seen >= _expected(high, lengths):
        return high
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if _expected(middle, lengths) < seen else (low, middle)
    return low


def _expected(rho: float, lengths: Sequence[int]) -> float:
    """Of the products of neighbours, out of the squares, both of deviations from the mean of a run."""
    products = squares = 0.0
    for n in set(lengths):
        variance, runs = variance_of_mean(rho, n), lengths.count(n)
        end = (1 - rho**n) / (n * (1 - rho))  # covariance of the first, or the last, with the mean
        products += runs * ((n - 1) * rho - (n + 1) * variance + 2 * end)
        squares += runs * n * (1 - variance)
    return products / squares
