"""Each index of the schema is used by a statement of this app, on both databases."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.test.utils import CaptureQueriesContext

from nodes import sql
from nodes.fields import to_stored
from nodes.models import EarningsEstimate, Event, Payout, Reputation, StorageSnapshot
from nodes.records import Criteria, Source, page_of
from nodes.router import EVENTS as WRITABLE
from nodes.router import READONLY
from nodes.schema import INDEXES, Index
from nodes.sql import months

END = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVENTS = Source(Event, node_index=True)
READS = ("SELECT", "WITH", "(SELECT")
HOUR_BEFORE = END - timedelta(hours=1)


def latest_scores() -> None:
    wanted = sql.PerSatellite("reputation_history", ["online_score"])
    sql.latest_per_satellite(connections[READONLY], wanted, ["a"], to_stored(END))


def latest_estimates() -> None:
    wanted = sql.PerSatellite("earnings_estimates", ["total_earnings_gross"])
    sql.latest_per_period(connections[READONLY], wanted, ["a"], {"2026-10": to_stored(END), "2026-11": to_stored(END)})


STATEMENTS: dict[str, Callable[[], object]] = {
    "idx_events_node_name_timestamp": lambda: page_of(EVENTS, Criteria(node="a", end=END)),
    "idx_storage_node_time": lambda: sql.used_space_per_node(connections[READONLY], ["a"], to_stored(END)),
    "idx_reputation_latest": latest_scores,
    "idx_earnings_latest": latest_estimates,
    "idx_payout_node_time": lambda: months.payouts(connections[READONLY], ["a"], "2026-10", "2026-11"),
}


@pytest.fixture
def rows(databases: None) -> None:
    """A few rows of several nodes, so that reading a whole table is not the cheapest plan."""
    many = [(f"node {n}", END - timedelta(minutes=minute)) for n in range(20) for minute in range(10)]
    Event.objects.bulk_create(Event(node_name=name, timestamp=at) for name, at in many)
    StorageSnapshot.objects.bulk_create(StorageSnapshot(node_name=name, timestamp=at) for name, at in many)
    Reputation.objects.bulk_create(Reputation(node_name=name, timestamp=at, satellite="s") for name, at in many)
    Payout.objects.bulk_create(
        Payout(node_name=name, timestamp=at, satellite="s", period="2026-11", actual_payout=1) for name, at in many
    )
    EarningsEstimate.objects.bulk_create(
        EarningsEstimate(node_name=name, timestamp=at, satellite="s", period="2026-11") for name, at in many
    )


def explained(run: Callable[[], object]) -> str:
    """The plans of all statements that it sent."""
    with CaptureQueriesContext(connections[READONLY]) as captured:
        run()
    sent = [query["sql"] for query in captured.captured_queries]
    with transaction.atomic(using=WRITABLE), connections[WRITABLE].cursor() as cursor:
        if connections[WRITABLE].vendor == "postgresql":
            for table in {index.table for index in INDEXES}:
                cursor.execute(f"ANALYZE {table}")
            # In tables as small as these PostgreSQL would rather read everything.
            cursor.execute("SET LOCAL enable_seqscan = off")
        return "\n".join(_plan(cursor, statement) for statement in sent if statement.strip().startswith(READS))


def _plan(cursor: CursorWrapper, statement: str) -> str:
    if connections[WRITABLE].vendor == "postgresql":
        cursor.execute(f"EXPLAIN {statement}")
    else:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
    return "\n".join(str(row[-1]) for row in cursor.fetchall())


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
def test_an_index_is_used_by_the_statement_that_it_is_there_for(rows: None, index: Index) -> None:
    plans = explained(STATEMENTS[index.name])
    assert index.name in plans
    assert f"SCAN {index.table}" not in plans


def test_rows_of_all_nodes_are_merged_from_the_index_of_the_nodes(rows: None) -> None:
    plans = explained(lambda: page_of(EVENTS, Criteria(start=HOUR_BEFORE, end=END)))
    assert plans.count("idx_events_node_name_timestamp") > 20
    assert "SCAN events" not in plans
    assert ("MERGE (UNION ALL)" if connections[WRITABLE].vendor == "sqlite" else "Merge Append") in plans


def test_no_index_is_without_a_statement() -> None:
    assert set(STATEMENTS) == {index.name for index in INDEXES}
