"""Statements from roll-ups, events and snapshots against the naive computation over all rows, on random data."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comparison.engine import compute
from comparison.metrics import EARNINGS, metrics_of
from comparison.request import ComparisonRequest
from nodes.rollups.roll import rollup_once
from tests.comparison import strategies
from tests.comparison.money_oracle import Money
from tests.comparison.tables import replace_tables
from tests.nodes.rollups import tables as rollup_tables

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
ENDS = [strategies.AS_OF - timedelta(minutes=minutes) for minutes in (0, 30, 3 * 60 + 7, 12 * 60, 23 * 24 * 60)]
A_CENT = 0.01
DOLLARS = ("total_earnings", "payout_after_held", "held_amount", "projected_earnings")


def lifelike() -> st.SearchStrategy[dict[str, list[dict[str, Any]]]]:
    """Random rows, with satellites and enough bytes for dollars."""
    broken = connections["events"].vendor == "sqlite"
    satellites = st.sampled_from([None, *strategies.SATELLITES])
    sizes = st.integers(10**9, 10**12)
    events = st.tuples(strategies.events(broken), satellites, sizes).map(
        lambda parts: parts[0] | {"satellite_id": parts[1]} | ({"size": parts[2]} if parts[0]["size"] else {})
    )
    return st.fixed_dictionaries(
        {
            "events": st.lists(events, max_size=60),
            "storage_snapshots": st.lists(strategies.snapshots(broken), max_size=40),
            "earnings_estimates": st.lists(strategies.estimates(broken), max_size=4),
        }
    ).map(strategies.numbered)


def test_every_amount_is_the_oracles_within_a_cent(databases: None, settings: LazySettings) -> None:
    @examples
    @given(lifelike(), st.sampled_from(ENDS), st.integers(0, 60), st.sampled_from([3, 10_000]))
    def run(tables: dict[str, Any], end: Any, counted: int, limit: int) -> None:
        settings.MAX_EVENTS_FOR_COMPARISON = limit
        rollup_tables.empty()
        replace_tables(tables)
        watermark = rollup_once(counted).watermark if counted else 0
        result = compute(ComparisonRequest(strategies.NAMES, EARNINGS, 24, end))
        for node in result.nodes:
            right = Money(tables, node.name, end, limit, watermark, together=len(strategies.NAMES)).values
            for metric in metrics_of(EARNINGS):
                if metric.key in DOLLARS or metric.key.startswith("earnings_per"):
                    value, expected = node.metrics[metric.key], right.get(metric.key)
                    near = value == expected or (
                        value is not None
                        and expected is not None
                        and value == pytest.approx(float(expected), rel=1e-9, abs=A_CENT)
                    )
                    assert near, (node.name, metric.key, value, expected)

    run()


examples = settings(max_examples=60, deadline=None, suppress_health_check=SHARED)
