"""Which satellites nodes have in common, and what a comparison on these says of each kind of figure."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.conf import LazySettings
from hypothesis import given, settings
from hypothesis import strategies as st

from comparison.engine import compute
from comparison.reputation import Reputation, Scores
from comparison.request import AUTO, SAMPLE, ComparisonRequest
from comparison.result import Comparison, NodeResult
from comparison.same_satellites import in_common, served
from comparison.tally import Traffic
from comparison.told import OnSatellite, Told
from comparison.window import Window
from nodes.models import EarningsEstimate, Event, Host, Node, Payout, SnoDay, StorageSnapshot
from nodes.models import Reputation as ReputationRow
from nodes.rollups.roll import rollup_once
from nodes.satellites import AP1, EU1, SALTLAKE, US1
from tests.comparison import told_rows
from tests.comparison.conftest import AS_OF
from tests.comparison.tables import insert
from tests.comparison.test_rolled import hourly

A_DAY = timedelta(days=1)
TB = 10**12
ALL = (US1, EU1, AP1, SALTLAKE)
WINDOW = Window(AS_OF - A_DAY, AS_OF)


def on(**changed: Any) -> OnSatellite:
    usual: dict[str, Any] = dict.fromkeys(("vetted", "disqualified", "suspended"))
    rest = {"url": "", "joined": AS_OF - 90 * A_DAY, "answered": AS_OF, "updated": AS_OF}
    return OnSatellite(**usual | rest | changed)


def scores(satellite: str, days_ago: float = 0, disqualified: bool | None = False) -> Scores:
    return Scores(satellite, AS_OF - days_ago * A_DAY, 100.0, 100.0, 100.0, 1, disqualified, False)


def of(
    traffic: Traffic | None = None,
    *told: Scores,
    earning: tuple[str, ...] = (),
    api: OnSatellite | None = None,
) -> set[str]:
    """`api` is what it told of us1."""
    satellites = {US1: api} if api else {}
    return set(served(traffic, Reputation(list(told), 0), Told(satellites=satellites), earning, WINDOW))


class TestWhatANodeServes:
    def test_a_satellite_that_it_had_an_attempt_of_even_where_that_has_disqualified_it(self) -> None:
        traffic = Traffic(WINDOW)
        traffic.satellites[US1].add("GET", "failed", 1, 0)
        assert of(traffic, scores(US1, disqualified=True)) == {US1}

    def test_not_what_events_name_no_satellite_or_are_none(self) -> None:
        traffic = Traffic(WINDOW)
        traffic.satellites[""].add("GET", "success", 1, 0)
        assert of(traffic) == set()
        assert traffic.satellites[US1].attempts.total() == 0
        assert of(traffic) == set()

    def test_a_satellite_that_tells_fresh_scores_unless_it_has_disqualified_the_node(self) -> None:
        assert of(None, scores(US1), scores(EU1, days_ago=3), scores(AP1, disqualified=True)) == {US1}

    @pytest.mark.parametrize(
        ("changed", "serves"),
        [
            ({}, True),
            ({"disqualified": AS_OF - A_DAY}, False),
            ({"disqualified": AS_OF + A_DAY}, True),
            ({"updated": AS_OF - 3 * A_DAY}, False),
            ({"joined": AS_OF + A_DAY, "updated": AS_OF + 2 * A_DAY}, False),
            ({"updated": AS_OF + 2 * A_DAY}, True),
            ({"joined": None}, True),
            ({"joined": None, "updated": AS_OF + 2 * A_DAY}, False),
        ],
    )
    def test_a_satellite_of_which_its_api_tells_at_the_windows_end(self, changed: dict[str, Any], serves: bool) -> None:
        assert of(api=on(**changed)) == ({US1} if serves else set())

    def test_an_api_that_tells_of_a_disqualification_is_believed_before_scores(self) -> None:
        assert of(None, scores(US1), api=on(disqualified=AS_OF - A_DAY)) == set()

    def test_a_satellite_on_which_something_was_earned(self) -> None:
        assert of(earning=(US1,)) == {US1}

    @given(st.lists(st.dictionaries(st.sampled_from("abcde"), st.just("name"))))
    def test_in_common_is_what_each_node_serves_of_which_anything_is_known(self, every: list[dict[str, str]]) -> None:
        common = in_common(every)
        for satellite in "abcde":
            known = [each for each in every if each]
            assert (satellite in common) == (bool(known) and all(satellite in each for each in known))


def fill(name: str, satellite: str | None, attempts: int = 40, **fields: Any) -> None:
    usual = {"action": "GET", "status": "success", "size": 1000, "duration_ms": 100}
    Event.objects.bulk_create(
        Event(timestamp=AS_OF - timedelta(minutes=minute + 1), node_name=name, satellite_id=satellite, **usual | fields)
        for minute in range(attempts)
    )


def compared(*names: str, type: str = "performance", **fields: Any) -> Comparison:
    return compute(ComparisonRequest(names, type, 24, AS_OF, **{"same_satellites": True} | fields))


def ids(result: Comparison) -> set[str]:
    return {each["satellite"] for each in result.same_satellites or []}


def said(node: NodeResult) -> str:
    return " ".join(node.notes)


@pytest.fixture
def two_nodes(databases: None) -> None:
    """`attic` serves us1 and eu1, `cellar` us1 alone."""
    fill("attic", US1)
    fill("attic", EU1, 20, status="failed", error_reason="broken pipe", duration_ms=None)
    fill("attic", EU1, 10, action="PUT", duration_ms=7)
    fill("cellar", US1, duration_ms=300)
    rollup_once()


@pytest.mark.usefixtures("two_nodes")
class TestTraffic:
    def test_is_that_of_the_satellites_in_common(self) -> None:
        attic, cellar = compared("attic", "cellar").nodes
        assert (attic.metrics["success_rate_download"], attic.metrics["total_operations"]) == (100.0, 40)
        assert cellar.metrics["total_operations"] == 40
        assert "Left out, as not all nodes serve them: eu1." in attic.notes
        assert "30 of 70 attempts are left out: they are of other satellites, or name none." in attic.notes

    def test_without_the_option_nothing_is_left_out_and_no_satellites_are_named(self) -> None:
        result = compared("attic", "cellar", same_satellites=False)
        assert result.same_satellites is None
        assert result.nodes[0].metrics["total_operations"] == 70
        assert "satellites" not in result.nodes[0].basis.groups

    def test_latencies_are_told_where_no_other_satellite_had_a_part_in_them(self) -> None:
        attic, cellar = compared("attic", "cellar").nodes
        assert (attic.metrics["latency_download_p50_ms"], cellar.metrics["latency_download_p50_ms"]) == (100, 300)
        assert attic.metrics["latency_upload_p50_ms"] is None
        assert "alone: upload latency, the course over the window, reasons of errors" in said(attic)
        assert "alone:" not in said(cellar)
        assert "must log at DEBUG level" not in said(attic)

    def test_a_node_that_serves_only_these_keeps_its_course_and_one_that_serves_more_does_not(self) -> None:
        attic, cellar = ((node.details or {})["series"]["egress_bytes"] for node in compared("attic", "cellar").nodes)
        assert set(attic) == {None}
        assert sum(filter(None, cellar)) == 40_000

    def test_of_a_sample_latencies_and_reasons_are_of_these_satellites(self) -> None:
        attic, cellar = compared("attic", "cellar", basis=SAMPLE).nodes
        assert not any("left out" in note.lower() for note in cellar.notes)
        assert (attic.metrics["latency_download_p50_ms"], attic.metrics["total_operations"]) == (100, 40)
        assert (attic.details or {})["errors"] == []
        assert sum(filter(None, (attic.details or {})["series"]["egress_bytes"])) == 40_000

    @pytest.mark.parametrize(("durations", "marked"), [(4, False), (5, True)])
    @pytest.mark.parametrize("basis", [AUTO, SAMPLE])
    def test_whole_seconds_are_judged_by_the_durations_of_all_satellites(
        self, basis: str, durations: int, marked: bool
    ) -> None:
        fill("attic", EU1, 400, action="PUT", duration_ms=7)
        rollup_once()
        told_rows.ours("attic")
        told_rows.coarse("attic", AS_OF - timedelta(hours=1), durations)
        # 450 durations in all, of which 40 are left.
        attic, _ = compared("attic", "cellar", basis=basis).nodes
        assert attic.metrics["latency_download_p50_ms"] == 100
        assert ("latency_download_p50_ms" in attic.unranked) is marked

    def test_whether_canceled_uploads_are_recorded_is_told_by_all_uploads(self) -> None:
        fill("attic", US1, 900, action="PUT", duration_ms=None)
        fill("attic", EU1, 200, action="PUT", duration_ms=None)
        attic, _ = compared("attic", "cellar").nodes
        assert (attic.metrics["success_rate_upload"], attic.basis.groups["uploads"]["cancels_recorded"]) == (100, False)
        assert "success_rate_upload" in attic.unranked

    def test_the_monitors_hourly_sums_are_left_out(self) -> None:
        insert("hourly_stats", [hourly(12)])
        attic, _ = compared("attic", "cellar").nodes
        assert (attic.metrics["total_operations"], "history" in attic.basis.groups) == (40, False)
        assert "The monitor's hourly sums are left out: they name no satellite." in attic.notes


class TestNodesThatDoNotRestrict:
    def test_a_node_that_cannot_be_read(self, two_nodes: None) -> None:
        result = compared("attic", "\ud800")
        assert ids(result) == {US1, EU1}
        assert result.nodes[1].error

    def test_a_node_whose_satellites_are_not_known(self, two_nodes: None) -> None:
        fill("shed", None)
        result = compared("attic", "shed")
        assert ids(result) == {US1, EU1}
        assert "It is not known which satellites this node serves, so that the others are not restricted" in said(
            result.nodes[1]
        )
        assert result.nodes[1].metrics["total_operations"] is None


class TestNothingInCommon:
    def test_is_said_and_there_is_no_value(self, two_nodes: None) -> None:
        fill("shed", AP1)
        result = compared("cellar", "shed")
        assert result.same_satellites == []
        for node, own in zip(result.nodes, ("us1", "ap1"), strict=True):
            assert "No satellite is served by all of these nodes" in said(node)
            assert f"Serves {own}." in node.notes
            assert node.metrics["success_rate_download"] is node.metrics["egress_bytes_per_day"] is None

    def test_where_nothing_is_known_of_any_node_that_is_said(self, databases: None) -> None:
        fill("attic", None)
        fill("cellar", None)
        result = compared("attic", "cellar")
        assert all("It is not known of any of these nodes" in said(node) for node in result.nodes)


def test_a_node_that_is_far_behind_serves_what_its_newest_events_name(two_nodes: None, settings: LazySettings) -> None:
    settings.MAX_EVENTS_FOR_COMPARISON = 5
    fill("shed", US1)
    fill("shed", AP1, 6)
    Event.objects.filter(node_name="shed", satellite_id=US1).update(timestamp=AS_OF - timedelta(hours=3))
    result = compared("attic", "shed")
    assert (ids(result), result.nodes[1].basis.limited) == (set(), True)


class TestScoresAndRisk:
    @pytest.fixture
    def told(self, two_nodes: None) -> None:
        for name, satellite, score in (("attic", US1, 99.0), ("attic", EU1, 96.1), ("cellar", US1, 98.0)):
            ReputationRow.objects.create(
                timestamp=AS_OF - timedelta(hours=1),
                node_name=name,
                satellite=satellite,
                audit_score=score,
                suspension_score=100.0,
                online_score=score,
                is_disqualified=0,
                is_suspended=0,
            )
            told_rows.on_satellite(name, satellite, vetted=None if satellite == EU1 else AS_OF - 90 * A_DAY)
        for name in ("attic", "cellar"):
            told_rows.state(name)

    @pytest.mark.parametrize("type", ["performance", "efficiency", "earnings", "overall"])
    def test_are_the_worst_of_the_satellites_in_common(self, told: None, type: str) -> None:
        result = compared("attic", "cellar", type=type)
        attic, cellar = result.nodes
        assert ids(result) == {US1}
        assert (attic.metrics["audit_score"], cellar.metrics["audit_score"]) == (99.0, 98.0)
        assert attic.metrics["audit_failures_left"] == 31
        assert [each["satellite"] for each in (attic.risk or {})["satellites"]] == [US1]

    def test_a_satellite_left_out_that_has_not_vetted_the_node_does_not_unrank_it(self, told: None) -> None:
        attic, _ = compared("attic", "cellar").nodes
        assert "vetting" not in attic.basis.groups

    def test_scores_of_other_satellites_only_are_said_to_be_so(self, told: None) -> None:
        fill("shed", EU1)
        ReputationRow.objects.filter(node_name="attic", satellite=EU1).delete()
        attic, _ = compared("attic", "shed").nodes
        assert attic.metrics["audit_score"] is None
        assert "but those of satellites that not all nodes serve" in said(attic)

    def test_audits_that_never_ended_are_those_of_these_satellites(self, told: None) -> None:
        told_rows.ours("attic")
        told_rows.unended("attic", AS_OF - timedelta(hours=2))
        attic, _ = compared("attic", "cellar").nodes
        assert attic.metrics["audits_unended"] == 1
        fill("cellar", EU1, 1)
        fill("shed", EU1)
        attic, *_ = compared("attic", "cellar", "shed").nodes
        assert attic.metrics["audits_unended"] == 0

    def test_too_many_of_them_are_not_known_per_satellite(self, told: None) -> None:
        told_rows.ours("attic")
        for minute in range(4):
            told_rows.unended("attic", AS_OF - timedelta(hours=2, minutes=minute), piece=f"PIECE{minute}")
        attic, _ = compared("attic", "cellar").nodes
        assert attic.metrics["audits_unended"] is None
        assert "Audits that never ended are not known per satellite" in said(attic)


def test_space_stays_that_of_all_satellites_and_says_so(two_nodes: None) -> None:
    for type in ("efficiency", "overall"):
        assert all(
            "Space, trash and growth are of all satellites" in said(node)
            for node in compared("attic", "cellar", type=type).nodes
        )


def estimate(name: str, satellite: str, gross: float, **fields: Any) -> None:
    usual = {"timestamp": AS_OF - timedelta(hours=1), "period": "2026-11"}
    EarningsEstimate.objects.create(node_name=name, satellite=satellite, total_earnings_gross=gross, **usual | fields)


def api_day(name: str, satellite: str, byte_hours: int, egress: int) -> None:
    SnoDay.objects.create(
        node=name,
        satellite=satellite,
        day="2026-11-20",
        byte_hours=byte_hours,
        egress=egress,
        updated=(AS_OF - A_DAY).isoformat(),
    )


class TestEarnings:
    def test_are_the_sum_of_what_is_earned_on_these_satellites(self, databases: None) -> None:
        usage = st.tuples(st.integers(1, 900 * TB), st.integers(0, TB))
        of_node = st.dictionaries(st.sampled_from(ALL), usage, min_size=1)

        @settings(max_examples=25, deadline=None)
        @given(st.lists(of_node, min_size=2, max_size=3))
        def run(nodes: list[dict[str, tuple[int, int]]]) -> None:
            SnoDay.objects.all().delete()
            for number, used in enumerate(nodes):
                for satellite, (byte_hours, egress) in used.items():
                    api_day(f"n{number}", satellite, byte_hours, egress)
            result = compared(*(f"n{number}" for number in range(len(nodes))), type="earnings")
            common = set(ALL).intersection(*nodes)
            assert ids(result) == common
            for node, used in zip(result.nodes, nodes, strict=True):
                check(node, {satellite: used[satellite] for satellite in common}, is_whole=common == set(used))

        def check(node: NodeResult, used: dict[str, tuple[int, int]], is_whole: bool) -> None:
            storage = sum(Fraction(byte_hours) * 3 / 2 / 720 / TB for byte_hours, _ in used.values())
            egress = sum(Fraction(size) * 2 / TB for _, size in used.values())
            gross = float(round(storage + egress, 2)) if used else None
            assert node.metrics["total_earnings"] == gross
            lines = node.statement["satellites"] if node.statement else []
            assert {line["satellite"] for line in lines} == set(used)
            assert ("is left out" in said(node)) == (bool(used) and not is_whole)

        run()

    def test_profit_and_earnings_per_allocated_space_are_not_told_of_a_part(self, databases: None) -> None:
        host = Host.objects.create(name="pi", fixed_per_month=3)
        Node.objects.create(name="attic", host=host)
        for name, satellites in (("attic", (US1, EU1)), ("cellar", (US1,))):
            for satellite in satellites:
                api_day(name, satellite, 24 * TB, TB)
            for hours in (0, 24):
                StorageSnapshot.objects.create(
                    timestamp=AS_OF - timedelta(hours=hours), node_name=name, used_bytes=TB, total_bytes=2 * TB
                )
        attic, cellar = compared("attic", "cellar", type="earnings").nodes
        assert attic.metrics["earnings_per_allocated_tb"] is None
        assert cellar.metrics["earnings_per_allocated_tb"] is not None
        assert (attic.worth, attic.metrics["profit"]) == (None, None)
        assert "no earnings per TB allocated, no unpaid share and no profit" in said(attic)

    def test_months_and_payouts_are_those_of_these_satellites(self, databases: None) -> None:
        for name, satellites in (("attic", (US1, EU1)), ("cellar", (US1,))):
            for satellite in satellites:
                estimate(name, satellite, 3.0)
                estimate(name, satellite, 2.0, period="2026-10", timestamp=AS_OF - 30 * A_DAY)
                Payout.objects.create(
                    timestamp=AS_OF, node_name=name, satellite=satellite, period="2026-10", actual_payout=1.25
                )
        attic, _ = compared("attic", "cellar", type="earnings").nodes
        last, now = (attic.history or {})["months"][-2:]
        assert (last["gross"], last["paid"], now["gross"]) == (2.0, 1.25, 3.0)

    def test_what_is_told_of_all_satellites_together_has_no_value(self, databases: None) -> None:
        estimate("attic", "aggregate", 5.0)
        estimate("cellar", US1, 3.0)
        attic, cellar = compared("attic", "cellar", type="earnings").nodes
        assert (attic.metrics["total_earnings"], cellar.metrics["total_earnings"]) == (None, 3.0)
        assert "Nothing is recorded of what this node earned in 2026-11 on each of these satellites." in attic.notes
