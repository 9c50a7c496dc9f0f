"""Costs beside earnings: from what is stored to metrics, JSON, page, command and CSV; amounts computed by hand."""

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from comparison import cache
from comparison.engine import compare, compute
from comparison.money.month import Month
from comparison.money.paid import paid_by_month
from comparison.request import ComparisonRequest
from comparison.result import NodeResult
from nodes.known import ensure_nodes
from nodes.models import Host, Node, Payout, StorageSnapshot
from nodes.payouts.importing import read_lines, write
from nodes.reading import reading
from nodes.satellites import EU1, US1
from tests.comparison.money import month
from tests.comparison.money.month import AS_OF, HOUR, NAME, START, TB, event

OTHER = "cellar"
UNTIL = AS_OF.isoformat()


@pytest.fixture(autouse=True)
def two_nodes(databases: None) -> None:
    """`attic` has 6 TB and earns 3.00 in 20 days, 4.50 in November; `cellar` has 2 TB and is not compared."""
    cache.clear()
    month.snapshots()
    month.events(event(START, "PUT", 1000))
    allocate(2 * TB)
    ensure_nodes([NAME, OTHER])


def allocate(total: int | None, name: str = OTHER) -> None:
    StorageSnapshot.objects.create(timestamp=AS_OF - HOUR, node_name=name, used_bytes=0, total_bytes=total)


def put_on_host(*names: str, **fields: Any) -> Host:
    """9.32 EUR in November, which are 10.07 USD."""
    rack = {
        "name": "rack",
        "fixed_per_month": 5,
        "watts": 20,
        "price_per_kwh": "0.30",
        "currency": "EUR",
        "usd_rate": "1.08",
    }
    host = Host.objects.create(**rack | fields)
    Node.objects.filter(name__in=names).update(host=host)
    return host


def own_cost(dollars: str) -> None:
    Node.objects.filter(name=NAME).update(cost_per_month=dollars)


def compared(**fields: Any) -> NodeResult:
    (node,) = compute(ComparisonRequest((NAME,), "earnings", 24, fields.get("as_of", AS_OF))).nodes
    assert node.error is None
    return node


def worth(**fields: Any) -> dict[str, Any]:
    found = compared(**fields).worth
    assert found is not None
    return found


def paid(period: str, dollars: float, satellite: str = US1, **fields: Any) -> None:
    row = {"timestamp": AS_OF - 40 * timedelta(days=1), "node_name": NAME}
    Payout.objects.create(**row | {"satellite": satellite, "period": period, "actual_payout": dollars} | fields)


class TestCosts:
    def test_of_a_host_are_shared_by_allocation_with_nodes_that_are_not_compared(self) -> None:
        put_on_host(NAME, OTHER)
        found = worth()
        assert found["host"] == {
            "name": "rack",
            "nodes": 2,
            "shared_by": "allocation",
            "currency": "EUR",
            "usd_rate": 1.08,
            "cost": 9.32,
            "cost_usd": 10.07,
        }
        # 10.07 x 6/8 = 7.5525
        assert (found["host_share"], found["own_cost"], found["costs"]) == (7.55, 0.0, 7.55)

    def test_are_shared_alike_where_an_allocation_is_not_known_and_the_notes_say_so(self) -> None:
        put_on_host(NAME, OTHER, "never seen")
        ensure_nodes(["never seen"])
        Node.objects.filter(name="never seen").update(host=Host.objects.get())
        node = compared()
        assert node.worth is not None
        # 10.07 / 3 = 3.3566…
        assert (node.worth["host"]["shared_by"], node.worth["host_share"]) == ("alike", 3.36)
        assert any("The 3 nodes of rack share its costs alike" in note for note in node.notes)

    def test_are_the_nodes_own_without_a_host(self) -> None:
        own_cost("1.25")
        found = worth()
        assert (found["host"], found["costs"], found["profit"]) == (None, 1.25, 3.25)

    def test_are_those_of_the_months_days(self) -> None:
        put_on_host(NAME)
        StorageSnapshot.objects.create(
            timestamp=START - 30 * timedelta(days=1), node_name=NAME, used_bytes=0, total_bytes=6 * TB
        )
        # 5.00 + 14.88 kWh x 0.30 = 9.464 EUR
        assert worth(as_of=START)["host"]["cost"] == 9.46


