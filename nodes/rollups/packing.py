"""Histograms as bytes, and the sum of many of them.

As bytes a histogram has one of two forms, about the shorter one, little-endian:

- pairs: the bucket numbers (2 bytes each), then their counts (4 bytes each); an even number of bytes;
- a run: the first bucket (2 bytes), an empty byte that makes the length odd, and the counts (4 bytes each) of that
  bucket and of all that follow.

To be summed, a histogram is one whole number of 32 bits for each bucket, the lowest for bucket 0: one addition adds
the counts of all buckets, in C; bucket by bucket the same took most of a comparison's time.
"""

import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache

from nodes.rollups.histogram import Histogram

Lanes = int
BITS = 32

_BYTES = BITS // 8
_PAIR = 2 + _BYTES
_RUN = struct.Struct("<Hx")
# How much longer a run may be than the pairs: it is read in a fiftieth of the time.
_LONGER = 1.25


def packed(histogram: Mapping[int, int]) -> bytes:
    """Counts above 2^32 - 1 cannot be packed: an hour or day has no 4 billion events."""
    buckets = sorted(histogram)
    if not buckets:
        return b""
    length = buckets[-1] - buckets[0] + 1
    if _RUN.size + _BYTES * length <= _LONGER * _PAIR * len(buckets):
        counts = (histogram.get(bucket, 0) for bucket in range(buckets[0], buckets[-1] + 1))
        return _RUN.pack(buckets[0]) + _counts(length).pack(*counts)
    return _pairs(len(buckets)).pack(*buckets, *(histogram[bucket] for bucket in buckets))


def unpacked(data: bytes) -> Histogram:
    if len(data) % 2:
        buckets, counts = columns(lanes_of(data))
        return {bucket: count for bucket, count in zip(buckets, counts, strict=True) if count}
    size = len(data) // _PAIR
    numbers = _pairs(size).unpack(data)
    return dict(zip(numbers[:size], numbers[size:], strict=True))


def lanes_of(data: bytes) -> Lanes:
    """Of what `packed` made. Lanes are merged by adding them, as long as no bucket comes to 2^32."""
    if len(data) % 2:
        first: int = _RUN.unpack_from(data)[0]
        return int.from_bytes(data[_RUN.size :], "little") << BITS * first
    size = len(data) // _PAIR
    numbers = _pairs(size).unpack(data)
    return _lanes(numbers[:size], numbers[size:])


def lanes_of_histogram(histogram: Mapping[int, int]) -> Lanes:
    buckets = sorted(histogram)
    return _lanes(buckets, [histogram[bucket] for bucket in buckets])


def _lanes(buckets: Sequence[int], numbers: Sequence[int]) -> Lanes:
    if not buckets:
        return 0
    first = buckets[0]
    counts = [0] * (buckets[-1] - first + 1)
    for bucket, number in zip(buckets, numbers):  # noqa: B905 - strict costs a fifth
        counts[bucket - first] = number
    return int.from_bytes(_counts(len(counts)).pack(*counts), "little") << BITS * first


def columns(lanes: Lanes) -> tuple[Sequence[int], Sequence[int]]:
    """All buckets from the lowest to the highest that has a count, and the counts."""
    if not lanes:
        return (), ()
    first = ((lanes & -lanes).bit_length() - 1) // BITS
    length = -(-lanes.bit_length() // BITS) - first
    counts = _counts(length).unpack((lanes >> BITS * first).to_bytes(_BYTES * length, "little"))
    return range(first, first + length), counts


@lru_cache(maxsize=4_000)
def _pairs(size: int) -> struct.Struct:
    return struct.Struct(f"<{size}H{size}I")


@lru_cache(maxsize=4_000)
def _counts(size: int) -> struct.Struct:
    return struct.Struct(f"<{size}I")
