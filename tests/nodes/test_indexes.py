"""Each index of the schema is used by the query that it is there for, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from nodes import sql
from nodes.fields import to_stored
from nodes.models import EarningsEstimate, Event, Reputation, StorageSnapshot
from nodes.router import EVENTS
from nodes.schema import INDEXES, Index

END = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR_BEFORE = END - timedelta(hours=1)


def newest(rows: QuerySet) -> None:
    list(rows.using(EVENTS).order_by("-timestamp", "-id")[:50])


QUERIES: dict[str, Callable[[], object]] = {
    "idx_events_timestamp": lambda: newest(Event.objects.filter(timestamp__gte=HOUR_BEFORE, timestamp__lt=END)),
    "idx_events_node_name_timestamp": lambda: newest(Event.objects.filter(node_name="a", timestamp__lt=END)),
    "idx_storage_node_time": lambda: newest(StorageSnapshot.objects.filter(node_name="a", timestamp__lt=END)),
    "idx_reputation_latest": lambda: sql.latest_per_satellite(
        connections[EVENTS], sql.PerSatellite("reputation_history", ["online_score"]), ["a"], to_stored(END)
    ),
    "idx_earnings_latest": lambda: newest(
        EarningsEstimate.objects.filter(node_name="a", period="2026-11", satellite="s", timestamp__lt=END)
    ),
}


@pytest.fixture
def rows(databases: None) -> None:
    """A few rows of several nodes, so that reading a whole table is not the cheapest plan."""
    many = [(f"node {n}", END - timedelta(minutes=minute)) for n in range(20) for minute in range(10)]
    Event.objects.bulk_create(Event(node_name=name, timestamp=at) for name, at in many)
    StorageSnapshot.objects.bulk_create(StorageSnapshot(node_name=name, timestamp=at) for name, at in many)
    Reputation.objects.bulk_create(Reputation(node_name=name, timestamp=at, satellite="s") for name, at in many)
    EarningsEstimate.objects.bulk_create(
        EarningsEstimate(node_name=name, timestamp=at, satellite="s", period="2026-11") for name, at in many
    )


def explained(query: Callable[[], object]) -> str:
    connection = connections[EVENTS]
    with CaptureQueriesContext(connection) as captured:
        query()
    (sent,) = captured.captured_queries
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sent['sql']}")
            return "\n".join(str(row[3]) for row in cursor.fetchall())
        for table in {index.table for index in INDEXES}:
            cursor.execute(f"ANALYZE {table}")
        # In tables as small as these PostgreSQL would rather read everything.
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sent['sql']}")
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
def test_an_index_is_used_by_the_query_that_it_is_there_for(rows: None, index: Index) -> None:
    assert index.name in explained(QUERIES[index.name])


def test_no_index_is_without_a_query() -> None:
    assert set(QUERIES) == {index.name for index in INDEXES}
