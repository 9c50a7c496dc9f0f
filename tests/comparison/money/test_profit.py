"""Profit, what stopping a node would change, and when a purchase is paid back; each amount computed by hand."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison.money.costs import HostCosts, NodeCosts, Shares
from comparison.money.month import Month
from comparison.money.profit import (
    COMING,
    NEVER,
    PAID,
    CostedNode,
    Costs,
    Payback,
    Stopping,
    earned_since,
    payback,
    per_tb_month,
    profit,
    so_far,
)

NOVEMBER = Month(2026, 11)
END = date(2026, 11, 21)
# 5.00 fixed and 20 W x 720 h = 14.4 kWh at 0.30 = 4.32: 9.32 EUR, which are 10.07 USD (10.0656).
RACK = HostCosts("rack", ("attic", "cellar"), Decimal(5), Decimal(20), Decimal("0.30"), "EUR", Decimal("1.08"))
ALONE = HostCosts("pi", ("attic",), Decimal(5))
BY_TERABYTES = Shares({"attic": 6, "cellar": 2}, by_allocation=True)
ONE = Shares({"attic": 1}, by_allocation=True)


def dollars(text: str) -> Fraction:
    return Fraction(Decimal(text))


class TestCosts:
    def test_are_the_share_of_the_host_and_the_nodes_own(self) -> None:
        # 10.07 x 6/8 = 7.5525 and x 2/8 = 2.5175: the cent that is left goes to the second.
        attic, cellar = (CostedNode(name, NodeCosts(RACK, Decimal("1.50")), BY_TERABYTES) for name in RACK.nodes)
        assert attic.costs(NOVEMBER) == Costs(Decimal("7.55"), Decimal("1.50"))
        assert cellar.costs(NOVEMBER).share == Decimal("2.52")

    def test_are_the_nodes_own_without_a_host(self) -> None:
        assert CostedNode("attic", NodeCosts(None, Decimal("1.50")), ONE).costs(NOVEMBER).whole == Decimal("1.50")

    def test_of_a_purchase_are_shared_alike_in_dollars(self) -> None:
        # 300 EUR are 324 USD, of which 6/8.
        rack = replace(RACK, purchase=Decimal(300), purchased=date(2026, 1, 15))
        assert CostedNode("attic", NodeCosts(rack, None), BY_TERABYTES).price == Decimal("243.00")
        assert CostedNode("attic", NodeCosts(RACK, None), BY_TERABYTES).price is None


class TestProfit:
    def test_is_what_is_earned_less_what_it_costs(self) -> None:
        assert profit(dollars("12.50"), Costs(Decimal("7.55"), Decimal("1.50"))) == dollars("3.45")

    def test_can_be_a_loss(self) -> None:
        assert profit(dollars("1.00"), Costs(Decimal("7.55"), Decimal(0))) == dollars("-6.55")

    def test_so_far_bears_the_costs_of_the_hours_so_far(self) -> None:
        # 20 of 30 days: two thirds of 9.00.
        assert so_far(dollars("8.00"), Costs(Decimal(9), Decimal(0)), NOVEMBER, timedelta(days=20)) == 2

    @pytest.mark.parametrize(
        ("month", "per_tb"),
        # 6 TB in a month of 720, 744 and 672 hours: 6, 6.2 and 5.6 TB-months.
        [
            (NOVEMBER, Fraction(2)),
            (Month(2026, 12), Fraction(12, 1) / Fraction(62, 10)),
            (Month(2026, 2), Fraction(15, 7)),
        ],
    )
    def test_per_tb_is_by_months_of_720_hours(self, month: Month, per_tb: Fraction) -> None:
        assert per_tb_month(Fraction(12), 6 * 10**12, month) == per_tb

    def test_per_tb_is_none_where_nothing_is_allocated(self) -> None:
        assert per_tb_month(Fraction(12), 0, NOVEMBER) is None


class TestStopping:
    def test_one_of_several_nodes_saves_only_what_it_costs_alone(self) -> None:
        assert CostedNode("attic", NodeCosts(RACK, Decimal("1.50")), BY_TERABYTES).saved(NOVEMBER) == Decimal("1.50")

    def test_the_last_node_saves_the_whole_host(self) -> None:
        assert CostedNode("attic", NodeCosts(ALONE, Decimal("1.50")), ONE).saved(NOVEMBER) == Decimal("6.50")

    def test_a_node_without_costs_saves_nothing(self) -> None:
        assert CostedNode("attic", NodeCosts(None, None), ONE).saved(NOVEMBER) == 0

    def test_that_saves_more_than_it_loses_has_a_marginal_profit_below_zero(self) -> None:
        assert Stopping(Decimal("6.50"), Fraction(4)).marginal_profit == dollars("-2.50")


class TestEarnedSince:
    def test_is_what_was_paid_less_the_costs_of_each_month(self) -> None:
        # October has 31 days: 5.00 + 14.88 kWh x 0.30 = 9.464 EUR = 10.22 USD; 6/8 of it are 7.67 (7.665).
        paid = {Month(2026, 10): Fraction(10), Month(2026, 9): Fraction(9)}
        found = earned_since(paid, CostedNode("attic", NodeCosts(RACK, None), BY_TERABYTES))
        assert found == dollars("2.33") + dollars("1.45")

    def test_is_nothing_of_no_months(self) -> None:
        assert earned_since({}, CostedNode("attic", NodeCosts(RACK, None), BY_TERABYTES)) == 0


class TestPayback:
    def test_is_on_the_day_that_the_rest_is_earned_with_the_months_profit(self) -> None:
        # 100 left at 10 in 30 days: 300 days.
        found = payback(Decimal(120), Fraction(20), Fraction(10), NOVEMBER, END)
        assert found == Payback(Decimal(120), Fraction(20), COMING, END + timedelta(days=300))

    def test_is_on_the_day_after_where_a_day_is_begun(self) -> None:
        assert payback(Decimal(1), Fraction(0), Fraction(29), NOVEMBER, END).on == END + timedelta(days=2)

    def test_takes_longer_after_months_with_a_loss(self) -> None:
        assert payback(Decimal(90), Fraction(-10), Fraction(10), NOVEMBER, END).on == END + timedelta(days=300)

    @pytest.mark.parametrize("earned", [Fraction(120), Fraction(500)])
    def test_is_over_when_as_much_was_earned(self, earned: Fraction) -> None:
        assert payback(Decimal(120), earned, Fraction(-5), NOVEMBER, END).state == PAID

    @pytest.mark.parametrize("monthly", [Fraction(0), Fraction(-1), Fraction(1, 1000)])
    def test_never_comes_without_a_profit_or_in_a_hundred_years(self, monthly: Fraction) -> None:
        found = payback(Decimal(120), Fraction(0), monthly, NOVEMBER, END)
        assert (found.state, found.on) == (NEVER, None)

    @given(
        st.decimals(0, 10**10, places=2),
        st.fractions(-(10**6), 10**6),
        st.fractions(-(10**6), 10**6),
        st.dates(date(2018, 1, 1), date(9000, 12, 31)),
    )
    def test_is_enough_on_its_day_and_not_the_day_before(
        self, price: Decimal, earned: Fraction, monthly: Fraction, end: date
    ) -> None:
        found = payback(price, earned, monthly, NOVEMBER, end)
        if found.on is not None:
            days = (found.on - end).days
            assert earned + monthly / 30 * days >= Fraction(price) > earned + monthly / 30 * (days - 1)
