"""What a batch of events adds to the roll-ups, worked out before anything is locked."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from nodes.known import is_usable_name
from nodes.rollups import codes
from nodes.rollups.histogram import Histogram, add, histogram_of
from nodes.rollups.points import Point
from nodes.rollups.reasons import MOST_REASONS, NONE_RECORDED, reason_of
from nodes.satellites import satellite_of
from nodes.sql.groups import EventGroup

# There have been a dozen satellites; what is more than these many is rubbish, counted as of none.
MOST_SATELLITES = 200
UNSOUND = (codes.BROKEN, codes.BROKEN)


@dataclass
class Node:
    """`first` and `last` are the stored time stamps of its events."""

    number: int
    first: str | None = None
    last: str | None = None

    def saw(self, first: str | None, last: str | None) -> None:
        self.first = min(filter(None, (self.first, first)), default=None)
        self.last = max(filter(None, (self.last, last)), default=None)


@dataclass
class Increments:
    """`nodes`, `satellites` and `reasons` begin as those that the roll-ups know, and get the new ones."""

    nodes: dict[str, Node]
    satellites: dict[str, int]
    reasons: dict[str, int]
    events: int = 0
    last_id: int = 0
    seen: set[str] = field(default_factory=set)
    new_satellites: list[str] = field(default_factory=list)
    new_reasons: list[str] = field(default_factory=list)
    hours: dict[tuple[int, int], int] = field(default_factory=dict)
    counts: dict[tuple[int, ...], list[int]] = field(default_factory=dict)
    latencies: dict[tuple[int, ...], Histogram] = field(default_factory=dict)
    failures: dict[tuple[int, ...], int] = field(default_factory=dict)
    points: dict[tuple[int, ...], Point] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many there are to write, but for a few."""
        return len(self.counts) + len(self.latencies) + len(self.failures) + len(self.hours) + len(self.points)

    def add(self, groups: Iterable[EventGroup]) -> None:
        for group in groups:
            self.events += group.attempts
            self.last_id = max(self.last_id, group.last_id)
            if is_usable_name(group.node):
                self._add(group, self._node(group.node))

    def add_durations(self, name: str, hour: int, action: str, histogram: Histogram) -> None:
        """Of successful attempts that are counted already."""
        self._time(self._node(name).number, hour, codes.ACTION_CODES[action], histogram)

    def _add(self, group: EventGroup, node: Node) -> None:
        hour = None if group.hour is None else codes.hour_of(group.hour)
        kind = _kind(hour, group.action, group.status)
        size = 0 if kind == UNSOUND else int(group.bytes or 0)
        for span, start in _spans(hour):
            self._count((node.number, span, start, self._satellite(group.satellite), *kind), group.attempts, size)
            if kind != UNSOUND:
                self.points.setdefault((node.number, span, start), Point()).count(*kind, group.attempts, size)
        if hour is not None:
            node.saw(group.first, group.last)
            self._mark(node.number, hour)
            if kind != UNSOUND and group.status == "failed":
                self._fail(node.number, hour, kind[0], self._reason(group.reason), group.attempts)
            if group.durations and group.action:
                histogram = histogram_of(group.durations.split(","))
                self._time(node.number, hour, codes.ACTION_CODES[group.action], histogram)

    def _node(self, name: str) -> Node:
        self.seen.add(name)
        if name not in self.nodes:
            self.nodes[name] = Node(_next(node.number for node in self.nodes.values()))
        return self.nodes[name]

    def _satellite(self, name: object) -> int:
        text = satellite_of(name)
        if not text or (text not in self.satellites and len(self.satellites) >= MOST_SATELLITES):
            return codes.NO_SATELLITE
        if text not in self.satellites:
            self.satellites[text] = _next(self.satellites.values())
            self.new_satellites.append(text)
        return self.satellites[text]

    def _reason(self, recorded: object) -> int:
        text = reason_of(recorded)
        if text not in self.reasons:
            if text != NONE_RECORDED and len(self.reasons) >= MOST_REASONS:
                return codes.OTHER
            self.reasons[text] = _next(self.reasons.values())
            self.new_reasons.append(text)
        return self.reasons[text]

    def _mark(self, node: int, hour: int) -> None:
        key = node, codes.day_of(hour)
        self.hours[key] = self.hours.get(key, 0) | codes.bit_of(hour)

    def _fail(self, node: int, hour: int, action: int, reason: int, attempts: int) -> None:
        for span, start in _spans(hour):
            key = node, span, start, action, reason
            self.failures[key] = self.failures.get(key, 0) + attempts

    def _count(self, key: tuple[int, ...], attempts: int, total: int) -> None:
        sums = self.counts.setdefault(key, [0, 0])
        sums[0] += attempts
        sums[1] += total

    def _time(self, node: int, hour: int, action: int, histogram: Histogram) -> None:
        for span, start in _spans(hour):
            add(self.latencies.setdefault((node, span, start, action), {}), histogram)


def _kind(hour: int | None, action: str | None, status: str | None) -> tuple[int, int]:
    if hour is None or action is None or status is None:
        return UNSOUND
    return codes.ACTION_CODES[action], codes.STATUS_CODES[status]


def _spans(hour: int | None) -> tuple[tuple[int, int], ...]:
    if hour is None:
        return ((codes.NO_TIME, 0),)
    return (codes.HOUR, hour), (codes.DAY, codes.day_of(hour)), (codes.WEEK, codes.week_of(hour))


def _next(numbers: Iterable[int]) -> int:
    return max(numbers, default=0) + 1
