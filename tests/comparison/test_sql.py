"""Every statement that reads for a comparison finds its rows by an index, on both databases."""

from collections.abc import Callable

import pytest
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import CaptureQueriesContext

from comparison import reputation, sql
from comparison.money import estimates
from comparison.money.month import Month
from comparison.window import Window
from nodes.fields import to_stored
from nodes.reading import reading
from nodes.sql import (
    allocated_per_node,
    groups,
    money,
    months,
    paid,
    pictures,
    points,
    rolled,
    snapshots,
    storage_days,
    told,
)
from tests.comparison.conftest import AS_OF

WINDOW = Window.ending(AS_OF, 24)
PIECES = [(1, 0, 490_000, 490_024), (2, 1, 490_000, 490_024)]
NODES = ["attic", "cellar"]
SPAN = to_stored(WINDOW.start), to_stored(WINDOW.end)


STATEMENTS: dict[str, Callable[[BaseDatabaseWrapper], object]] = {
    "sample": lambda connection: groups.newest_groups(connection, "attic", SPAN, 10_000),
    "groups_behind": lambda connection: groups.groups_behind(connection, ["attic", "cellar"], 10, SPAN[1]),
    "named": lambda connection: rolled.named(connection, ["attic", "cellar"]),
    "counts_by_satellite": lambda connection: rolled.counts_by_satellite(connection, PIECES),
    "points": lambda connection: rolled.points(connection, PIECES),
    "latencies": lambda connection: rolled.latencies(connection, PIECES),
    "points of a batch": lambda connection: points.points_at(connection, [(1, 0, 490_000), (2, 1, 490_008)]),
    "counts of a node": lambda connection: points.counts_of(connection, 1),
    "latencies of a node": lambda connection: points.latencies_of(connection, 1),
    "failures": lambda connection: rolled.failures(connection, PIECES),
    "hours": lambda connection: rolled.hours(connection, [1, 2], 490_000, 500_000),
    "without_time": lambda connection: rolled.without_time(connection, [1, 2], 2),
    "counts_behind": lambda connection: groups.counts_behind(connection, 10),
    "has_more_than": lambda connection: sql.has_more_than(connection, "attic", SPAN, 10_000, (0, groups.LAST_ID)),
    "count_events": lambda connection: sql.count_events(connection, "attic", SPAN, 10_000),
    "edges": lambda connection: sql.edges(connection, ["attic", "cellar"], WINDOW.end),
    "snapshots": lambda connection: sql.snapshots(connection, NODES, WINDOW),
    "states": lambda connection: told.states(connection, NODES),
    "satellites": lambda connection: told.satellites(connection, NODES),
    "online": lambda connection: told.online(connection, NODES, *SPAN, SPAN[1]),
    "intake_nodes": lambda connection: told.intake_nodes(connection, NODES),
    "coarse_durations": lambda connection: told.coarse_durations(connection, NODES, 490_000, 500_000),
    "unended_audits": lambda connection: told.unended_audits(connection, NODES, *SPAN, 3),
    "skipped_lines": lambda connection: told.skipped_lines(connection, NODES, SPAN[0]),
    "latest scores": lambda connection: reputation.read(connection, NODES, WINDOW),
    "latest estimates": lambda connection: estimates.read(connection, NODES, [Month(2026, 10), Month(2026, 11)], AS_OF),
    "paid days": lambda connection: paid.days(connection, [1, 2], range(490_000, 490_024)),
    "sent": lambda connection: rolled.sent(connection, [1, 2], 1, range(490_000, 490_024), 1),
    "sent_by_piece": lambda connection: rolled.sent_by_piece(connection, PIECES, 1),
    "api_months": lambda connection: months.api_months(connection, NODES, "2026-01-01", "2026-11-01"),
    "day_ends": lambda connection: months.day_ends(connection, NODES, ["2026-10-30", "2026-10-31"]),
    "payouts": lambda connection: months.payouts(connection, NODES, "2026-01", "2026-11"),
    "stubs": lambda connection: months.stubs(connection, NODES, "2026-01", "2026-11"),
    "stored_days": lambda connection: snapshots.stored_days(connection, NODES, SPAN, SPAN[1]),
    "storage_days": lambda connection: storage_days.days(connection, NODES, 20_000, 20_030),
    "snapshots behind": lambda connection: storage_days.behind(connection, 10, 20, SPAN[0]),
    "first_seen": lambda connection: money.first_seen(connection, NODES),
    "api_days": lambda connection: money.api_days(connection, NODES, "2026-11-01", "2026-11-23"),
    "api_satellites": lambda connection: money.api_satellites(connection, NODES),
    "allocated": lambda connection: allocated_per_node(connection, NODES, SPAN[1]),
    "space": lambda connection: pictures.space(connection, [(name, *SPAN) for name in NODES]),
    "compactions": lambda connection: pictures.compactions(connection, NODES, SPAN, 100),
    "starts": lambda connection: pictures.starts(connection, NODES),
    "attempts_by_hour_of_day": lambda connection: rolled.attempts_by_hour_of_day(connection, PIECES[:1], (1, 2)),
}


