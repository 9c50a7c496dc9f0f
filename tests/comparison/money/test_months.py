"""Months side by side: what each should have paid, and what was paid."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from comparison.engine import compute
from comparison.request import ComparisonRequest
from nodes.known import ensure_nodes
from nodes.models import EarningsEstimate, Payout, SatelliteTerms, SnoDay, SnoPaystub, SnoSatellite, StorageSnapshot
from nodes.rollups.roll import rollup_once
from nodes.satellites import EU1, US1
from tests.comparison.money import month
from tests.comparison.money.month import AS_OF, DAY, HOUR, NAME, START, TB, event

pytestmark = pytest.mark.usefixtures("databases")

OCTOBER = datetime(2026, 10, 1, tzinfo=AS_OF.tzinfo)
SEPTEMBER = datetime(2026, 9, 1, tzinfo=AS_OF.tzinfo)
JOINED_LONG_AGO = "2024-01-01T00:00:00+00:00"


def histories(*names: str, as_of: datetime = AS_OF, months: int = 12) -> dict[str, Any]:
    result = compute(ComparisonRequest(names or (NAME,), "earnings", 24, as_of, months=months)).as_dict()
    assert [node["error"] for node in result["nodes"]] == [None] * len(result["nodes"])
    return {node["name"]: node["history"] for node in result["nodes"]} | {"together": result["history"]}


def months(**options: Any) -> dict[str, dict[str, Any]]:
    return {row["month"]: row for row in histories(**options)[NAME]["months"]}


def estimate(period: str, gross: float, satellite: str = US1, **fields: Any) -> None:
    at = datetime.fromisoformat(f"{period}-20T00:00:00+00:00") + 15 * DAY
    row = {"timestamp": at, "node_name": NAME, "satellite": satellite, "period": period}
    EarningsEstimate.objects.create(**row | {"total_earnings_gross": gross} | fields)


def payout(period: str, amount: Any, satellite: str = US1, **fields: Any) -> None:
    row = {"timestamp": AS_OF, "node_name": NAME, "satellite": satellite, "period": period}
    Payout.objects.create(**row | {"actual_payout": amount} | fields)


def joined(*satellites: str, name: str = NAME) -> None:
    for satellite in satellites:
        SnoSatellite.objects.create(node=name, satellite=satellite, joined=JOINED_LONG_AGO)


def stub(period: str, satellite: str = US1, **fields: Any) -> None:
    SnoPaystub.objects.create(node=NAME, satellite=satellite, period=period, updated=AS_OF.isoformat(), **fields)


class TestKinds:
    def test_the_parts_of_what_is_told_apart_add_up_to_the_gross_amount(self) -> None:
        joined(US1, EU1)
        month.snapshots()
        month.events(event(START + DAY, "GET", TB), event(START + DAY, "GET_REPAIR", TB, EU1))
        row = months()["2026-11"]
        assert row["kinds"] == {"storage": 3.0, "egress": 2.0, "repair": 2.0, "audit": 0.0}
        assert sum(row["kinds"].values()) == row["gross"]
        assert histories()["together"]["months"][-1]["kinds"] == row["kinds"]

    def test_what_somebody_else_computed_is_in_none(self) -> None:
        estimate("2026-10", 4.0)
        assert sum(months()["2026-10"]["kinds"].values()) == 0

    def test_those_of_all_nodes_are_summed_up(self) -> None:
        month.snapshots()
        month.events(event(START, "GET", TB), event(START, "GET", TB, node_name="cellar"))
        together = histories(NAME, "cellar")["together"]["months"][-1]
        assert together["kinds"] == {"storage": 3.0, "egress": 4.0, "repair": 0.0, "audit": 0.0}


class TestPaid:
    def test_a_month_has_what_was_estimated_and_paid_and_the_difference(self) -> None:
        joined(US1)
        estimate("2026-10", 4.0)
        payout("2026-10", 3.9)
        row = months()["2026-10"]
        assert (row["gross"], row["held"], row["estimated"], row["paid"]) == (4.0, 0.0, 4.0, 3.9)
        assert row["difference"] == -0.1
        assert (row["source"], row["is_over"], row["is_whole"]) == ("estimates", True, True)

    def test_what_is_held_is_no_difference(self) -> None:
        estimate("2026-10", 4.0, node_age_months=2)
        payout("2026-10", 1.0)
        row = months()["2026-10"]
        assert (row["held"], row["estimated"], row["difference"]) == (3.0, 1.0, 0.0)

    def test_pay_stubs_know_better_what_is_held_and_what_is_given_back(self) -> None:
        joined(US1)
        estimate("2026-10", 4.0)
        stub("2026-10", held=500_000, disposed=1_500_000)
        payout("2026-10", 5.5)
        row = months()["2026-10"]
        assert (row["held"], row["estimated"], row["difference"]) == (0.5, 5.5, 0.0)

    def test_there_is_no_difference_while_a_satellite_is_not_paid(self) -> None:
        joined(US1, EU1)
        estimate("2026-10", 4.0)
        estimate("2026-10", 2.0, EU1)
        payout("2026-10", 4.0)
        row = months()["2026-10"]
        assert (row["estimated"], row["paid"], row["difference"], row["unpaid"]) == (6.0, 4.0, None, ["eu1"])

    def test_there_is_none_where_a_satellite_was_not_estimated(self) -> None:
        joined(US1, EU1)
        estimate("2026-10", 4.0)
        payout("2026-10", 4.0)
        payout("2026-10", 2.0, EU1)
        row = months()["2026-10"]
        assert (row["paid"], row["difference"], row["unestimated"]) == (6.0, None, ["eu1"])

    def test_a_month_that_is_not_over_has_no_difference(self) -> None:
        joined(US1)
        month.estimate(US1, total_earnings_gross=2.0)
        payout("2026-11", 1.0)
        row = months()["2026-11"]
        assert (row["is_over"], row["estimated"], row["paid"], row["difference"]) == (False, 2.0, 1.0, None)

    def test_the_newest_entry_of_a_satellite_counts(self) -> None:
        payout("2026-10", 2.0, timestamp=AS_OF - DAY)
        payout("2026-10", 3.0)
        assert months()["2026-10"]["paid"] == 3.0

    def test_broken_amounts_are_skipped_and_told(self) -> None:
        payout("2026-10", 2.0)
        payout("2026-10", 1e300, EU1)
        (node,) = compute(ComparisonRequest((NAME,), "earnings", 24, AS_OF)).nodes
        assert node.history is not None
        assert node.history["months"][0]["paid"] == 2.0
        assert "1 payouts were skipped: the amount is broken." in node.notes


class TestSources:
    def test_the_month_of_the_comparison_is_as_its_statement_says(self) -> None:
        month.snapshots()
        month.events(event(START, "PUT", 1000), event(START + DAY, "GET", TB))
        row, made = months()["2026-11"], month.statement()
        assert [row[key] for key in ("source", "gross", "held")] == [made[key] for key in ("source", "gross", "held")]
        assert row["estimated"] == made["payout"]

    def test_days_of_the_api_make_a_month(self) -> None:
        joined(US1)
        day = {"node": NAME, "satellite": US1, "updated": AS_OF.isoformat()}
        sizes = {"byte_hours": 24 * 3 * TB, "egress": TB // 31}
        SnoDay.objects.bulk_create(SnoDay(day=f"2026-10-{number:02}", **day, **sizes) for number in range(1, 32))
        row = months()["2026-10"]
        assert (row["source"], row["is_whole"]) == ("api", True)
        assert row["gross"] == pytest.approx(1.5 * 3 * 31 * 24 / 720 + 2.0, abs=1e-6)

    def test_days_after_a_disqualification_earn_nothing(self) -> None:
        SnoSatellite.objects.create(
            node=NAME, satellite=US1, joined=JOINED_LONG_AGO, disqualified="2026-10-10T12:00:00+00:00"
        )
        day = {"node": NAME, "satellite": US1, "updated": AS_OF.isoformat(), "byte_hours": 0}
        SnoDay.objects.bulk_create(SnoDay(day=f"2026-10-{number:02}", egress=TB, **day) for number in range(1, 32))
        assert months()["2026-10"]["gross"] == 20.0

    def test_roll_ups_and_the_ends_of_days_make_a_month(self) -> None:
        self.october()
        row = months()["2026-10"]
        assert (row["source"], row["is_whole"]) == ("rollup", True)
        assert row["gross"] == pytest.approx(1.5 * 3 * 31 * 24 / 720 + 2.0, abs=1e-6)

    def test_a_month_is_as_the_statement_of_that_month(self) -> None:
        self.october()
        made = month.statement(START)
        assert months()["2026-10"]["gross"] == pytest.approx(made["gross"], abs=1e-6)

    def test_the_monitors_estimate_counts_where_roll_ups_know_little_of_a_month(self) -> None:
        self.october()
        estimate("2026-09", 7.0)
        month.events(event(SEPTEMBER + 25 * DAY, "GET", TB))
        rollup_once()
        row = months()["2026-09"]
        assert (row["source"], row["gross"]) == ("estimates", 7.0)

    def test_what_is_known_of_a_part_of_a_month_is_marked(self) -> None:
        estimate("2026-10", 4.0, timestamp=OCTOBER + 10 * DAY)
        row = months()["2026-10"]
        assert (row["gross"], row["is_whole"]) == (4.0, False)

    def test_the_operators_own_rates_hold_for_all_months(self) -> None:
        self.october()
        (node,) = ensure_nodes([NAME])
        SatelliteTerms.objects.create(node=node, storage_rate=Decimal(0), egress_rate=Decimal(5))
        assert months()["2026-10"]["gross"] == 5.0

    @staticmethod
    def october() -> None:
        """3 TB all the time, a snapshot an hour, and 1 TB sent on the second day; the log goes on to November."""
        StorageSnapshot.objects.bulk_create(
            StorageSnapshot(timestamp=OCTOBER + n * HOUR, node_name=NAME, used_bytes=3 * TB, total_bytes=6 * TB)
            for n in range(-3, 31 * 24 + 3)
        )
        month.events(event(OCTOBER, "PUT", 1000), event(OCTOBER + DAY, "GET", TB), event(START + DAY, "PUT", 1000))
        rollup_once()


class TestSpan:
    def test_months_begin_with_the_first_of_which_anything_is_known(self) -> None:
        estimate("2026-08", 4.0)
        assert list(months()) == ["2026-08", "2026-09", "2026-10", "2026-11"]

    def test_there_are_no_more_than_were_asked_for(self) -> None:
        estimate("2026-01", 4.0)
        assert list(months(months=2)) == []
        assert len(months(months=11)) == 11

    def test_a_year_is_the_default(self) -> None:
        estimate("2025-12", 4.0)
        assert next(iter(months())) == "2025-12"

    def test_a_month_that_is_over_is_the_last_of_its_history(self) -> None:
        joined(US1)
        estimate("2026-10", 4.0)
        payout("2026-10", 4.5)
        row = months(as_of=START)["2026-10"]
        assert (row["is_over"], row["difference"]) == (True, 0.5)


class TestTotals:
    def test_of_a_node_and_of_all_nodes_together(self) -> None:
        joined(US1)
        joined(US1, name="cellar")
        for name, gross in ((NAME, 4.0), ("cellar", 2.0)):
            estimate("2026-10", gross, node_name=name)
            estimate("2026-09", 1.0, node_name=name)
            payout("2026-09", 0.75, node_name=name)
        month.events(event(START, "PUT", 1), event(START, "PUT", 1, node_name="cellar"))
        found = histories(NAME, "cellar")
        assert found[NAME]["totals"] == {"gross": 5.0, "held": 0.0, "estimated": 5.0, "paid": 0.75, "difference": -0.25}
        september, october, *_ = found["together"]["months"]
        assert (september["nodes"], september["estimated"], september["difference"]) == (2, 2.0, -0.5)
        assert (october["estimated"], october["paid"], october["difference"]) == (6.0, None, None)
        assert found["together"]["totals"]["estimated"] == 8.0

    def test_other_types_have_no_history(self) -> None:
        estimate("2026-10", 4.0)
        result = compute(ComparisonRequest((NAME,), "overall", 24, AS_OF)).as_dict()
        assert (result["history"], result["nodes"][0]["history"]) == (None, None)
