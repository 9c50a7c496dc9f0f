"""Comparisons from roll-ups and the events behind them, against the naive computation over all events ever seen.

Random rows come late, broken and at equal times; they are counted in batches and pruned between the comparisons.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from comparison.engine import compute
from comparison.metrics import metrics_of
from comparison.request import ComparisonRequest
from comparison.result import Comparison, NodeResult
from nodes.rollups.roll import rollup_once
from tests.comparison import details_oracle, oracle, strategies
from tests.comparison.oracle import Row
from tests.nodes.rollups import tables

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
examples = settings(max_examples=60, deadline=None, suppress_health_check=SHARED, phases=[Phase.generate])
ENDS = [
    strategies.AS_OF,
    strategies.AS_OF - timedelta(minutes=30),
    strategies.AS_OF - timedelta(hours=3, seconds=7, microseconds=5),
    strategies.AS_OF + timedelta(hours=2),
]
REASONS = [None, "", "unexpected EOF", "broken pipe", "context canceled", "no such file"]


def rows(broken: bool) -> st.SearchStrategy[Row]:
    extra = st.fixed_dictionaries(
        {
            "satellite_id": st.sampled_from([None, *strategies.SATELLITES]),
            "error_reason": st.sampled_from(REASONS),
            "piece_id": st.none(),
        }
    )
    return st.tuples(strategies.events(broken), extra).map(lambda parts: parts[0] | parts[1])


def steps(broken: bool) -> st.SearchStrategy[list[tuple[str, Any]]]:
    step = st.one_of(
        st.tuples(st.just("insert"), st.lists(rows(broken), min_size=1, max_size=40)),
        st.tuples(st.just("roll"), st.sampled_from([3, 20, 50_000])),
        st.tuples(st.just("prune"), st.sets(st.integers(0, 80), max_size=60)),
    )
    return st.lists(step, min_size=2, max_size=9)


class Simulated:
    """The monitor's table in memory, and all that was ever in it; only counted events are pruned, never the newest."""

    def __init__(self) -> None:
        self.ever: list[Row] = []
        self.table: dict[int, Row] = {}
        self.counted = 0
        tables.empty()

    def take(self, step: str, detail: Any) -> None:
        match step:
            case "insert":
                self.insert(detail)
            case "roll":
                self.counted = max(self.counted, rollup_once(detail).watermark)
            case "prune":
                old = [id_ for id_ in sorted(self.table)[:-1] if id_ <= self.counted]
                self.prune([id_ for place, id_ in enumerate(old) if place in detail])

    def insert(self, some: list[Row]) -> None:
        new = [row | {"id": len(self.ever) + n} for n, row in enumerate(some, start=1)]
        tables.insert(new)
        self.ever += new
        self.table |= {row["id"]: row for row in new}

    def prune(self, ids: list[int]) -> None:
        tables.delete(ids)
        for id_ in ids:
            del self.table[id_]


def compared(hours: int, as_of: datetime) -> Comparison:
    return compute(ComparisonRequest(strategies.NAMES, "performance", hours, as_of))


def check(simulated: Simulated, hours: int, as_of: datetime, limit: int) -> None:
    result = compared(hours, as_of)
    assert result.start == (as_of - timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
    check_end(simulated, result, as_of)
    expected = {}
    for node in result.nodes:
        assert node.error is None
        sampled = node.basis.groups["traffic"]["source"] == "sample"
        events = list(simulated.table.values()) if sampled else simulated.ever
        expected[node.name] = oracle.Expected(
            {"events": events}, node.name, result.start, result.end, limit if sampled else len(events)
        )
        check_metrics(node, expected[node.name], sampled)
        assert node.details is not None
        wanted = details_oracle.details(expected[node.name], result.start, result.end)
        details_oracle.check(node.details, wanted, exact=sampled)
        if not sampled:
            check_skipped(node, [row for row in events if row["node_name"] == node.name], result, limit > 3)
    check_rankings(result, expected)


def check_end(simulated: Simulated, result: Comparison, as_of: datetime) -> None:
    """Rounded down only where an event of the last hour is pruned that would be needed."""
    full_hour = as_of.replace(minute=0, second=0, microsecond=0)
    assert result.end in (as_of, full_hour)
    if result.end != as_of:
        gone = [row for row in simulated.ever if row["id"] not in simulated.table and oracle.stored(row["timestamp"])]
        assert any(full_hour <= oracle.moment(row["timestamp"]) < full_hour + timedelta(hours=1) for row in gone)


def check_metrics(node: NodeResult, expected: oracle.Expected, sampled: bool) -> None:
    keys = [metric.key for metric in metrics_of("performance")]
    right = expected.metrics(keys)
    assert node.basis.events == len(expected.events)
    for key in keys:
        if key.startswith("latency_") and not sampled:
            assert details_oracle.near(node.metrics[key], right[key]), key
        else:
            assert node.metrics[key] == right[key], key


def check_skipped(node: NodeResult, rows: list[Row], result: Comparison, all_read: bool) -> None:
    """While the roll-ups are far behind, the events behind them are read by index, where a lost time is not seen."""
    timed = [row for row in rows if oracle.stored(row["timestamp"])]
    inside = [row for row in timed if result.start <= oracle.moment(row["timestamp"]) < result.end]
    broken = sum(not oracle.Expected._sound(row) for row in inside)
    assert said(node, "events in the window were skipped") == broken
    assert said(node, "events are in no window") <= len(rows) - len(timed)
    assert not all_read or said(node, "events are in no window") == len(rows) - len(timed)


def said(node: NodeResult, sentence: str) -> int:
    return sum(int(note.split()[0].replace(",", "")) for note in node.notes if sentence in note)


def check_rankings(result: Comparison, expected: dict[str, oracle.Expected]) -> None:
    """Those of latencies follow from values that are checked already."""
    keys = [metric.key for metric in metrics_of("performance") if not metric.key.startswith("latency_")]
    ranked = {key: [set(group) for group in result.rankings[key]] for key in keys if key in result.rankings}
    assert ranked == oracle.rankings(expected, keys)


@pytest.mark.parametrize("limit", [3, 10_000])
def test_roll_ups_and_the_events_behind_them_equal_all_events_ever_seen(
    databases: None, settings: LazySettings, limit: int
) -> None:
    settings.MAX_EVENTS_FOR_COMPARISON = limit
    broken = connections["events"].vendor == "sqlite"

    @examples
    @given(steps(broken), st.sampled_from([1, 24, 36, 168, 720, 8760]), st.sampled_from(ENDS))
    def run(some: list[tuple[str, Any]], hours: int, as_of: datetime) -> None:
        simulated = Simulated()
        for step in some:
            simulated.take(*step)
            check(simulated, hours, as_of, limit)

    run()
