"""The traffic of one node in a window: sums in all, per satellite and per point of a series."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from comparison.actions import AUDIT, CANCELED, FAILED, SUCCESS, UPLOAD
from comparison.distribution import NO_DURATIONS, Distribution
from comparison.history import History
from comparison.spans import hours_of, step_of
from comparison.window import Window
from nodes.rollups.codes import hour_of
from nodes.rollups.histogram import add_columns, bucket_of, columns, histogram_of_totals, no_totals
from nodes.rollups.reasons import reason_of
from nodes.sql.groups import EventGroup

# So many uploads without a single lost race mean that lost races are not recorded, not that none was lost.
UPLOADS_THAT_LOSE_A_RACE = 1000


@dataclass
class Tally:
    """Attempts by action and status, and bytes of the successful ones by action."""

    attempts: Counter[tuple[str, str]] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)

    def add(self, action: str, status: str, attempts: int, size: int) -> None:
        self.attempts[action, status] += attempts
        if status == SUCCESS:
            self.bytes[action] += size

    def of(self, action: str) -> tuple[int, int, int]:
        """Successful, canceled and failed attempts."""
        return self.attempts[action, SUCCESS], self.attempts[action, CANCELED], self.attempts[action, FAILED]

    def rated(self, action: str) -> int:
        """The attempts that a rate is a share of: a canceled audit is no failed audit, and stands beside the rate."""
        success, canceled, failed = self.of(action)
        return success + failed + (0 if action == AUDIT else canceled)


@dataclass
class Traffic:
    """`oldest` and `newest` are of the counted events, `known_since` and `known_until` of all events of the node.

    Bit n of `hours` says whether the window's n-th clock hour has an event. `broken` events have a value that cannot
    be, `without_time` ones a time stamp that cannot be read, whenever that was. `counted` is how many per cent of all
    events the roll-ups have, where they have too few to be used. `history` is of the hours before `known_since`.
    """

    window: Window
    source: str = "sample"
    total: Tally = field(default_factory=Tally)
    satellites: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    points: dict[int, Tally] = field(default_factory=lambda: defaultdict(Tally))
    reasons: Counter[str] = field(default_factory=Counter)
    durations: dict[str, Distribution] = field(default_factory=dict)
    point_durations: dict[tuple[int, str], Distribution] = field(default_factory=dict)
    hours: int = 0
    broken: int = 0
    without_time: int = 0
    rows_read: int = 0
    limited: bool = False
    counted: int | None = None
    end_is_pruned: bool = False
    oldest: datetime | None = None
    newest: datetime | None = None
    known_since: datetime | None = None
    known_until: datetime | None = None
    history: History = field(default_factory=History)

    @property
    def events(self) -> int:
        return self.total.attempts.total()

    @property
    def upload_cancels_recorded(self) -> bool:
        uploads = self.total.of(UPLOAD)
        return uploads[1] > 0 or sum(uploads) < UPLOADS_THAT_LOSE_A_RACE

    def timed(self, action: str) -> Distribution:
        return self.durations.get(action, NO_DURATIONS)


class Tallying:
    """Adds up rows of roll-ups and groups of events into the Traffic of one node."""

    def __init__(self, traffic: Traffic) -> None:
        self.traffic = traffic
        self._step = step_of(traffic.window)
        self._hours = hours_of(traffic.window)
        self._packed: dict[tuple[int, str], list[bytes]] = defaultdict(list)
        self._loose: dict[tuple[int, str], Counter[int]] = defaultdict(Counter)

    def add_groups(self, groups: Iterable[EventGroup]) -> None:
        """Those of hours of the window; nothing of them where their time cannot be read."""
        for group in groups:
            hour = None if group.hour is None else hour_of(group.hour)
            if hour is not None and hour in self._hours:
                self._add_group(group, hour)

    def add_packed(self, point: int, action: str, buckets: bytes) -> None:
        self._packed[point, action].append(buckets)

    def add_hours(self, first: int, mask: int) -> None:
        """Bit n of the mask is the hour first + n; hours outside the window are left out."""
        ahead = first - self._hours.start
        shifted = mask << ahead if ahead >= 0 else mask >> -ahead
        self.traffic.hours |= shifted & ((1 << len(self._hours)) - 1)

    def finish(self, exact: bool) -> Traffic:
        """With the durations: exact ones, or in the roll-ups' buckets."""
        traffic = self.traffic
        make = self._exact if exact else self._in_buckets
        traffic.point_durations = {key: make(*key) for key in self._packed.keys() | self._loose.keys()}
        for action in {action for _, action in traffic.point_durations}:
            parts = [part for (_, of), part in traffic.point_durations.items() if of == action]
            traffic.durations[action] = _merged(parts, exact)
        return traffic

    def _add_group(self, group: EventGroup, hour: int) -> None:
        traffic = self.traffic
        self.add_hours(hour, 1)
        if group.action is None or group.status is None:
            traffic.broken += group.attempts
            return
        satellite = group.satellite if isinstance(group.satellite, str) else ""
        point = self._step.point(hour)
        for tally in (traffic.total, traffic.satellites[satellite], traffic.points[point]):
            tally.add(group.action, group.status, group.attempts, int(group.bytes or 0))
        if group.status == FAILED:
            traffic.reasons[reason_of(group.reason)] += group.attempts
        if group.durations:
            self._loose[point, group.action].update(map(int, group.durations.split(",")))

    def _exact(self, point: int, action: str) -> Distribution:
        return Distribution.of_counts(self._loose[point, action], exact=True)

    def _in_buckets(self, point: int, action: str) -> Distribution:
        packed, loose = self._packed.get((point, action), []), self._loose.get((point, action))
        if len(packed) == 1 and not loose:
            return Distribution(*columns(packed[0]))
        totals = no_totals()
        for data in packed:
            add_columns(totals, *columns(data))
        for duration, count in (loose or {}).items():
            totals[bucket_of(duration)] += count
        return Distribution.of_counts(histogram_of_totals(totals))


def _merged(parts: list[Distribution], exact: bool) -> Distribution:
    if len(parts) == 1:
        return parts[0]
    if exact:
        counts: Counter[int] = Counter()
        for part in parts:
            counts.update(dict(zip(part.values, part.counts, strict=True)))
        return Distribution.of_counts(counts, exact=True)
    totals = no_totals()
    for part in parts:
        add_columns(totals, part.values, part.counts)
    return Distribution.of_counts(histogram_of_totals(totals))