@pytest.fixture
def many_nodes(three_nodes: list[str]) -> None:
    """Enough other nodes that an index by node is worth more than one by time."""
    connection = connections["events"]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events (timestamp, node_name) "
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 50) "
            "SELECT timestamp, 'node ' || n FROM events, numbers WHERE node_name = 'attic'"
        )
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE events")


def run(statement: str) -> list[str]:
    """Runs one of the functions and returns the SQL that it sent, parameters filled in."""
    with reading() as connection, CaptureQueriesContext(connection) as captured:
        STATEMENTS[statement](connection)
    return [query["sql"] for query in captured.captured_queries if query["sql"].lstrip().startswith(("SELECT", "WITH"))]


def plan(statement: str) -> str:
    connection = connections["events"]
    with transaction.atomic(using="events"), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
            return "\n".join(str(row[3]) for row in cursor.fetchall())
        # The tables of a test are so small that PostgreSQL would rather read all of them.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("statement", "table", "indexes"),
    [
        ("sample", "events", ["idx_events_node_name_timestamp"]),
        ("groups_behind", "events", ["INTEGER PRIMARY KEY", "events_pkey"]),
        ("counts_behind", "events", ["INTEGER PRIMARY KEY", "events_pkey"]),
        ("has_more_than", "events", ["idx_events_node_name_timestamp"]),
        ("count_events", "events", ["idx_events_node_name_timestamp"]),
        ("edges", "events", ["idx_events_node_name_timestamp"]),
        ("named", "rollup_nodes", ["autoindex_rollup_nodes", "rollup_nodes_name_key"]),
        ("counts_by_satellite", "found", ["USING PRIMARY KEY", "rollup_counts_pkey"]),
        ("points", "found", ["USING PRIMARY KEY", "rollup_points_pkey"]),
        ("points of a batch", "rollup_points", ["USING PRIMARY KEY", "rollup_points_pkey"]),
        ("counts of a node", "rollup_counts", ["USING PRIMARY KEY", "rollup_counts_pkey"]),
        ("latencies of a node", "rollup_latencies", ["USING PRIMARY KEY", "rollup_latencies_pkey"]),
        ("latencies", "found", ["USING PRIMARY KEY", "rollup_latencies_pkey"]),
        ("failures", "found", ["USING PRIMARY KEY", "rollup_failures_pkey"]),
        ("hours", "rollup_hours", ["USING PRIMARY KEY", "rollup_hours_pkey"]),
        ("without_time", "rollup_counts", ["USING PRIMARY KEY", "rollup_counts_pkey"]),
        ("states", "sno_nodes", ["USING PRIMARY KEY", "sno_nodes_pkey"]),
        ("satellites", "sno_satellites", ["USING PRIMARY KEY", "sno_satellites_pkey"]),
        ("online", "found", ["found USING PRIMARY KEY", "sno_audit_windows_pkey"]),
        ("online", "sno_satellites", ["sno_satellites USING PRIMARY KEY", "sno_satellites_pkey"]),
        ("intake_nodes", "intake_nodes", ["USING PRIMARY KEY", "intake_nodes_pkey"]),
        ("coarse_durations", "intake_timings", ["USING PRIMARY KEY", "intake_timings_pkey"]),
        ("unended_audits", "intake_audits", ["USING PRIMARY KEY", "intake_audits_pkey"]),
        ("skipped_lines", "intake_skipped", ["USING PRIMARY KEY", "intake_skipped_pkey"]),
        ("snapshots", "storage_snapshots", ["idx_storage_node_time"]),
        ("latest scores", "reputation_history", ["idx_reputation_latest", "idx_reputation_node_time"]),
        ("latest estimates", "earnings_estimates", ["idx_earnings_latest"]),
        ("paid days", "rollup_paid", ["USING PRIMARY KEY", "rollup_paid_pkey"]),
        ("sent", "found", ["USING PRIMARY KEY", "rollup_counts_pkey"]),
        ("sent_by_piece", "found", ["USING PRIMARY KEY", "rollup_counts_pkey"]),
        ("api_months", "days", ["days USING PRIMARY KEY", "sno_days_pkey"]),
        ("api_months", "on_it", ["on_it USING PRIMARY KEY", "sno_satellites_pkey"]),
        ("day_ends", "storage_snapshots", ["idx_storage_node_time"]),
        ("day_ends", "first", ["first USING INTEGER PRIMARY KEY", "storage_snapshots_pkey"]),
        ("payouts", "payout_history", ["idx_payout_node_time"]),
        ("stubs", "sno_paystubs", ["USING PRIMARY KEY", "sno_paystubs_pkey"]),
        ("stored_days", "storage_snapshots", ["idx_storage_node_time"]),
        ("storage_days", "rollup_storage", ["USING PRIMARY KEY", "rollup_storage_pkey"]),
        ("snapshots behind", "storage_snapshots", ["USING INTEGER PRIMARY KEY", "storage_snapshots_pkey"]),
        ("first_seen", "storage_snapshots", ["idx_storage_node_time"]),
        ("first_seen", "earnings_estimates", ["idx_earnings_latest"]),
        ("allocated", "storage_snapshots", ["idx_storage_node_time"]),
        ("space", "storage_snapshots", ["idx_storage_node_time"]),
        ("space", "found", ["found USING INTEGER PRIMARY KEY", "storage_snapshots_pkey"]),
        ("compactions", "hashstore_compaction_history", ["autoindex_hashstore", "hashstore_compaction_history_pkey"]),
        ("starts", "sno_starts", ["USING PRIMARY KEY", "sno_starts_pkey"]),
        ("attempts_by_hour_of_day", "found", ["USING PRIMARY KEY", "rollup_counts_pkey"]),
        ("api_days", "sno_days", ["USING PRIMARY KEY", "sno_days_pkey"]),
        ("api_satellites", "sno_satellites", ["USING PRIMARY KEY", "sno_satellites_pkey"]),
    ],
)
def test_a_statement_uses_its_index(many_nodes: None, statement: str, table: str, indexes: list[str]) -> None:
    for sent in run(statement):
        explained = plan(sent)
        assert any(index in explained for index in indexes), explained
        assert f"SCAN {table}" not in explained
        assert f"Seq Scan on {table}" not in explained


def test_each_kind_of_metrics_is_one_statement(three_nodes: list[str]) -> None:
    for statement in (
        "sample",
        "snapshots",
        "latest scores",
        "latest estimates",
        "stored_days",
        "first_seen",
        "day_ends",
    ):
        assert len(run(statement)) == 1
