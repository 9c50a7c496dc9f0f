"""A mergeable histogram of durations with a bounded relative error.

Buckets grow by a constant factor: value v > 0 is in bucket ceil(log_GAMMA(v)), the logarithmic mapping of DDSketch
(Masson, Rim, Lee: "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees", VLDB 2019).
0 ms has a bucket of its own. Merging adds counts, so any split of the same durations gives the same histogram.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate

# Half of the 1 % that is promised: the other half is for answers in whole milliseconds.
RELATIVE_ERROR = 0.005
GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
ZERO = 0  # the bucket of 0 ms; bucket b > 0 here is the paper's bucket b - 1, whose first holds 1 ms
_LOG_GAMMA = math.log(GAMMA)
# 35 years in milliseconds. What claims to have taken longer is put there: floats are exact enough up to it.
LONGEST = 2**40

Histogram = dict[int, int]


@lru_cache(maxsize=20_000)
def bucket_of(milliseconds: int) -> int:
    """The bucket of a duration of 0 or more."""
    if milliseconds == 0:
        return ZERO
    return math.ceil(math.log(min(milliseconds, LONGEST)) / _LOG_GAMMA) + 1


@lru_cache(maxsize=4_000)
def value_of(bucket: int) -> int:
    """The whole number of milliseconds that stands for a bucket.

    The harmonic middle of the whole numbers in it: no other is off by less in the worst case.
    """
    if bucket == ZERO:
        return 0
    low, high = _whole_numbers_in(bucket)
    return round(2 * low * high / (low + high))


def histogram_of(durations: Iterable[int | str] | Mapping[int, int]) -> Histogram:
    """Durations may be their decimal text, as equal ones are counted before they are read, or be counted already."""
    merged: Histogram = {}
    for duration, count in Counter(durations).items():
        bucket = bucket_of(int(duration))
        merged[bucket] = merged.get(bucket, 0) + count
    return merged


def nearest_rank(values: Sequence[int], counts: Sequence[int], percent: int) -> int | None:
    """The smallest of the ascending values such that at least `percent` per cent are not above it; None of nothing."""
    return rank_in(values, list(accumulate(counts)), percent)


def rank_in(values: Sequence[int], cumulated: Sequence[int], percent: int) -> int | None:
    """As nearest_rank, where the counts are added up already."""
    if not cumulated or not cumulated[-1]:
        return None
    rank = (percent * cumulated[-1] + 99) // 100
    return values[bisect_left(cumulated, rank)]


def add(histogram: Histogram, other: Mapping[int, int]) -> None:
    """Merges `other` into `histogram`."""
    known = histogram.get
    for bucket, count in other.items():
        histogram[bucket] = known(bucket, 0) + count


def _whole_numbers_in(bucket: int) -> tuple[int, int]:
    """The least and greatest whole number that `bucket_of` puts there; the powers alone can be off by one."""
    low, high = math.ceil(GAMMA ** (bucket - 2)), math.floor(GAMMA ** (bucket - 1))
    while bucket_of(low) < bucket:
        low += 1
    while low > 1 and bucket_of(low - 1) == bucket:
        low -= 1
    while bucket_of(high) > bucket:
        high -= 1
    # All that is longer than LONGEST is in its bucket, which therefore ends nowhere else.
    while high < LONGEST and bucket_of(high + 1) == bucket:
        high += 1
    return low, max(low, high)
