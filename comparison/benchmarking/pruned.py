"""A database whose events were pruned long ago: roll-ups of many days, and the events of the last hour or two.

A few days are drawn from each node's deck, as the demonstration deals events, and counted as roll-ups count them; all
other days are copies of these.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connections, transaction

from comparison.benchmarking.scenarios import SEED, Parameters
from nodes import sql, storage_days
from nodes.demo import fill as demo
from nodes.demo.stories import Story, chance
from nodes.demo.traffic import DAY, HOUR, Deck, Slice, deck, drift, slices
from nodes.fields import to_stored
from nodes.rollups import points
from nodes.rollups.codes import HOURS_A_DAY, WEEK, day_of
from nodes.rollups.histogram import histogram_of
from nodes.rollups.increments import Increments, Node
from nodes.rollups.packing import packed
from nodes.rollups.weeks import add_weeks
from nodes.router import EVENTS
from nodes.soundness import TIMED_ACTIONS
from nodes.sql import rollups
from nodes.sql.groups import LONGEST_REASON, EventGroup

DRAWN = 3  # days
CARDS = 8192  # of each deck, whatever the number of nodes: fewer would have fewer different latencies
LEAST = timedelta(hours=1)  # of events that are there

Row = tuple[Any, ...]


@dataclass(frozen=True)
class RecentPlan(demo.Plan):
    """Only the events from `since` on."""

    since: int = 0

    @property
    def slices(self) -> list[Slice]:
        end = int(self.as_of.timestamp())
        number = self.events_per_node * (end - self.since) // (self.days * DAY)
        return slices(self.stories, self.since, end, max(number, 1))


@dataclass
class Known:
    """The numbers that all days share."""

    nodes: dict[str, Node] = field(default_factory=dict)
    satellites: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DrawnDay:
    """Rows as of the first day of 1970: the third value of each is the start; `hours` has node and hours."""

    events: int
    counts: list[Row]
    latencies: list[Row]
    failures: list[Row]
    hours: list[Row]


def fill(parameters: Parameters, as_of: datetime) -> dict[str, Any]:
    """Returns how many events the roll-ups stand for, and what they add to the database's size."""
    connection = connections[EVENTS]
    until = int((as_of - LEAST).timestamp()) // HOUR
    plan = RecentPlan(parameters.nodes, parameters.events_per_node, parameters.days, as_of, SEED, until * HOUR)
    demo.prepare(plan, replace=False)
    demo.write_side_tables(plan)
    before = sql.size_in_bytes(connection)
    events = _write_days(plan, until)
    grown = sql.size_in_bytes(connection) - before
    for _ in demo.write_events(plan):
        pass
    demo.finish()
    return {"events": events, "bytes": grown}


def _write_days(plan: RecentPlan, until: int) -> int:
    """In the order of time, as they would come; hours count from 1970."""
    first, last = day_of(until - plan.days * HOURS_A_DAY), day_of(until)
    known, events = Known(), 0
    days = list(_drawn_days(plan, known, [HOURS_A_DAY] * DRAWN))
    for number, start in enumerate(range(first, last, HOURS_A_DAY)):
        events += _write(days[number % DRAWN], start)
    for day in _drawn_days(plan, known, [until - last]):
        events += _write(day, last)
    for node in known.nodes.values():
        node.saw(_stamp(first), _stamp(until - 1))
    _write_known(known)
    with transaction.atomic(using=EVENTS):
        add_weeks(connections[EVENTS])
    points.make(connections[EVENTS])
    while not storage_days.keep(connections[EVENTS]):
        pass
    return events


def _drawn_days(plan: RecentPlan, known: Known, lengths: Sequence[int]) -> Iterator[DrawnDay]:
    """Days that end after so many hours. One deck at a time is in memory."""
    days = [Increments(known.nodes, known.satellites, known.reasons) for _ in lengths]
    activity = slices(plan.stories, 0, DAY, plan.events_per_node // plan.days)
    for index, story in enumerate(plan.stories):
        cards, rng = deck(story, SEED, CARDS), chance(SEED, "days", story.name)
        by_hour: Counter[int] = Counter()
        for part in activity:
            by_hour[part.begin // HOUR] += part.counts[index]
        for day, length in zip(days, lengths, strict=True):
            for hour in range(length):
                _add_hour(day, story, cards, hour, Counter(rng.choices(range(len(cards)), k=by_hour[hour])))
    yield from map(_rows, days)


def _add_hour(day: Increments, story: Story, cards: Deck, hour: int, drawn: Mapping[int, int]) -> None:
    """Events of an hour of 1970's first day; `drawn` is how often each card came."""
    slowed = drift(story.traffic, hour + 0.5)
    sums: dict[Row, list[int]] = defaultdict(lambda: [0, 0])
    durations: dict[str, Counter[int]] = defaultdict(Counter)
    for card, times in drawn.items():
        (action, status, size, satellite, *_, reason, _name), duration = cards[card]
        key = satellite, action, status, reason[:LONGEST_REASON] if reason and status == "failed" else None
        sums[key][0] += times
        sums[key][1] += size * times
        if duration is not None and status == "success" and action in TIMED_ACTIONS:
            durations[action][int(duration * slowed)] += times
    text = f"1970-01-01T{hour:02d}"
    day.add(
        EventGroup(story.name, text, satellite, action, status, reason, attempts, size, None, None, 0, None)
        for (satellite, action, status, reason), (attempts, size) in sums.items()
    )
    # Not as the groups' text: half a million durations of each day and node took most of the time.
    for action, counted in durations.items():
        day.add_durations(story.name, hour, action, histogram_of(counted))


def _rows(increments: Increments) -> DrawnDay:
    return DrawnDay(
        increments.events,
        [(*key, *sums) for key, sums in sorted(increments.counts.items()) if _is_of_a_day(*key)],
        [(*key, packed(histogram)) for key, histogram in sorted(increments.latencies.items()) if _is_of_a_day(*key)],
        [(*key, attempts) for key, attempts in sorted(increments.failures.items()) if _is_of_a_day(*key)],
        [(node, hours) for (node, _), hours in sorted(increments.hours.items())],
    )


def _is_of_a_day(node: int, span: int, *rest: int) -> bool:
    """Weeks are made of the days when all of them are there."""
    return span != WEEK


def _write(day: DrawnDay, start: int) -> int:
    connection = connections[EVENTS]
    with transaction.atomic(using=EVENTS):
        rollups.add_counts(connection, _shifted(day.counts, start))
        rollups.put_latencies(connection, _shifted(day.latencies, start))
        rollups.add_failures(connection, _shifted(day.failures, start))
        rollups.add_hours(connection, [(node, start, hours) for node, hours in day.hours])
    return day.events


def _write_known(known: Known) -> None:
    connection = connections[EVENTS]
    with transaction.atomic(using=EVENTS):
        rollups.put_nodes(
            connection, [(node.number, name, node.first, node.last) for name, node in known.nodes.items()]
        )
        rollups.add_satellites(connection, [(number, name) for name, number in known.satellites.items()])
        rollups.add_reasons(connection, [(number, text) for text, number in known.reasons.items()])


def _shifted(rows: Iterable[Row], hours: int) -> list[Row]:
    return [(node, span, start + hours, *rest) for node, span, start, *rest in rows]


def _stamp(hour: int) -> str:
    return to_stored(datetime.fromtimestamp(hour * HOUR, UTC))
