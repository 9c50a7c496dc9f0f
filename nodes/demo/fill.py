"""Writes the demonstration data into the events database.

Each chunk of events is a transaction of its own. A fill that was broken off leaves whole chunks and
perhaps no indexes; filling again with `replace` (or into a fresh database) makes it complete.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import groupby
from typing import TypeVar

from django.db import connections, transaction
from django.db.models import Max, Model, QuerySet

from nodes import sql
from nodes.adopt import adopt
from nodes.demo import money, scores, space, told
from nodes.demo.stories import Story, stories
from nodes.demo.traffic import DAY, Dealer, Deck, Slice, bytes_per_event, deck, deck_size, slices
from nodes.fields import to_stored
from nodes.models import (
    EarningsEstimate,
    Event,
    HashstoreCompaction,
    HourlyStats,
    Payout,
    Reputation,
    SnoAuditWindow,
    SnoNode,
    SnoSatellite,
    SnoStart,
    StorageSnapshot,
)
from nodes.router import EVENTS
from nodes.schema import INDEXES

FILLED: tuple[type[Model], ...] = (
    Event,
    HourlyStats,
    StorageSnapshot,
    Reputation,
    EarningsEstimate,
    Payout,
    HashstoreCompaction,
)
# What the nodes' own API tells, with a column `node`.
TOLD: tuple[type[Model], ...] = (SnoNode, SnoStart, SnoSatellite, SnoAuditWindow)
BATCH = 500

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Plan:
    """What is to be made. The same plan makes the same rows; events end at the second of `as_of`."""

    nodes: int
    events_per_node: int
    days: int
    as_of: datetime
    seed: int

    @property
    def events(self) -> int:
        return self.nodes * self.events_per_node

    @cached_property
    def stories(self) -> list[Story]:
        return stories(self.nodes, self.seed)

    @cached_property
    def decks(self) -> list[Deck]:
        return [deck(story, self.seed, deck_size(self.nodes)) for story in self.stories]

    @property
    def names(self) -> list[str]:
        return [story.name for story in self.stories]

    @property
    def slices(self) -> list[Slice]:
        end = int(self.as_of.timestamp())
        return slices(self.stories, end - self.days * DAY, end, self.events_per_node)


def holds_data() -> bool:
    """Whether there is a row in any of the tables that are filled. Works before they exist, and writes nothing."""
    existing = connections[EVENTS].introspection.table_names()
    return any(model._meta.db_table in existing and _rows(model).exists() for model in FILLED)


def prepare(plan: Plan, replace: bool) -> None:
    """Makes the tables where they are missing.

    With `replace` the rows of the plan's nodes go first; else the database must be empty, and its
    indexes on events go until `finish`, because filling without them is several times faster.
    """
    connection = connections[EVENTS]
    adopt(connection, _silent)
    if replace:
        for model in FILLED:
            _rows(model).filter(node_name__in=plan.names).delete()
        for model in TOLD:
            _rows(model).filter(node__in=plan.names).delete()
        return
    for index in INDEXES:
        if index.table == Event._meta.db_table:
            sql.drop_index(connection, index.name)


def write_side_tables(plan: Plan) -> None:
    """One transaction per node."""
    as_of = plan.as_of.astimezone(UTC)
    for story, cards in zip(plan.stories, plan.decks, strict=True):
        taken = list(space.snapshots(story, as_of, plan.seed))
        a_day = plan.events_per_node / plan.days
        daily = {key: amount * a_day for key, amount in bytes_per_event(cards).items()}
        estimates = list(money.estimates(story, taken, daily, as_of))
        with transaction.atomic(using=EVENTS):
            _rows(StorageSnapshot).bulk_create(taken, BATCH)
            _rows(Reputation).bulk_create(scores.reputation(story, as_of, plan.seed), BATCH)
            _rows(SnoNode).bulk_create([told.state(story, as_of, plan.seed)])
            _rows(SnoStart).bulk_create(told.starts(story, as_of, plan.seed))
            _rows(SnoSatellite).bulk_create(told.satellites(story, as_of), BATCH)
            _rows(SnoAuditWindow).bulk_create(told.windows(story, as_of, plan.seed), BATCH)
            _rows(EarningsEstimate).bulk_create(estimates, BATCH)
            _rows(Payout).bulk_create(money.payouts(story, estimates, as_of, plan.seed), BATCH)
            _rows(HashstoreCompaction).bulk_create(space.compactions(story, as_of, plan.seed), BATCH)


def write_events(plan: Plan) -> Iterator[int]:
    """Writes the events in the order of time, and each hour's sums; yields how many after each chunk."""
    connection = connections[EVENTS]
    dealer = Dealer(plan.stories, plan.decks, plan.seed)
    for hour, parts in groupby(plan.slices, lambda part: part.hour):
        before = _newest_id()
        for part in parts:
            rows = dealer.rows(part)
            with transaction.atomic(using=EVENTS):
                sql.insert_events(connection, rows)
            yield len(rows)
        stamp = to_stored(datetime.fromtimestamp(hour, UTC))
        with transaction.atomic(using=EVENTS):
            sql.add_hourly_stats(connection, stamp, before, plan.names)


def finish() -> None:
    """Builds the indexes that are missing."""
    connection = connections[EVENTS]
    adopt(connection, _silent)
    sql.gather_statistics(connection, Event._meta.db_table)


def _rows(model: type[M]) -> QuerySet[M]:
    return model._default_manager.using(EVENTS)


def _newest_id() -> int:
    return _rows(Event).aggregate(newest=Max("id"))["newest"] or 0


def _silent(_: str) -> None:
    pass
