"""Every number of a comparison from samples against the naive computation of `oracle`."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comparison.engine import compute
from comparison.metrics import EARNINGS, TYPES, metrics_of
from comparison.request import SAMPLE, ComparisonRequest
from comparison.window import Window
from tests.comparison import oracle, strategies
from tests.comparison.tables import replace_tables

# The fixture is shared by all examples on purpose: each example replaces all rows.
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
CAN_BE_BROKEN = "sqlite"


def check(tables: dict[str, Any], type_: str, hours: int, limit: int) -> None:
    names = list(strategies.NAMES)
    request = ComparisonRequest(tuple(names), type_, hours, strategies.AS_OF, SAMPLE)
    result = compute(request)
    window = Window.ending(strategies.AS_OF, hours)
    # Samples are read node by node.
    together = len(names) if type_ == EARNINGS else 1
    expected = {
        name: oracle.Expected(tables, name, window.start, window.end, limit, together=together) for name in names
    }
    keys = [metric.key for metric in metrics_of(type_)]
    assert [node.error for node in result.nodes] == [None] * len(names)
    for node in result.nodes:
        assert node.metrics == expected[node.name].metrics(keys), node.name
        if type_ in ("performance", "overall"):
            assert node.basis.events == len(expected[node.name].events)
            assert node.basis.limited == expected[node.name].limited
            skipped = [note for note in node.notes if "events were skipped" in note]
            assert [int(note.split()[0].replace(",", "")) for note in skipped] == (
                [expected[node.name].skipped] if expected[node.name].skipped else []
            )
    ranked = {key: [set(group) for group in groups] for key, groups in result.rankings.items()}
    assert ranked == oracle.rankings(expected, keys)


@pytest.mark.parametrize("type_", TYPES)
def test_every_number_equals_the_oracles_on_random_rows(databases: None, settings: LazySettings, type_: str) -> None:
    broken = connections["events"].vendor == CAN_BE_BROKEN

    @settings_for_examples
    @given(strategies.tables(broken), st.sampled_from([1, 24, 36, 168, 720]), st.sampled_from([3, 20, 10_000]))
    def run(tables: dict[str, Any], hours: int, limit: int) -> None:
        settings.MAX_EVENTS_FOR_COMPARISON = limit
        replace_tables(tables)
        check(tables, type_, hours, limit)

    run()


settings_for_examples = settings(max_examples=40, deadline=None, suppress_health_check=SHARED)


def many_events(count: int, name: str, step: timedelta, **fixed: Any) -> list[dict[str, Any]]:
    actions, statuses = list(oracle.ACTIONS), ["success"] * 5 + ["canceled", "failed"]
    return [
        {
            "timestamp": (strategies.AS_OF - step * (number + 1)).isoformat(),
            "action": actions[number % 5],
            "status": statuses[number % 7],
            "size": number * 256,
            "node_name": name,
            "duration_ms": (number * 7919) % 5000,
        }
        | fixed
        for number in range(count)
    ]


def test_nodes_with_enough_attempts_are_ranked_as_the_oracle_ranks_them(databases: None) -> None:
    rows = [
        *many_events(1500, strategies.NAMES[0], timedelta(seconds=40)),
        *many_events(1500, strategies.NAMES[1], timedelta(seconds=20), action="PUT", status="success"),
        *many_events(400, strategies.NAMES[2], timedelta(seconds=120)),
    ]
    tables = strategies.numbered({"events": rows})
    replace_tables(tables)
    for type_ in TYPES:
        check(tables, type_, 24, 10_000)


def test_a_limited_sample_is_the_newest_events_and_ranks_no_totals(databases: None, settings: LazySettings) -> None:
    settings.MAX_EVENTS_FOR_COMPARISON = 500
    rows = [
        *many_events(1500, strategies.NAMES[0], timedelta(seconds=40)),
        *many_events(500, strategies.NAMES[1], timedelta(seconds=40)),
    ]
    tables = strategies.numbered({"events": rows})
    replace_tables(tables)
    check(tables, "performance", 24, 500)
