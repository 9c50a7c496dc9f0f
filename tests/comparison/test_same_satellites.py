"""Comparisons on the satellites that all nodes serve, against a naive count over the events of these alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from comparison.engine import compute
from comparison.metrics import metrics_of
from comparison.request import AUTO, SAMPLE, ComparisonRequest
from comparison.result import Comparison, NodeResult
from tests.comparison import oracle, strategies
from tests.comparison.details_oracle import near
from tests.comparison.oracle import Row
from tests.comparison.test_rolled import ENDS, REASONS, Simulated

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
examples = settings(max_examples=25, deadline=None, suppress_health_check=SHARED, phases=[Phase.generate])
SATELLITES = (*strategies.SATELLITES, "121RTSDpyNZVcEU84Ticf2L1ntiuUimbWgfATz21tuvgk3vzoA6", "a satellite of somebody")
KEYS = [metric.key for metric in metrics_of("performance")]
PER_DAY = ("egress_bytes_per_day", "ingress_bytes_per_day")


class Restricted(oracle.Expected):
    """As if the node's events of other satellites did not exist, but for the time that is covered."""

    def __init__(  # noqa: PLR0917 - as the node's own, and the satellites
        self, rows: Sequence[Row], name: str, start: datetime, end: datetime, limit: int, common: set[str]
    ) -> None:
        self.common = common
        self.whole = oracle.Expected({"events": list(rows)}, name, start, end, limit)
        super().__init__({"events": list(rows)}, name, start, end, limit)

    def _sound(self, row: Row) -> bool:  # type: ignore[override]
        return super()._sound(row) and row["satellite_id"] in self.common

    @property
    def others(self) -> list[Row]:
        return [row for row in self.whole.events if row not in self.events]

    def per_day(self, key: str) -> Any:
        """Of a sample, the time that it covers with all of its events."""
        ours, all_of_it = (
            sum(row["size"] or 0 for row in of.events if row["status"] == "success" and row["action"] in actions)
            for of in (self, self.whole)
            for actions in [("GET", "GET_REPAIR", "GET_AUDIT") if key.startswith("egress") else ("PUT", "PUT_REPAIR")]
        )
        if not self.events:
            return None
        whole = self.whole.values[key]
        return oracle.rounded(whole * ours / all_of_it if all_of_it else whole * 0, 0)


def serves(rows: Sequence[Row], name: str, start: datetime, end: datetime, limit: int) -> set[str]:
    events = oracle.Expected({"events": list(rows)}, name, start, end, limit).events
    return {row["satellite_id"] for row in events} - {None}


def rows(broken: bool) -> st.SearchStrategy[list[Row]]:
    """Of each node some satellites only, so that there is something to leave out, and often something in common."""

    def of_node(name: str) -> st.SearchStrategy[list[Row]]:
        def some(served: set[str | None]) -> st.SearchStrategy[list[Row]]:
            extra = st.fixed_dictionaries(
                {
                    "node_name": st.just(name),
                    "satellite_id": st.sampled_from(sorted(served, key=str)),
                    "error_reason": st.sampled_from(REASONS),
                    "piece_id": st.none(),
                }
            )
            row = st.tuples(strategies.events(broken), extra).map(lambda parts: parts[0] | parts[1])
            return st.lists(row, max_size=25)

        return st.sets(st.sampled_from([None, *SATELLITES]), min_size=1).flatmap(some)

    return st.tuples(*map(of_node, strategies.NAMES)).map(lambda parts: [row for part in parts for row in part])


def compared(hours: int, as_of: datetime, basis: str = AUTO) -> Comparison:
    names = strategies.NAMES
    return compute(ComparisonRequest(names, "performance", hours, as_of, basis, same_satellites=True))


def check(simulated: Simulated, result: Comparison, limit: int) -> None:
    span = result.start, result.end
    sampled = {node.name: node.basis.groups["traffic"]["source"] == "sample" for node in result.nodes}
    seen = {
        name: (list(simulated.table.values()), limit) if sampled[name] else (simulated.ever, len(simulated.ever))
        for name in strategies.NAMES
    }
    served = {name: serves(of, name, *span, most) for name, (of, most) in seen.items()}
    known = [satellites for satellites in served.values() if satellites]
    common = set.intersection(*known) if known else set()
    assert {each["satellite"] for each in result.same_satellites or []} == common
    for node in result.nodes:
        assert node.error is None
        of, most = seen[node.name]
        check_node(node, Restricted(of, node.name, *span, most, common), sampled[node.name])
        left_out = node.basis.groups["satellites"]["left_out"]
        assert {each["satellite"] for each in left_out} == served[node.name] - common


def check_node(node: NodeResult, expected: Restricted, sampled: bool) -> None:
    right = expected.metrics(KEYS)
    assert node.basis.events == len(expected.events)
    assert node.basis.groups["satellites"]["attempts_left_out"] == len(expected.others)
    for key in KEYS:
        if key in PER_DAY:
            assert node.metrics[key] == expected.per_day(key), key
        elif key.startswith("latency_"):
            assert_latency(node.metrics[key], right[key], unknown=not sampled and mixed(key, expected))
        elif key == "integrity_failures" and not sampled and failed(expected.others):
            assert node.metrics[key] in (None, right[key])
        else:
            assert node.metrics[key] == right[key], key
    assert_details(node, expected, sampled)


def mixed(key: str, expected: Restricted) -> bool:
    """Whether other satellites may have had a part in it."""
    action = "GET" if "download" in key else "PUT"
    whole = [row for row in expected.whole.events if row["action"] == action and row["status"] == "success"]
    return any(row["duration_ms"] is not None for row in whole) and any(row in expected.others for row in whole)


def failed(rows: Sequence[Row]) -> bool:
    return any(row["status"] == "failed" and row["action"] in ("GET_AUDIT", "GET_REPAIR") for row in rows)


def assert_latency(found: Any, right: Any, unknown: bool) -> None:
    assert found is None if unknown else near(found, right)


def assert_details(node: NodeResult, expected: Restricted, sampled: bool) -> None:
    details = node.details or {}
    assert {each["satellite"] for each in details["satellites"]} == {row["satellite_id"] for row in expected.events}
    operations = sum(each["operations"] for each in details["satellites"])
    assert operations == len(expected.events)
    if expected.others and not sampled:
        values = [value for key, of in details["series"].items() if key not in ("step", "start") for value in of]
        assert set(values) <= {None}
        if any(row["status"] == "failed" for row in expected.others):
            assert details["errors"] == []


@pytest.mark.parametrize(("limit", "basis"), [(10_000, AUTO), (5, AUTO), (10_000, SAMPLE), (5, SAMPLE)])
def test_counts_equal_those_over_the_events_of_these_satellites_alone(
    databases: None, settings: LazySettings, limit: int, basis: str
) -> None:
    settings.MAX_EVENTS_FOR_COMPARISON = limit
    broken = connections["events"].vendor == "sqlite"

    @examples
    @given(rows(broken), rows(broken), st.sampled_from([1, 24, 168, 720, 8760]), st.sampled_from(ENDS[:3]))
    def run(counted: list[Row], new: list[Row], hours: int, as_of: datetime) -> None:
        simulated = Simulated()
        simulated.insert(counted)
        simulated.take("roll", 50_000)
        simulated.take("prune", {0, 2, 5})
        simulated.insert(new)
        check(simulated, compared(hours, as_of, basis), limit)

    run()
