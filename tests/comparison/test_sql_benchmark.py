from datetime import timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from comparison.sql_benchmark import attempts_and_bytes, month_shares, month_traffic
from comparison.window import Window
from nodes.reading import reading
from nodes.satellites import EU1, US1
from tests.comparison.conftest import AS_OF
from tests.comparison.money import month

WINDOW = Window.ending(AS_OF - timedelta(minutes=30), 1)  # 30 of each node's events are in it


def test_attempts_and_bytes_are_those_of_the_window(three_nodes: list[str]) -> None:
    with reading() as connection:
        found = attempts_and_bytes(connection, three_nodes[:2], WINDOW)
    assert sorted(found) == [
        ("attic", "GET", "failed", 15, 15_000),
        ("attic", "GET", "success", 15, 15_000),
        ("cellar", "GET", "failed", 10, 10_000),
        ("cellar", "GET", "success", 20, 20_000),
    ]


@pytest.mark.sqlite_files
def test_it_uses_the_index_by_node_and_time(three_nodes: list[str]) -> None:
    with reading() as connection, CaptureQueriesContext(connection) as captured:
        attempts_and_bytes(connection, three_nodes, WINDOW)
    (sent,) = (query["sql"] for query in captured.captured_queries if "GROUP BY" in query["sql"])
    with connections["events"].cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sent}")
        plan = " ".join(row[3] for row in cursor.fetchall())
    assert "USING INDEX idx_events_node_name_timestamp (node_name=? AND timestamp>? AND timestamp<?)" in plan


def test_the_traffic_of_a_month_and_a_look_at_it_for_each_satellite(databases: None) -> None:
    month.events(
        month.event(month.START, "GET", 3, US1),
        month.event(month.START, "PUT", 5, US1),
        month.event(month.START, "PUT_REPAIR", 7, EU1),
        month.event(month.START, "PUT", 11, US1, status="failed"),
        month.event(month.START, "PUT", 13, US1, node_name="another"),
    )
    window = Window(month.START, month.AS_OF)
    with reading() as connection:
        traffic = sorted(month_traffic(connection, month.NAME, window))
        shares = sorted(month_shares(connection, month.NAME, window))
    assert traffic == sorted([(US1, "GET", 1, 3), (US1, "PUT", 1, 5), (EU1, "PUT_REPAIR", 1, 7)])
    assert shares == sorted([(US1, 3, 5, 12), (EU1, 3, 7, 12)])
