"""A comparison of earnings asks the database as often for many nodes as for two."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.backends.signals import connection_created

from comparison.engine import compute
from comparison.request import ComparisonRequest
from nodes.models import SnoDay, SnoSatellite
from nodes.rollups.roll import rollup_once
from nodes.satellites import US1
from tests.comparison.money import month
from tests.comparison.money.month import AS_OF, DAY, NAME, START, TB, event


class Counting:
    """What threads send through their own connections."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    @property
    def statements(self) -> int:
        return len(self.sent)

    @contextmanager
    def installed(self) -> Iterator[None]:
        connection_created.connect(self._wrap)
        try:
            yield
        finally:
            connection_created.disconnect(self._wrap)

    def _wrap(self, connection: Any, **_: Any) -> None:
        connection.execute_wrappers = [self._count]

    def _count(self, execute: Any, sql: str, *rest: Any) -> Any:
        self.sent.append(sql)
        return execute(sql, *rest)


def statements(names: tuple[str, ...]) -> int:
    counting = Counting()
    with counting.installed():
        result = compute(ComparisonRequest(names, "earnings", 24, AS_OF))
    assert [node.error for node in result.nodes] == [None] * len(names)
    assert all(node.statement for node in result.nodes)
    return counting.statements


@pytest.mark.parametrize("type_", ["efficiency", "overall"])
def test_the_storage_of_all_nodes_is_one_statement(databases: None, type_: str) -> None:
    names = tuple(f"node {number}" for number in range(5))
    month.events(*(event(AS_OF - DAY, "GET", TB, node_name=name) for name in names))
    rollup_once()
    for some in (names, names[:2]):
        counting = Counting()
        with counting.installed():
            compute(ComparisonRequest(some, type_, 24, AS_OF))
        assert sum("AS newest" in sql for sql in counting.sent) == 1


@pytest.fixture
def nodes(databases: None) -> tuple[str, ...]:
    """Half of them with daily figures of their API, all with events that are counted and others that are not."""
    month.snapshots()
    names = (NAME, *(f"node {number}" for number in range(11)))
    month.events(*(event(START + DAY, "GET", TB, node_name=name) for name in names))
    rollup_once()
    month.events(*(event(AS_OF - DAY, "GET", TB, node_name=name) for name in names))
    SnoSatellite.objects.bulk_create(SnoSatellite(node=name, satellite=US1) for name in names[::2])
    day = {"satellite": US1, "day": "2026-11-02", "byte_hours": TB, "updated": AS_OF.isoformat()}
    SnoDay.objects.bulk_create(SnoDay(node=name, **day) for name in names[::2])
    return names


def test_as_many_statements_for_a_dozen_nodes_as_for_two(nodes: tuple[str, ...]) -> None:
    assert statements(nodes) == statements(nodes[:2])


def test_uncounted_events_are_read_once_for_traffic_and_earnings(nodes: tuple[str, ...]) -> None:
    counting = Counting()
    with counting.installed():
        overall = compute(ComparisonRequest(nodes, "overall", 24 * 30, AS_OF))
    assert sum("WITH alike AS" in sql for sql in counting.sent) == 1
    earnings = compute(ComparisonRequest(nodes, "earnings", 24, AS_OF))
    assert [node.statement for node in overall.nodes] == [node.statement for node in earnings.nodes]
    assert sum((node.statement or {})["egress_earned"] for node in overall.nodes) == 6 * 4.0