class TestProfit:
    def test_is_of_the_whole_month_and_per_tb_that_is_allocated(self) -> None:
        put_on_host(NAME, OTHER)
        node = compared()
        assert node.metrics["projected_earnings"] == 4.50
        # 4.50 - 7.55 = -3.05, of 6 TB in a month of 720 hours
        assert (node.metrics["profit"], node.metrics["profit_per_allocated_tb"]) == (-3.05, -0.51)

    def test_so_far_bears_the_costs_so_far(self) -> None:
        own_cost("3.00")
        # 3.00 in 20 of 30 days, less two thirds of 3.00
        assert worth()["profit_so_far"] == 1.0

    def test_is_no_value_without_costs_and_the_notes_say_why(self) -> None:
        node = compared()
        assert (node.worth, node.metrics["profit"]) == (None, None)
        assert any("neither a host nor a cost of its own" in note for note in node.notes)

    def test_is_no_value_on_the_first_two_days_and_the_notes_say_why(self) -> None:
        own_cost("3.00")
        node = compared(as_of=START + 30 * HOUR)
        assert node.worth is not None
        assert (node.worth["profit"], node.worth["stopping"], node.worth["payback"]) == (None, None, None)
        assert any("what the month will have brought" in note for note in node.notes)

    def test_ranks_only_nodes_whose_costs_are_known(self) -> None:
        month.events(event(START, "GET", TB, node_name=OTHER))
        own_cost("3.00")
        result = compute(ComparisonRequest((NAME, OTHER), "earnings", 24, AS_OF))
        assert result.rankings["profit"] == [[NAME]]

    def test_is_not_ranked_where_the_earnings_are_not(self) -> None:
        own_cost("3.00")
        StorageSnapshot.objects.filter(timestamp__lt=START + 4 * timedelta(days=1)).delete()
        result = compute(ComparisonRequest((NAME,), "earnings", 24, AS_OF))
        assert result.rankings["projected_earnings"] == result.rankings["profit"] == []


class TestStopping:
    def test_of_one_of_two_nodes_saves_its_own_costs(self) -> None:
        put_on_host(NAME, OTHER)
        own_cost("1.00")
        found = worth()["stopping"]
        assert (found["saves"], found["loses"], found["marginal_profit"]) == (1.0, 4.5, 3.5)

    def test_of_the_last_node_saves_the_host(self) -> None:
        put_on_host(NAME)
        assert worth()["stopping"]["marginal_profit"] == -5.57

    def test_loses_what_is_held_where_that_is_known(self) -> None:
        own_cost("1.00")
        assert worth()["stopping"]["held_lost"] is None
        month.api_satellite(US1, joined="2026-09-02T00:00:00+00:00", held_total=5_000_000, held_disposed=0)
        # 5.00 of before, and 75 % of 3.00
        assert worth()["stopping"]["held_lost"] == 7.25


class TestPayback:
    @pytest.fixture(autouse=True)
    def bought(self) -> None:
        """10 EUR a month, of which 7.50 USD are the node's; bought for 100 EUR, of which 75 USD are."""
        prices = {"fixed_per_month": 10, "watts": 0, "usd_rate": 1}
        put_on_host(NAME, OTHER, purchase_price=100, purchased_on=date(2026, 8, 10), **prices)

    def test_is_never_at_a_loss(self) -> None:
        found = worth()["payback"]
        assert (found["price"], found["state"], found["on"]) == (75.0, "never", None)

    def test_counts_what_was_paid_since_the_purchase_less_costs(self) -> None:
        paid("2026-07", 1000.0)
        paid("2026-08", 40.0)
        paid("2026-10", 20.0)
        paid("2026-10", 2.5, EU1)
        # 32.50 in August, 15.00 in October, and 3.00 - 7.50 x 2/3 = -2.00 in November
        found = worth()["payback"]
        assert (found["earned"], found["months"]) == (45.5, 2)

    def test_has_a_date_with_a_profit(self) -> None:
        Host.objects.update(fixed_per_month=2)
        paid("2026-08", 40.0)
        # 1.50 a month: 38.50 in August and 2.00 in November; 34.50 are left at 3.00 in 30 days: 345 days.
        found = worth()["payback"]
        assert (found["state"], found["on"]) == ("coming", "2027-11-01")

    def test_is_over_when_all_was_earned(self) -> None:
        paid("2026-09", 100.0)
        assert worth()["payback"]["state"] == "paid"

    def test_is_none_before_the_purchase(self) -> None:
        Host.objects.update(purchased_on=AS_OF.date() + timedelta(days=1))
        assert worth()["payback"] is None


