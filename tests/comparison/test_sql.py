"""Every statement of comparison/sql.py finds its rows by an index, on both databases."""

from datetime import timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from comparison import earnings, reputation, sql
from comparison.window import Window
from nodes.fields import to_stored
from nodes.models import Event
from nodes.reading import reading
from nodes.sql import groups
from tests.comparison.conftest import AS_OF

WINDOW = Window.ending(AS_OF, 24)
SPAN = to_stored(WINDOW.start), to_stored(WINDOW.end)


@pytest.fixture
def many_nodes(three_nodes: list[str]) -> None:
    """Enough other nodes that an index by node is worth more than one by time."""
    minutes = [AS_OF - timedelta(minutes=minute) for minute in range(60)]
    Event.objects.bulk_create(Event(timestamp=at, node_name=f"node {n}") for n in range(50) for at in minutes)
    connection = connections["events"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE events")


def run(statement: str) -> list[str]:
    """Runs one of the functions and returns the SQL that it sent, parameters filled in."""
    with reading() as connection, CaptureQueriesContext(connection) as captured:
        match statement:
            case "sample":
                groups.newest_groups(connection, "attic", SPAN, 10_000)
            case "groups_behind":
                groups.groups_behind(connection, ["attic", "cellar"], 10, SPAN[1])
            case "has_more_than":
                sql.has_more_than(connection, "attic", SPAN, 10_000, (0, groups.LAST_ID))
            case "count_events":
                sql.count_events(connection, "attic", SPAN, 10_000)
            case "edges":
                sql.edges(connection, ["attic", "cellar"], WINDOW.end)
            case "snapshots":
                sql.snapshots(connection, "attic", WINDOW)
            case "latest scores":
                reputation.read(connection, "attic", WINDOW)
            case "latest estimates":
                earnings.read(connection, "attic", WINDOW)
    return [query["sql"] for query in captured.captured_queries if query["sql"].lstrip().startswith(("SELECT", "WITH"))]


def plan(statement: str) -> str:
    connection = connections["events"]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
            return "\n".join(str(row[3]) for row in cursor.fetchall())
        # The tables of a test are so small that PostgreSQL would rather read all of them.
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("statement", "table", "indexes"),
    [
        ("sample", "events", ["idx_events_node_name_timestamp"]),
        ("groups_behind", "events", ["INTEGER PRIMARY KEY", "events_pkey"]),
        ("has_more_than", "events", ["idx_events_node_name_timestamp"]),
        ("count_events", "events", ["idx_events_node_name_timestamp"]),
        ("edges", "events", ["idx_events_node_name_timestamp"]),
        ("snapshots", "storage_snapshots", ["idx_storage_node_time"]),
        ("latest scores", "reputation_history", ["idx_reputation_latest", "idx_reputation_node_time"]),
        ("latest estimates", "earnings_estimates", ["idx_earnings_latest"]),
    ],
)
def test_a_statement_uses_its_index(many_nodes: None, statement: str, table: str, indexes: list[str]) -> None:
    for sent in run(statement):
        explained = plan(sent)
        assert any(index in explained for index in indexes), explained
        assert f"SCAN {table}" not in explained
        assert f"Seq Scan on {table}" not in explained


def test_each_kind_of_metrics_is_one_statement(three_nodes: list[str]) -> None:
    for statement in ("sample", "snapshots", "latest scores", "latest estimates"):
        assert len(run(statement)) == 1
