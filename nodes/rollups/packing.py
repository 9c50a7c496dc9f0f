"""Histograms as bytes, and the sum of many of them.

To be summed, a histogram is one whole number of 32 bits for each bucket, the lowest for bucket 0: one addition adds
the counts of all buckets, in C; bucket by bucket the same took most of a comparison's time.

As bytes it is the number of its first bucket (2 bytes, little-endian), and compressed by zlib the counts of that bucket
and of all that follow, 4 bytes each: the lowest bytes of all counts first, then the next ones. As most of the upper
bytes are 0, this takes a sixth of the counts as they are.
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache

from nodes.rollups.histogram import Histogram

Lanes = int
BITS = 32

_BYTES = BITS // 8
_FIRST = struct.Struct("<H")
_FAST = 1  # zlib's better levels take several times as long for a tenth


def packed(histogram: Mapping[int, int]) -> bytes:
    """Counts above 2^32 - 1 cannot be packed: an hour, day or week has no 4 billion events."""
    buckets, counts = columns(lanes_of_histogram(histogram))
    data = _counts(len(counts)).pack(*counts)
    planes = b"".join(data[place::_BYTES] for place in range(_BYTES))
    return _FIRST.pack(buckets[0] if buckets else 0) + zlib.compress(planes, _FAST)


def unpacked(data: bytes) -> Histogram:
    buckets, counts = columns(lanes_of(data))
    return {bucket: count for bucket, count in zip(buckets, counts, strict=True) if count}


def lanes_of(data: bytes) -> Lanes:
    """Of what `packed` made. Lanes are merged by adding them, as long as no bucket comes to 2^32."""
    first: int = _FIRST.unpack_from(data)[0]
    planes = zlib.decompress(data[_FIRST.size :])
    size = len(planes) // _BYTES
    counts = bytearray(len(planes))
    for place in range(_BYTES):
        counts[place::_BYTES] = planes[place * size : (place + 1) * size]
    return int.from_bytes(counts, "little") << BITS * first


def lanes_of_histogram(histogram: Mapping[int, int]) -> Lanes:
    if not histogram:
        return 0
    first = min(histogram)
    counts = [0] * (max(histogram) - first + 1)
    for bucket, count in histogram.items():
        counts[bucket - first] = count
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
def _counts(size: int) -> struct.Struct:
    return struct.Struct(f"<{size}I")
