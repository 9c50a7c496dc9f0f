"""How every node stands, in a line each: a few statements for all of them together, however many events there are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import reputation, risk, told
from comparison.metrics import by_key
from comparison.offline import SUSPENDED_BELOW, TRACKED
from comparison.present import labels_of
from comparison.satellite_risk import SatelliteRisk, satellite_risks
from comparison.spans import hour_of, hours_of
from comparison.summary import FEW, FEW_HOURS
from comparison.told import Told
from comparison.units import counted, shown
from comparison.window import Window
from nodes.display import NO_VALUE, moment, size
from nodes.fields import from_stored, to_stored
from nodes.known import natural_order, printable
from nodes.models import Node
from nodes.reading import reading
from nodes.rollups.codes import day_of
from nodes.rollups.presence import rollups_exist
from nodes.sql import allocated_per_node, events_per_node, rolled, used_space_per_node

HOURS = 24
FAILURES_LEFT = "audit_failures_left"
QUIET_AFTER = timedelta(hours=1)
# Where the audits of each 12 hours are not known: being offline so long may make such a score one that suspends.
LOW_ONLINE = 100 * (SUSPENDED_BELOW + timedelta(hours=FEW_HOURS) / TRACKED)
FULL_FROM = 95  # per cent of the allocated space


@dataclass(frozen=True)
class State:
    """Texts to show. `warnings` names what an operator should look at; of most nodes it is empty."""

    pk: int
    label: str
    last_event: str
    failures_left: str
    space: str
    coverage: str
    warnings: str


@dataclass(frozen=True)
class _Figures:
    """By name; a name that is missing has no such figure. Bytes, counts, and times as stored."""

    events: Mapping[str, datetime | None]
    failures: Mapping[str, int | None]
    threats: Mapping[str, Sequence[str]]
    used: Mapping[str, int]
    allocated: Mapping[str, int]
    hours: Mapping[str, int] | None


def fleet_state(nodes: Sequence[Node], as_of: datetime | None = None) -> list[State]:
    """The state of these nodes at `as_of` (default: now), in the order of their labels.

    The statements are as many for 200 nodes as for one. Raises EventsUnavailable.
    """
    window = Window.ending(as_of or datetime.now(UTC), HOURS)
    with reading() as connection:
        figures = _read(connection, [node.name for node in nodes], window)
    labels = labels_of(nodes)
    ordered = sorted(nodes, key=lambda node: natural_order(labels[node.name]))
    return [_state(node, labels[node.name], figures, window.end) for node in ordered]


def _read(connection: BaseDatabaseWrapper, names: Sequence[str], window: Window) -> _Figures:
    end = to_stored(window.end)
    events = {name: _moment(newest) for name, _, newest, _ in events_per_node(connection, names, end, end, 1)}
    scores, all_told = reputation.read(connection, names, window), told.read(connection, names, window, False)
    return _Figures(
        events,
        {name: _failures_left(of_node, window) for name, of_node in scores.items()},
        {name: list(_threats(scores[name], all_told.get(name, told.NOTHING), window)) for name in names},
        dict(used_space_per_node(connection, names, end)),
        dict(allocated_per_node(connection, names, end)),
        _hours(connection, names, window, events) if rollups_exist(connection) else None,
    )


def _moment(stored: object) -> datetime | None:
    return None if stored is None else from_stored(stored)


def _failures_left(scores: reputation.Reputation, window: Window) -> int | None:
    """As a comparison tells it."""
    left = reputation.measure(scores, window).values.get(FAILURES_LEFT)
    return None if left is None else int(left)


def _threats(scores: reputation.Reputation, known: Told, window: Window) -> Iterator[str]:
    """What the risk of a comparison marks, beside audits: standing, time offline, version, and being out of reach."""
    in_use = [each for each in satellite_risks(scores, known, window) if not each.disqualified]
    if names := [printable(each.name) for each in in_use if each.suspended]:
        yield f"suspended by {', '.join(names)}"
    yield from _offline(in_use)
    if risk.is_down(known, window):
        yield "API does not answer"
    state = risk.state_at(known, window)
    if state and risk.up_to_date(state) is False:
        yield f"version {printable(state.version or 'unknown', 30)} is below the lowest allowed"


def _offline(satellites: Sequence[SatelliteRisk]) -> Iterator[str]:
    hours = min((each.offline_hours_left for each in satellites if each.offline_hours_left is not None), default=None)
    online = [each.scores.online_score for each in satellites if each.offline_hours_left is None and each.scores]
    score = min((score for score in online if score is not None), default=None)
    if hours is not None and hours <= FEW_HOURS:
        yield f"only {counted(hours, 'hour')} left to be offline"
    elif score is not None and score <= LOW_ONLINE:
        yield f"online score {score:.0f} %"


def _hours(
    connection: BaseDatabaseWrapper, names: Sequence[str], window: Window, events: Mapping[str, datetime | None]
) -> dict[str, int]:
    """Of the last HOURS hours, this one included, how many have events: counted ones, and the newest."""
    last = hours_of(window).stop
    span = range(last - HOURS, last)
    numbers = {number: name for name, number, *_ in rolled.named(connection, names)}
    found: dict[str, set[int]] = {name: set() for name in names}
    for number, day, mask in rolled.hours(connection, list(numbers), day_of(span.start), span.stop) if numbers else ():
        found[numbers[number]].update(day + bit for bit in range(24) if mask >> bit & 1)
    for name, newest in events.items():
        if newest is not None:
            found[name].add(hour_of(newest))
    return {name: sum(hour in span for hour in hours) for name, hours in found.items()}


def _state(node: Node, label: str, figures: _Figures, end: datetime) -> State:
    newest = figures.events.get(node.name)
    left = figures.failures.get(node.name)
    used, total = figures.used.get(node.name), figures.allocated.get(node.name)
    hours = None if figures.hours is None else figures.hours.get(node.name, 0)
    return State(
        node.pk,
        label,
        moment(newest),
        shown(by_key()[FAILURES_LEFT], left).number,
        _space(used, total),
        NO_VALUE if hours is None else f"{hours} of {HOURS} hours",
        ", ".join([*_warnings(newest, left, used, total, end), *figures.threats[node.name]]),
    )


def _space(used: int | None, total: int | None) -> str:
    if used is None or not total:
        return size(used)
    return f"{size(used)} of {size(total)}, {100 * used / total:.0f} %"


def _warnings(
    newest: datetime | None, left: int | None, used: int | None, total: int | None, end: datetime
) -> list[str]:
    found = []
    if newest is None:
        found.append("no events")
    elif end - newest > QUIET_AFTER:
        found.append("quiet for over an hour")
    if left == 0:
        found.append("disqualified, or below the limit")
    elif left is not None and left <= FEW:
        found.append("few audit failures left")
    if used is not None and total and 100 * used >= FULL_FROM * total:
        found.append("nearly full")
    return found
