"""From what a statement is made, best first, and what it says of it."""

import math
from datetime import datetime, timedelta

import pytest
from django.db import connections

from comparison.engine import compute
from comparison.money.inputs import Covered
from comparison.request import ComparisonRequest
from nodes.known import ensure_nodes
from nodes.models import SatelliteTerms, StorageSnapshot
from nodes.rollups.roll import rollup_once
from nodes.router import EVENTS
from nodes.satellites import EU1, US1
from tests.comparison.money import month
from tests.comparison.money.month import AS_OF, DAY, HOUR, NAME, START, TB, earned, event, lines, statement

pytestmark = pytest.mark.usefixtures("databases")
TIB = 2**40


def notes() -> str:
    return " ".join(earned().notes)


def test_the_nodes_own_daily_figures_come_first() -> None:
    month.snapshots()
    month.computed(US1, 999 * TB, 0, TB)
    month.api_satellite(US1, joined="2026-05-20T00:00:00+00:00", storage_price=150, egress_price=200)
    month.api_days(US1, 20, byte_hours=48 * TB, egress=TB // 10, repair_egress=0, audit_egress=0)
    found = statement()
    assert (found["source"], found["gross"], found["held"]) == ("api", 2.0 + 4.0, 1.5)
    assert lines()[US1]["joined_source"] == "api"


def test_the_prices_that_the_node_tells_are_used() -> None:
    month.api_satellite(US1, storage_price=75, egress_price=600, repair_price=0, audit_price=0)
    month.api_days(US1, 20, byte_hours=36 * TB, egress=TB // 10, repair_egress=TB, audit_egress=TB)
    assert (lines()[US1]["storage_earned"], lines()[US1]["egress_earned"]) == (0.75, 12.0)
    assert (lines()[US1]["repair_earned"], lines()[US1]["rates_source"]) == (0.0, "api")


def test_of_a_day_that_is_not_over_only_what_was_told_before_counts() -> None:
    month.api_days(US1, 20, byte_hours=72 * TB, egress=0)
    assert statement(START + 10 * DAY + HOUR)["storage_earned"] == 1.5


def test_a_satellite_that_disqualified_the_node_pays_no_more() -> None:
    month.api_satellite(US1, disqualified="2026-11-10T12:00:00+00:00")
    month.api_days(US1, 20, byte_hours=72 * TB, egress=0)
    assert statement()["gross"] == 1.5


def test_what_is_held_returned_and_lost_is_told_where_the_node_tells_it() -> None:
    month.api_satellite(US1, joined="2026-01-05T00:00:00+00:00", held_total=9_000_000, held_disposed=1_000_000)
    month.api_days(US1, 20, byte_hours=72 * TB)
    line = lines()[US1]
    assert (line["held_in_all"], line["returned_in"], line["to_be_returned"]) == (8.0, "2027-04", 4.0)
    assert line["lost_if_stopped"] == 8.0


def test_space_that_is_occupied_and_not_paid_is_a_share_of_the_occupied() -> None:
    month.snapshots(used=4 * TB)
    month.api_days(US1, 20, byte_hours=24 * 3 * TB)
    assert earned().metrics["unpaid_percent"] == 25.0


def test_traffic_comes_from_roll_ups_and_the_events_behind_them() -> None:
    month.snapshots()
    month.events(event(START + HOUR, "GET", TB // 2), event(START + DAY, "PUT", 1000))
    rollup_once(100)
    month.events(event(AS_OF - HOUR, "GET_REPAIR", TB // 4), event(AS_OF - 2 * HOUR, "GET", 7, status="canceled"))
    found = statement()
    assert (found["source"], found["egress_earned"], found["repair_earned"]) == ("rollup", 1.0, 0.5)
    assert found["storage_earned"] == 3.0
    assert "contain trash" in notes()
    assert "come near to what satellites settle" in notes()


def test_storage_is_split_in_the_proportion_of_the_estimates_byte_hours() -> None:
    month.snapshots()
    month.events(event(START, "PUT", 1000))
    month.computed(US1, 300, 0, TIB)
    month.computed(EU1, 100, 0, TIB)
    assert [lines()[of]["storage_earned"] for of in (US1, EU1)] == [2.25, 0.75]


def test_storage_is_split_by_uploads_where_there_are_no_estimates() -> None:
    month.snapshots()
    month.events(event(START, "PUT", 1000), event(START, "PUT_REPAIR", 500), event(START, "PUT", 500, EU1))
    assert [lines()[of]["storage_earned"] for of in (US1, EU1)] == [2.25, 0.75]


def test_where_nothing_tells_satellites_apart_all_are_one_line_and_what_is_held_is_not_known() -> None:
    month.snapshots()
    month.events(event(START, "GET", TB))
    assert list(lines()) == ["all satellites"]
    assert earned().metrics["held_amount"] is None
    assert earned().metrics["total_earnings"] == 5.0
    assert "What is held back is not known" in notes()


def test_an_estimate_that_was_computed_per_tib_is_computed_anew() -> None:
    month.computed(US1, 1440 * TB, TB, TIB)
    found = earned()
    assert found.metrics["total_earnings"] == 5.0
    assert found.metrics["earnings_per_stored_tb"] == 2.5
    assert found.statement is not None
    assert found.statement["source"] == "estimates"


def test_an_estimate_that_was_computed_per_tb_stays_as_it_is() -> None:
    month.computed(US1, 1440 * TB, TB, TB)
    assert earned().metrics["total_earnings"] == 5.0


def test_an_estimate_of_the_nodes_api_is_taken_as_it_is_recorded() -> None:
    month.computed(US1, 1440 * TB, TB, TIB, total_earnings_gross=4.0)
    assert earned().metrics["total_earnings"] == 4.0
    assert "1 of 1 estimate cannot be computed anew" in notes()


def test_a_sum_over_all_satellites_is_not_added_to_its_parts() -> None:
    month.estimate("aggregate", total_earnings_gross=9.0, timestamp=AS_OF - DAY)
    month.estimate(US1, total_earnings_gross=4.0)
    assert earned().metrics["total_earnings"] == 4.0


def test_an_older_part_is_not_added_to_the_sum_over_all() -> None:
    month.estimate("aggregate", total_earnings_gross=9.0)
    month.estimate(US1, total_earnings_gross=4.0, timestamp=AS_OF - DAY)
    assert (earned().metrics["total_earnings"], earned().metrics["held_amount"]) == (9.0, None)


def test_a_month_that_is_over_takes_the_estimate_that_came_after_it() -> None:
    month.estimate(US1, total_earnings_gross=4.0, period="2026-10", timestamp=START - HOUR)
    month.estimate(US1, total_earnings_gross=4.5, period="2026-10", timestamp=START + HOUR)
    assert statement(START)["gross"] == 4.5


def test_a_window_that_ends_with_a_month_is_of_that_month() -> None:
    month.estimate(US1, total_earnings_gross=4.0, period="2026-10", timestamp=START - HOUR)
    assert statement(START)["month"] == "2026-10"


def test_a_guessed_date_of_joining_is_the_earliest_in_the_data_and_said_to_be_a_guess() -> None:
    month.snapshots()
    month.events(event(START - 100 * DAY, "PUT", 1000), event(START, "PUT", 1000))
    assert (lines()[US1]["joined"], lines()[US1]["joined_source"]) == ("2026-07-24", "guess")
    assert lines()[US1]["held_percent"] == 50
    assert "guessed" in notes()


def test_an_age_in_the_estimates_tells_of_an_earlier_date() -> None:
    month.computed(US1, 1440 * TB, 0, TIB, node_age_months=14)
    assert (lines()[US1]["joined"], lines()[US1]["month_number"]) == ("2025-10-01", 14)


def own(**fields: object) -> None:
    SatelliteTerms.objects.create(node=ensure_nodes([month.NAME])[0], **fields)


def test_the_operators_own_terms_are_believed_first() -> None:
    month.api_satellite(US1, joined="2026-10-20T00:00:00+00:00", storage_price=150)
    month.api_days(US1, 20, byte_hours=36 * TB)
    own(satellite=US1, joined="2025-11-01", storage_rate="3")
    line = lines()[US1]
    assert (line["storage_earned"], line["held"], line["rates"]["storage"]) == (3.0, 0.0, 3.0)
    assert (line["joined_source"], line["rates_source"]) == ("own", "own")


def test_own_terms_without_a_satellite_hold_for_those_that_have_none() -> None:
    month.api_days(US1, 20, byte_hours=36 * TB)
    month.api_days(EU1, 20, byte_hours=36 * TB)
    own(storage_rate="3")
    own(satellite=EU1, storage_rate="6")
    assert [lines()[of]["storage_earned"] for of in (US1, EU1)] == [3.0, 6.0]


def test_a_node_of_which_nothing_is_known_has_no_amounts() -> None:
    assert set(earned().metrics.values()) == {None}
    assert "Nothing is recorded of what this node earned in 2026-11." in notes()


def test_a_node_that_went_silent_says_since_when() -> None:
    month.snapshots()
    month.events(event(START + 3 * DAY, "PUT", 1000))
    rollup_once(100)
    assert "No events of the node since 2026-11-04" in notes()


def test_amounts_of_a_part_of_the_month_are_not_ranked_and_yields_are() -> None:
    month.snapshots(hours=400)
    month.events(event(START, "PUT", 1000))
    found = earned()
    assert "total_earnings" in found.unranked
    assert "earnings_per_stored_tb" not in found.unranked


def test_earnings_per_allocated_tb_count_the_space_that_is_not_used() -> None:
    month.snapshots()
    found = earned().metrics
    assert (found["earnings_per_stored_tb"], found["earnings_per_allocated_tb"]) == (1.5, 0.75)


def test_yields_do_not_depend_on_the_day_of_the_month() -> None:
    month.snapshots()
    days = (3 * DAY, 10 * DAY, 20 * DAY)
    assert {earned(START + after).metrics["earnings_per_stored_tb"] for after in days} == {1.5}


def test_a_steady_node_is_projected_exactly() -> None:
    month.snapshots()
    found = statement()["projected"]
    assert (found["gross"], found["low"], found["high"]) == (4.5, 4.5, 4.5)


def test_the_bounds_of_the_projection_widen_with_the_spread_of_the_days() -> None:
    month.snapshots()
    month.events(*(event(START + day * DAY, "GET", TB * (day % 2)) for day in range(20)))
    found = statement()["projected"]
    assert found["low"] < found["gross"] < found["high"]
    assert found["low"] >= statement()["gross"]


def test_the_fewer_days_are_known_the_wider_are_the_bounds_of_the_projection() -> None:
    month.snapshots()
    month.events(*(event(START + day * DAY, "GET", TB * (day % 2)) for day in range(20)))
    many, few = (statement(START + days * DAY)["projected"] for days in (20, 4))
    gross = statement(START + 4 * DAY)["gross"]
    # Of days of 0 and 2 dollars, four: Student's t with three degrees of freedom, the mean's error and that of 26 days.
    wide = 3.182446 * math.sqrt(4 / 3 * (26 + 26**2 / 4))
    assert many["high"] - many["gross"] < wide
    assert few["low"] == gross
    assert few["high"] == pytest.approx(few["gross"] + min(wide, max(26, 2 / 3.182446 * wide)), abs=1e-3)


def test_what_is_known_from_the_middle_of_a_month_on_is_marked_and_its_upper_bound_counts_the_rest() -> None:
    month.snapshots()
    StorageSnapshot.objects.filter(timestamp__lt=START + 15 * DAY).delete()
    found = statement()
    steady = 3 * 1.5 / 30  # dollars a day
    assert not found["is_whole"]
    assert found["projected"]["gross"] == pytest.approx(15 * steady)
    assert (found["projected"]["low"], found["projected"]["high"]) == pytest.approx((15 * steady, 30 * steady))


def test_a_node_that_surely_joined_in_the_middle_of_a_month_is_known_whole() -> None:
    month.api_satellite(joined=(START + 15 * DAY).isoformat())
    month.snapshots()
    StorageSnapshot.objects.filter(timestamp__lt=START + 15 * DAY).delete()
    month.events(event(START + 15 * DAY, "PUT", TB))
    found = statement()
    assert found["is_whole"]
    assert found["projected"]["high"] == found["projected"]["gross"]


@pytest.mark.parametrize(("after", "is_there"), [(timedelta(hours=47), False), (timedelta(hours=48), True)])
def test_there_is_no_projection_on_the_first_two_days(after: timedelta, is_there: bool) -> None:
    month.snapshots()
    assert (earned(START + after).metrics["projected_earnings"] is not None) is is_there


@pytest.mark.parametrize("type_", ["overall", "earnings"])
def test_the_month_before_stands_in_for_nodes_whose_own_month_tells_no_shares(type_: str) -> None:
    names = (NAME, "cellar")
    for name in names:
        month.snapshots(name=name)
        month.events(event(START, "PUT", 1000, node_name=name))
    rollup_once()
    october = {"period": "2026-10", "timestamp": START - HOUR, "total_earnings_gross": 0.1}
    for satellite, hours in ((US1, 300), (EU1, 100)):
        month.computed(satellite, hours, 0, TB)
        month.estimate(satellite, node_name="cellar", storage_bytes_hour=400 - hours, **october)
    month.estimate(US1, node_name="cellar", total_earnings_gross=0.1)  # without byte-hours
    found = {
        node.name: {line["satellite"]: line["storage_earned"] for line in (node.statement or {})["satellites"]}
        for node in compute(ComparisonRequest(names, type_, 24, AS_OF)).nodes
    }
    assert found == {NAME: {US1: 2.25, EU1: 0.75}, "cellar": {US1: 0.75, EU1: 2.25}}


@pytest.mark.parametrize("as_of", [AS_OF, START + 1.5 * DAY])
def test_the_same_is_earned_while_an_update_is_being_completed(as_of: datetime) -> None:
    month.snapshots()
    month.events(
        event(START + HOUR, "GET", TB // 2), event(START + DAY, "GET_REPAIR", TB), event(START + DAY, "PUT", 5)
    )
    rollup_once()
    right = statement(as_of)
    with connections[EVENTS].cursor() as cursor:
        cursor.execute("UPDATE rollup_state SET points_turn = points_turn - 1")
    assert right["repair_earned"]
    assert statement(as_of) == right


def test_what_is_allocated_is_that_of_the_days_which_the_api_tells() -> None:
    month.snapshots()
    month.api_satellite()
    month.api_days(US1, 10, byte_hours=24 * 3 * TB)
    assert statement()["source"] == "api"
    assert earned().metrics["earnings_per_allocated_tb"] == 0.75


@pytest.mark.parametrize(
    ("since", "until", "days"), [(START, 2.5 * DAY, 2), (START + HOUR, 2.5 * DAY, 1), (START + HOUR, 2 * HOUR, 0)]
)
def test_days_that_begin_or_end_within_a_day_are_not_whole(since: datetime, until: timedelta, days: int) -> None:
    first = 0 if since == START else 1
    whole = [(START + (first + number) * DAY).date() for number in range(days)]
    assert Covered(since, START + until).whole_days == whole