class TestPaid:
    def read(self) -> Any:
        with reading() as connection:
            return paid_by_month(connection, [NAME], Month(2026, 8), Month(2026, 11))

    def test_sums_up_the_satellites_exactly(self) -> None:
        paid("2026-08", 0.1)
        paid("2026-08", 0.2, EU1)
        assert self.read() == {NAME: {Month(2026, 8): Decimal("0.3")}}

    def test_takes_the_latest_of_several_rows(self) -> None:
        paid("2026-08", 7.0, timestamp=AS_OF)
        paid("2026-08", 5.0)
        assert self.read() == {NAME: {Month(2026, 8): 7}}

    def test_passes_over_other_months_and_nodes_and_what_is_no_month(self) -> None:
        paid("2026-07", 1.0)
        paid("2026-11", 1.0)
        paid("2026-09", 1.0, node_name=OTHER)
        paid("2026-1", 1.0)
        assert self.read() == {}


class TestSurfaces:
    def printed(self, *arguments: str) -> str:
        out = io.StringIO()
        call_command(*arguments, "--as-of", UNTIL, stdout=out)
        return out.getvalue()

    def page(self, client: Client) -> str:
        query: dict[str, Any] = {"node": [node.pk for node in ensure_nodes([NAME, OTHER])]}
        return client.get(reverse("compare"), query | {"type": "earnings", "as_of": UNTIL}).content.decode()

    def test_the_page_has_a_line_for_each_node_with_costs(self, viewer_client: Client) -> None:
        put_on_host(NAME, name="<b>rack</b>")
        page = self.page(viewer_client)
        assert "Worth keeping?" in page
        assert "&lt;b&gt;rack&lt;/b&gt; (alone)" in page
        assert "<td><bdi>−5.57</bdi></td>" in page

    def test_the_page_says_nothing_of_it_where_no_costs_are_entered(self, viewer_client: Client) -> None:
        assert "Worth keeping?" not in self.page(viewer_client)

    def test_the_command_has_a_table_or_a_list(self) -> None:
        put_on_host(NAME)
        text = self.printed("earnings", NAME)
        assert "Worth keeping? In US dollars a month:" in text
        assert "rack (alone)" in text

    def test_the_command_says_the_same_as_json(self) -> None:
        own_cost("1.25")
        found = json.loads(self.printed("earnings", NAME, "--format", "json"))
        assert found["nodes"][0]["worth"]["profit"] == 3.25

    def test_the_command_has_the_node_in_one_row_of_csv_only(self) -> None:
        own_cost("1.25")
        month.events(event(START, "PUT", 1000, EU1))
        rows = list(csv.DictReader(io.StringIO(self.printed("earnings", NAME, "--format", "csv").lstrip("\ufeff"))))
        assert [row["worth_profit"] for row in rows] == ["3.25", ""]
        assert [row["worth_paid_back"] for row in rows] == ["", ""]

    def test_the_comparisons_csv_has_the_metrics(self) -> None:
        own_cost("1.25")
        text = self.printed("compare", NAME, OTHER, "--type", "earnings", "--format", "csv")
        assert "Profit of the month,profit,USD,3.25," in text


class TestEdits:
    """Of what costs drop the results that were computed without."""

    REQUEST = ComparisonRequest((NAME, OTHER), "earnings", 24, AS_OF)

    def share(self) -> float:
        found = compare(self.REQUEST)
        assert found["cached"] is False
        return float(found["nodes"][0]["worth"]["host_share"])

    def test_of_a_host(self) -> None:
        host = put_on_host(NAME, OTHER)
        assert self.share() == 7.55
        host.usd_rate = Decimal(2)
        host.save()
        # 18.64 x 6/8
        assert self.share() == 13.98

    def test_of_another_node_on_the_host(self) -> None:
        put_on_host(NAME, OTHER)
        assert self.share() == 7.55
        other = Node.objects.get(name=OTHER)
        other.host = None
        other.save()
        assert self.share() == 10.07

    def test_a_host_that_is_deleted(self) -> None:
        host = put_on_host(NAME, OTHER)
        assert self.share() == 7.55
        host.delete()
        found = compare(self.REQUEST)
        assert (found["cached"], found["nodes"][0]["worth"]) == (False, None)

    def test_of_payouts_by_an_import(self) -> None:
        put_on_host(NAME, OTHER, purchase_price=100, purchased_on=date(2026, 8, 10))
        assert compare(self.REQUEST)["nodes"][0]["worth"]["payback"]["months"] == 0
        write(read_lines(f"{NAME},2026-10,us1,5.00", AS_OF), AS_OF)
        found = compare(self.REQUEST)
        assert (found["cached"], found["nodes"][0]["worth"]["payback"]["months"]) == (False, 1)
