"""The traffic of one node in a window: sums in all, per satellite and per point of a series."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import add
from typing import Any, Generic, TypeVar

from comparison.actions import AUDIT, CANCELED, FAILED, SUCCESS, TIMED, UPLOAD
from comparison.distribution import NO_DURATIONS, Distribution
from comparison.history import History
from comparison.spans import hours_of, step_of
from comparison.window import Window
from nodes.intake.integrity import CHECKED_ACTIONS, integrity_failure
from nodes.rollups.codes import hour_of
from nodes.rollups.histogram import histogram_of, value_of
from nodes.rollups.packing import Lanes, lanes_of, lanes_of_histogram
from nodes.rollups.points import Sums
from nodes.rollups.reasons import NONE_RECORDED, OTHER_REASONS, reason_of
from nodes.satellites import satellite_of
from nodes.sql.groups import EventGroup

# So many uploads without a single lost race mean that lost races are not recorded, not that none was lost.
UPLOADS_THAT_LOSE_A_RACE = 1000
T = TypeVar("T", Counter[int], Lanes)


@dataclass
class Tally:
    """Attempts by action and status, and bytes of the successful ones by action."""

    attempts: Counter[tuple[str, str]] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)

    def add(self, action: str, status: str, attempts: int, size: int) -> None:
        self.attempts[action, status] += attempts
        if status == SUCCESS:
            self.bytes[action] += size

    def add_sums(self, sums: Sums) -> None:
        _add(self.attempts, sums.attempts)
        _add(self.bytes, sums.sizes)

    def of(self, action: str) -> tuple[int, int, int]:
        """Successful, canceled and failed attempts."""
        # Counter answers for what it has not by a function of Python, which is asked hundreds of times here.
        known = self.attempts.get
        return known((action, SUCCESS), 0), known((action, CANCELED), 0), known((action, FAILED), 0)

    @property
    def upload_cancels_recorded(self) -> bool | None:
        """None where there are too few uploads to say."""
        uploads = self.of(UPLOAD)
        if uploads[1]:
            return True
        return False if sum(uploads) >= UPLOADS_THAT_LOSE_A_RACE else None

    def rated(self, action: str) -> int:
        """The attempts that a rate is a share of: a canceled audit is no failed audit, and stands beside the rate."""
        return self.succeeded_of(action)[1]

    def succeeded_of(self, action: str) -> tuple[int, int]:
        """The successful attempts, and those that they are a share of."""
        success, canceled, failed = self.of(action)
        return success, success + failed + (0 if action == AUDIT else canceled)


def _add(counts: Counter[Any], more: Mapping[Any, int]) -> None:
    # Most are empty before, and Counter first asks what kind of thing it is given.
    if counts:
        counts.update(more)
    else:
        dict.update(counts, more)


class OnDemand(Mapping[tuple[int, str], Distribution], Generic[T]):
    """By point and action, each made when it is asked for: all at once would take ten times the memory of `parts`."""

    def __init__(self, parts: Mapping[tuple[int, str], T], made: Callable[[T], Distribution]) -> None:
        self._parts: Mapping[tuple[int, str], T] = parts
        self._made: Callable[[T], Distribution] = made

    def __getitem__(self, key: tuple[int, str]) -> Distribution:
        return self._made(self._parts[key])

    def together(self, keys: Iterable[tuple[int, str]]) -> Distribution:
        """Those of the keys that there are, as one."""
        parts = [self._parts[key] for key in keys if key in self._parts]
        return self._made(reduce(add, parts)) if parts else NO_DURATIONS

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)


@dataclass
class Traffic:
    """`oldest` and `newest` are of the counted events, `known_since` and `known_until` of all events of the node up
    to the window's end; the latter is None where it is not known any more.

    Bit n of `hours` says whether the window's n-th clock hour has an event. `broken` events have a value that cannot
    be, `without_time` ones a time stamp that cannot be read, whenever that was. `trouble` says why roll-ups could not
    be read, `summed_since` is that of roll-ups which a sample leaves aside, `counted` is how many per cent of all
    events they have, where these are too few. `history` is of the hours before `known_since`. Of the failed audits and
    repair downloads, `explained` have a reason that is known, and `spoiled` one that says that the node lost the piece.
    `stored_latencies` by point, action and percent are in ms, of points that have none in `point_durations`.
    Where it is that of some satellites only, `whole` is the total of all, `whole_timed` how many durations these have,
    and `untimed` are the actions whose durations are not known of these alone. `before` has the week before a window
    that has too few uploads to say whether lost races are recorded.
    """

    window: Window
    source: str = "sample"
    total: Tally = field(default_factory=Tally)
    satellites: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    points: dict[int, Tally] = field(default_factory=lambda: defaultdict(Tally))
    reasons: Counter[str] = field(default_factory=Counter)
    explained: int = 0
    spoiled: int = 0
    durations: dict[str, Distribution] = field(default_factory=dict)
    point_durations: OnDemand[Any] = field(default_factory=lambda: OnDemand[int]({}, Distribution.of_lanes))
    stored_latencies: dict[tuple[int, str, int], int] = field(default_factory=dict)
    hours: int = 0
    broken: int = 0
    without_time: int = 0
    rows_read: int = 0
    limited: bool = False
    counted: int | None = None
    trouble: str = ""
    end_is_pruned: bool = False
    oldest: datetime | None = None
    newest: datetime | None = None
    known_since: datetime | None = None
    known_until: datetime | None = None
    summed_since: datetime | None = None
    history: History = field(default_factory=History)
    whole: Tally | None = None
    before: Tally = field(default_factory=Tally)
    whole_timed: int | None = None
    untimed: frozenset[str] = frozenset()

    @property
    def events(self) -> int:
        return self.total.attempts.total()

    @property
    def upload_cancels_recorded(self) -> bool:
        window = self.whole or self.total
        recorded = window.upload_cancels_recorded
        if recorded is None:
            recorded = Tally(window.attempts + self.before.attempts).upload_cancels_recorded
        return recorded is not False

    def add_failures(self, reason: str, attempts: int, checked: int) -> None:
        """`checked` of them are audits or repair downloads."""
        self.reasons[reason] += attempts
        if reason not in {NONE_RECORDED, OTHER_REASONS}:
            self.explained += checked
            self.spoiled += checked if integrity_failure(reason) else 0

    def timed(self, action: str) -> Distribution:
        return self.durations.get(action, NO_DURATIONS)

    @property
    def timed_in_all(self) -> int:
        """How many durations there are, of all satellites."""
        own = sum(self.timed(action).count for action in TIMED)
        return own if self.whole_timed is None else self.whole_timed

    def percentiles_at(self, points: Sequence[int], action: str, percent: int) -> list[int | None]:
        """In ms, of each point; `percent` is one of those that points are stored with."""
        # Stored is what is counted; a point with events behind that has its durations here, all of them.
        behind = [point for point, of in self.point_durations if of == action]
        told = {point: self.point_durations[point, action].percentile(percent) for point in behind}
        stored = self.stored_latencies.get
        return [told[point] if point in told else stored((point, action, percent)) for point in points]


class Tallying:
    """Adds up rows of roll-ups and groups of events into the Traffic of one node."""

    def __init__(self, traffic: Traffic) -> None:
        self.traffic = traffic
        self._step = step_of(traffic.window)
        self._hours = hours_of(traffic.window)
        self._lanes: dict[tuple[int, str], Lanes] = defaultdict(int)
        self._total: dict[str, Lanes] = defaultdict(int)
        self._exact: dict[tuple[int, str], Counter[int]] = defaultdict(Counter)

    def add_groups(self, groups: Iterable[EventGroup]) -> None:
        """Those of hours of the window; nothing of them where their time cannot be read."""
        for group in groups:
            hour = None if group.hour is None else hour_of(group.hour)
            if hour is not None and hour in self._hours:
                self._add_group(group, hour)

    def add_packed(self, action: str, buckets: bytes, point: int | None = None) -> None:
        """To the durations of the whole window, and to those of a point where one is given."""
        lanes = lanes_of(buckets)
        self._total[action] += lanes
        if point is not None:
            self._lanes[point, action] += lanes

    def add_to_point(self, point: int, action: str, buckets: bytes) -> None:
        """To the durations of this point alone."""
        self._lanes[point, action] += lanes_of(buckets)

    def add_point(self, point: int, sums: Sums, is_whole: bool) -> None:
        """Of a point, or of a part of it, whose percentiles are not the point's."""
        self.traffic.points[point].add_sums(sums)
        if is_whole:
            stored = self.traffic.stored_latencies
            for (action, percent), bucket in sums.buckets.items():
                stored[point, action, percent] = value_of(bucket)

    def add_hours(self, first: int, mask: int) -> None:
        """Bit n of the mask is the hour first + n; hours outside the window are left out."""
        ahead = first - self._hours.start
        shifted = mask << ahead if ahead >= 0 else mask >> -ahead
        self.traffic.hours |= shifted & ((1 << len(self._hours)) - 1)

    def finish(self, exact: bool) -> Traffic:
        """With the durations: exact ones, where all are of groups, or in the roll-ups' buckets."""
        traffic = self.traffic
        # Plain dicts: asked for a point without durations, a defaultdict would have it as an empty one.
        if exact:
            traffic.point_durations = OnDemand(dict(self._exact), _exactly)
            traffic.durations = {action: _exactly(counts) for action, counts in self._exact_total().items()}
        else:
            for (point, action), counts in self._exact.items():
                lanes = lanes_of_histogram(histogram_of(counts))
                self._lanes[point, action] += lanes
                self._total[action] += lanes
            traffic.point_durations = OnDemand(dict(self._lanes), Distribution.of_lanes)
            traffic.durations = {action: Distribution.of_lanes(lanes) for action, lanes in self._total.items()}
        return traffic

    def _exact_total(self) -> dict[str, Counter[int]]:
        total: dict[str, Counter[int]] = defaultdict(Counter)
        for (_, action), counts in self._exact.items():
            total[action].update(counts)
        return total

    def _add_group(self, group: EventGroup, hour: int) -> None:
        traffic = self.traffic
        self.add_hours(hour, 1)
        if group.action is None or group.status is None:
            traffic.broken += group.attempts
            return
        satellite = satellite_of(group.satellite)
        point = self._step.point(hour)
        for tally in (traffic.total, traffic.satellites[satellite], traffic.points[point]):
            tally.add(group.action, group.status, group.attempts, int(group.bytes or 0))
        if group.status == FAILED:
            checked = group.attempts if group.action in CHECKED_ACTIONS else 0
            traffic.add_failures(reason_of(group.reason), group.attempts, checked)
        if group.durations:
            self._exact[point, group.action].update(map(int, group.durations.split(",")))


def _exactly(counts: Counter[int]) -> Distribution:
    return Distribution.of_counts(counts, exact=True)
