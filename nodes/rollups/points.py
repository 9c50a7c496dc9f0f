"""What a point of a series needs of a node's hour, day or week: sums over all satellites, and percentiles, as one row.

The same follows from counts and latencies, but adding these up for each point of a window took half of a comparison's
time. As bytes it is the attempts of each action and status (4 bytes each), the bytes of the successful ones of each
action (8), and of each action with durations the buckets of its PERCENTS (2), all little-endian.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.rollups.codes import ACTION_CODES, STATUS_CODES
from nodes.rollups.histogram import Histogram, nearest_rank
from nodes.rollups.packing import columns, lanes_of
from nodes.soundness import ACTIONS, STATUSES, TIMED_ACTIONS
from nodes.sql import paid, rollups
from nodes.sql import points as sql

PERCENTS = (50, 95)
KINDS = tuple((action, status) for action in ACTIONS for status in STATUSES)
TIMES = tuple((action, percent) for action in TIMED_ACTIONS for percent in PERCENTS)
SUCCESS = STATUS_CODES["success"]

_ROW = struct.Struct(f"<{len(KINDS)}I{len(ACTIONS)}Q{len(TIMES)}H")
_BYTES, _TIMES = len(KINDS), len(KINDS) + len(ACTIONS)
_NO_BUCKET = 0xFFFF
_PLACES = {ACTION_CODES[action]: place * len(PERCENTS) for place, action in enumerate(TIMED_ACTIONS)}

Key = tuple[int, ...]


@dataclass
class Point:
    """`attempts` by KINDS, `sizes` by ACTIONS, `buckets` by TIMES: of what has no durations, _NO_BUCKET."""

    attempts: list[int] = field(default_factory=lambda: [0] * len(KINDS))
    sizes: list[int] = field(default_factory=lambda: [0] * len(ACTIONS))
    buckets: list[int] = field(default_factory=lambda: [_NO_BUCKET] * len(TIMES))

    def count(self, action: int, status: int, attempts: int, size: int) -> None:
        """By codes of sound attempts."""
        self.attempts[(action - 1) * len(STATUSES) + status - 1] += attempts
        if status == SUCCESS:
            self.sizes[action - 1] += size

    def time(self, action: int, histogram: Mapping[int, int]) -> None:
        """The histogram is the whole one of this action."""
        values = sorted(histogram)
        self._set_buckets(action, values, [histogram[value] for value in values])

    def add(self, known: "Point") -> None:
        """What was there before; its percentiles where this has none."""
        self.attempts = [mine + other for mine, other in zip(self.attempts, known.attempts, strict=True)]
        self.sizes = [mine + other for mine, other in zip(self.sizes, known.sizes, strict=True)]
        self.buckets = [
            other if mine == _NO_BUCKET else mine for mine, other in zip(self.buckets, known.buckets, strict=True)
        ]

    def packed(self) -> bytes:
        return _ROW.pack(*self.attempts, *self.sizes, *self.buckets)

    def _set_buckets(self, action: int, values: Any, counts: Any) -> None:
        place = _PLACES[action]
        for offset, percent in enumerate(PERCENTS):
            bucket = nearest_rank(values, counts, percent)
            self.buckets[place + offset] = _NO_BUCKET if bucket is None else bucket


def unpacked(data: bytes) -> Point:
    values = _ROW.unpack(data)
    return Point(list(values[:_BYTES]), list(values[_BYTES:_TIMES]), list(values[_TIMES:]))


class Sums(NamedTuple):
    """Attempts by action and status, bytes by action, without those that are 0; buckets by action and percent."""

    attempts: dict[tuple[str, str], int]
    sizes: dict[str, int]
    buckets: dict[tuple[str, int], int]


def sums_of(data: bytes) -> Sums:
    """Of what `packed` made."""
    values = _ROW.unpack(data)
    return Sums(
        {kind: count for kind, count in zip(KINDS, values, strict=False) if count},
        {action: size for action, size in zip(ACTIONS, values[_BYTES:], strict=False) if size},
        {time: bucket for time, bucket in zip(TIMES, values[_TIMES:], strict=True) if bucket != _NO_BUCKET},
    )


def complete(connection: BaseDatabaseWrapper, points: Mapping[Key, Point], latencies: Mapping[Key, Histogram]) -> None:
    """Makes what a batch adds to points what is to be stored of them. `latencies` are merged with the stored ones."""
    for (*point, action), histogram in latencies.items():
        points[tuple(point)].time(action, histogram)
    for *key, data in sql.points_at(connection, list(points)):
        points[tuple(key)].add(unpacked(bytes(data)))


def are_complete(connection: BaseDatabaseWrapper) -> bool:
    """False after an update until they are made, and after a program from before there were points has counted."""
    return sql.turns_behind(connection) == 0


def make(connection: BaseDatabaseWrapper) -> None:
    """Of all that is counted, with what earnings need of it, in the place of what is there: node by node, without a
    lock but to write it."""
    behind = sql.turns_behind(connection)
    for node in sql.counted_nodes(connection):
        while not _made(connection, node):
            pass
    with transaction.atomic(using=connection.alias):
        sql.set_complete(connection, behind)


def _made(connection: BaseDatabaseWrapper, node: int) -> bool:
    """False where somebody has counted meanwhile."""
    with rollups.snapshot(connection):
        watermark, turn = rollups.state(connection) or (0, 0)
        points = _points(sql.counts_of(connection, node), sql.latencies_of(connection, node))
    with transaction.atomic(using=connection.alias):
        if not rollups.take_turn(connection, turn, watermark):
            return False
        sql.drop_points(connection, node)
        sql.put_points(connection, [(node, *key, point.packed()) for key, point in points.items()])
        paid.make(connection, node)
    return True


def _points(counts: Iterable[tuple[Any, ...]], latencies: Iterable[tuple[Any, ...]]) -> dict[Key, Point]:
    found: dict[Key, Point] = {}
    for span, start, action, status, attempts, size in counts:
        found.setdefault((span, start), Point()).count(action, status, int(attempts), int(size))
    for span, start, action, packed in latencies:
        found[span, start]._set_buckets(action, *columns(lanes_of(bytes(packed))))
    return found
