"""Comparisons from roll-ups and the events behind them, against the naive computation over all events ever seen.

Random rows come late, broken and at equal times; they are counted in batches and pruned between the comparisons.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from comparison.engine import compute
from comparison.metrics import metrics_of
from comparison.request import SAMPLE, ComparisonRequest
from comparison.result import Comparison, NodeResult
from nodes.rollups.roll import rollup_once
from tests.comparison import details_oracle, oracle, strategies
from tests.comparison.oracle import Row
from tests.comparison.tables import insert as insert_rows
from tests.nodes.rollups import tables

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
examples = settings(max_examples=30, deadline=None, suppress_health_check=SHARED, phases=[Phase.generate])
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


@pytest.mark.parametrize(
    ("limit", "far_behind"), [(10_000, 1_000_000), (3, 1_000_000), (3, 0)], ids=["near", "behind", "far behind"]
)
def test_roll_ups_and_the_events_behind_them_equal_all_events_ever_seen(
    databases: None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, limit: int, far_behind: int
) -> None:
    settings.MAX_EVENTS_FOR_COMPARISON = limit
    monkeypatch.setattr("comparison.behind.FAR_BEHIND", far_behind)
    broken = connections["events"].vendor == "sqlite"

    @examples
    @given(steps(broken), st.sampled_from([1, 24, 36, 168, 720, 8760]), st.sampled_from(ENDS))
    def run(some: list[tuple[str, Any]], hours: int, as_of: datetime) -> None:
        simulated = Simulated()
        for step in some:
            simulated.take(*step)
            check(simulated, hours, as_of, limit)

    run()


def event(hours_ago: float, **values: Any) -> Row:
    moment = strategies.AS_OF - timedelta(hours=hours_ago)
    row: Row = dict.fromkeys(("piece_id", "satellite_id", "error_reason", "duration_ms"))
    named = {"timestamp": moment.isoformat(), "action": "PUT", "status": "success", "size": 1000, "node_name": "attic"}
    return row | named | values


def hourly(hours_ago: int, **values: Any) -> Row:
    row: Row = dict.fromkeys(
        ("dl_success", "dl_fail", "ul_success", "ul_fail", "audit_success", "audit_fail", "total_download_size"), 1
    )
    stamp = (strategies.AS_OF - timedelta(hours=hours_ago)).isoformat()
    return row | {"hour_timestamp": stamp, "node_name": "attic", "total_upload_size": 500} | values


@pytest.fixture
def simulated(databases: None) -> Simulated:
    return Simulated()


def attic(hours: int = 24, as_of: datetime = strategies.AS_OF) -> NodeResult:
    return compared(hours, as_of).nodes[0]


class TestHoursThatOnlyTheMonitorHasCounted:
    def test_they_are_added_to_the_operations_and_the_ingress_and_to_nothing_else(self, simulated: Simulated) -> None:
        simulated.insert([event(5.5, action="GET"), event(5.5)])
        before = attic()
        insert_rows("hourly_stats", [hourly(12), hourly(10), hourly(6, ul_fail=5), hourly(5), hourly(30)])
        after = attic()
        changed = {key for key in before.metrics if before.metrics[key] != after.metrics[key]}
        assert changed == {"total_operations", "ingress_bytes_per_day"}
        assert after.metrics["total_operations"] == 2 + 6 + 6
        assert after.metrics["ingress_bytes_per_day"] == 2 * (1000 + 2 * 500)
        assert after.basis.groups["history"]["source"] == "hourly_stats"
        assert any("the monitor's hourly sums (2 hours)" in note for note in after.notes)

    def test_they_describe_a_node_without_events_too(self, simulated: Simulated) -> None:
        insert_rows("hourly_stats", [hourly(12)])
        node = attic()
        assert node.metrics["total_operations"] == 6
        assert node.metrics["success_rate_upload"] is None


class TestFirstAndLastEvents:
    def test_the_last_before_an_end_that_counted_ones_follow(self, simulated: Simulated) -> None:
        simulated.insert([event(50), event(30.75), event(30.25), event(1)])
        rollup_once()
        coverage = (attic(24, strategies.AS_OF - timedelta(hours=24)).details or {})["coverage"]
        assert coverage["last"] == event(30.25)["timestamp"]

    def test_the_first_of_a_node_that_is_far_behind_may_be_before_the_window(
        self, simulated: Simulated, settings: LazySettings
    ) -> None:
        settings.MAX_EVENTS_FOR_COMPARISON = 2
        simulated.insert([event(20)])
        rollup_once()
        simulated.insert([event(hours) for hours in (100, 90, 80, 70, 60, 50, 40)])
        node = attic(24)
        assert node.basis.groups["traffic"]["source"] == "rollup"
        assert node.metrics["ingress_bytes_per_day"] == 1000  # a whole day is covered

    def test_the_last_where_ids_were_given_out_again_is_looked_up(self, simulated: Simulated) -> None:
        simulated.insert([event(60 - number) for number in range(10)])
        rollup_once()
        simulated.prune([6, 7, 8, 9, 10])
        tables.insert(event(hours) | {"id": id_} for id_, hours in ((6, 3), (7, 2), (8, 1)))
        assert (attic(24 * 7).details or {})["coverage"]["last"] == event(1)["timestamp"]


class TestAnEndWithinAnHour:
    HALF_PAST = strategies.AS_OF - timedelta(minutes=30)

    def test_later_events_of_that_hour_do_not_count(self, simulated: Simulated) -> None:
        simulated.insert([event(0.75), event(0.25), event(3)])
        rollup_once()
        assert attic(as_of=self.HALF_PAST).metrics["total_operations"] == 2

    def test_an_hour_that_has_later_events_only_is_not_covered(self, simulated: Simulated) -> None:
        simulated.insert([event(0.25), event(3)])
        rollup_once()
        coverage = (attic(as_of=self.HALF_PAST).details or {})["coverage"]
        assert (coverage["hours"], coverage["share"][-1]) == (1, 0)

    def test_the_window_ends_before_the_hour_whose_events_are_pruned(self, simulated: Simulated) -> None:
        simulated.insert([event(3), event(0.75), event(0.25), event(3)])
        rollup_once()
        simulated.prune([2])
        result = compared(24, self.HALF_PAST)
        assert result.end == strategies.AS_OF - timedelta(hours=1)
        assert result.nodes[0].metrics["total_operations"] == 2
        assert any("are pruned: their sums are only of whole hours" in note for note in result.nodes[0].notes)

    def test_an_hour_that_is_pruned_up_to_now_is_described_to_its_end(self, simulated: Simulated) -> None:
        simulated.insert([event(0.75), event(0.6), event(3)])
        rollup_once()
        simulated.prune([1, 2])
        result = compared(24, self.HALF_PAST)
        assert (result.end, result.nodes[0].metrics["total_operations"]) == (self.HALF_PAST, 3)


class TestWhatIsPruned:
    def test_a_past_window_whose_events_are_gone_says_nothing_false(self, simulated: Simulated) -> None:
        simulated.insert([event(50), event(30), event(1), event(0.5)])
        rollup_once()
        simulated.prune([1, 2])
        snapshot = {"timestamp": event(25)["timestamp"], "node_name": "attic", "used_bytes": 1, "total_bytes": 2}
        insert_rows("storage_snapshots", [snapshot])
        node = attic(24, strategies.AS_OF - timedelta(hours=24))
        assert node.metrics["total_operations"] == 1
        assert not any("too new for its monitor" in note for note in node.notes)
        assert node.details is not None
        assert node.details["coverage"]["last"] == (strategies.AS_OF - timedelta(hours=29)).isoformat()

    def test_a_sample_of_it_says_that_the_sums_know_more(self, simulated: Simulated) -> None:
        simulated.insert([event(30), event(20), event(1)])
        rollup_once()
        simulated.prune([1, 2])
        node = compute(ComparisonRequest(strategies.NAMES, "performance", 24, strategies.AS_OF, SAMPLE)).nodes[0]
        assert any("are pruned and only in the sums" in note for note in node.notes)
        assert not any("is empty" in note for note in node.notes)


@pytest.mark.sqlite_files
def test_a_name_that_is_kept_as_bytes_is_no_nodes(simulated: Simulated) -> None:
    simulated.insert([event(1), event(1, node_name=b"attic")])
    node = attic()
    assert (node.metrics["total_operations"], node.basis.groups["traffic"]["source"]) == (1, "rollup")


class TestAClockThatIsAhead:
    def test_one_event_of_a_far_future_changes_nothing(self, simulated: Simulated) -> None:
        now = datetime.now(UTC)
        stamps = [now - timedelta(hours=3), now - timedelta(seconds=1), now + timedelta(days=400)]
        simulated.insert([event(0, timestamp=stamp.isoformat()) for stamp in stamps])
        rollup_once()
        node = compute(ComparisonRequest(strategies.NAMES, "performance", 24)).nodes[0]
        assert (node.metrics["total_operations"], node.basis.groups["traffic"]["source"]) == (2, "rollup")


class TestRollUpsThatAreFarBehind:
    def test_a_node_with_too_many_new_events_is_sampled_and_says_how_far_they_are(
        self, simulated: Simulated, settings: LazySettings
    ) -> None:
        settings.MAX_EVENTS_FOR_COMPARISON = 5
        simulated.insert([event(1 + n / 100) for n in range(20)] + [event(1, node_name="cellar")])
        rollup_once(10)
        busy, idle, _ = compared(24, strategies.AS_OF).nodes
        assert (busy.basis.limited, busy.basis.events, idle.basis.limited) == (True, 5, False)
        assert any("have 47 % of all events so far" in note for note in busy.notes)
        assert idle.basis.groups["traffic"] == {"source": "rollup", "count": 1}

    def test_a_sample_can_be_asked_for(self, simulated: Simulated) -> None:
        simulated.insert([event(1)])
        rollup_once()
        request = ComparisonRequest(strategies.NAMES, "performance", 24, strategies.AS_OF, SAMPLE)
        assert compute(request).nodes[0].basis.groups["traffic"]["source"] == "sample"


class TestCoverage:
    def test_gaps_of_an_hour_and_more_are_named(self, simulated: Simulated) -> None:
        simulated.insert([event(hours) for hours in (20.5, 19.5, 10.5, 0.5)])
        rollup_once(2)
        coverage = (attic().details or {})["coverage"]
        assert (coverage["hours"], coverage["of"], coverage["gap_count"]) == (4, 24, 2)
        assert coverage["gaps"][0] == {"from": "2026-11-22T17:00:00+00:00", "to": "2026-11-23T01:00:00+00:00"}
        assert coverage["first"] == "2026-11-22T15:30:00+00:00"
        assert sum(coverage["share"]) == 4

    def test_a_node_whose_snapshots_go_on_without_events_says_so(self, simulated: Simulated) -> None:
        simulated.insert([event(30)])
        insert_rows(
            "storage_snapshots",
            [{"timestamp": event(1)["timestamp"], "node_name": "attic", "used_bytes": 1, "total_bytes": 2}],
        )
        assert any("too new for its monitor" in note for note in attic().notes)
