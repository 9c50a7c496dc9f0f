"""What a host costs and how its nodes share it, by hand, and for any costs that can be entered."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison.money.costs import HostCosts, in_dollars, monthly_cost, shared, shares
from comparison.money.month import Month

NAMES = ("attic", "cellar", "shed")
NOVEMBER, DECEMBER, FEBRUARY, LEAP = Month(2026, 11), Month(2026, 12), Month(2026, 2), Month(2028, 2)


def host(**fields: object) -> HostCosts:
    return HostCosts("rack", NAMES, **{key: Decimal(str(value)) for key, value in fields.items()})  # type: ignore[arg-type]


class TestMonthlyCost:
    @pytest.mark.parametrize(
        ("month", "cost"),
        # 20 W x 24 h = 0.48 kWh a day; x 28, 29, 30 or 31 days x 0.30, and 5.00 on top.
        [(FEBRUARY, "9.032"), (LEAP, "9.176"), (NOVEMBER, "9.320"), (DECEMBER, "9.464")],
    )
    def test_is_fixed_costs_and_energy_of_the_months_days(self, month: Month, cost: str) -> None:
        assert monthly_cost(host(fixed=5, watts=20, per_kwh="0.30"), month) == Decimal(cost)

    def test_is_nothing_where_nothing_is_entered(self) -> None:
        assert monthly_cost(host(), NOVEMBER) == 0

    def test_is_exact_for_the_largest_that_can_be_entered(self) -> None:
        largest = host(fixed="99999999.99", watts="999999.9", per_kwh="999.99999", rate="9999999999.99999999")
        cost = monthly_cost(largest, DECEMBER)
        assert cost == Decimal("99999999.99") + Decimal("743999.9256") * Decimal("999.99999")
        assert in_dollars(cost, largest) == (cost * Decimal("9999999999.99999999")).quantize(Decimal("0.01"))


class TestInDollars:
    @pytest.mark.parametrize(
        ("amount", "rate", "dollars"),
        [("9.320", "1", "9.32"), ("9.320", "1.08", "10.07"), ("100", "0.0065", "0.65"), ("1", "0.005", "0.00")],
    )
    def test_is_the_amount_times_the_rate_to_the_cent(self, amount: str, rate: str, dollars: str) -> None:
        assert str(in_dollars(Decimal(amount), host(rate=rate))) == dollars


class TestShares:
    def test_are_by_what_is_allocated(self) -> None:
        found = shares(NAMES, {"attic": 6, "cellar": 3, "shed": 1, "of another host": 9})
        assert (found.parts, found.by_allocation) == ({"attic": 6, "cellar": 3, "shed": 1}, True)

    @pytest.mark.parametrize("allocated", [{}, {"attic": 6, "cellar": 3}, {"attic": 6, "cellar": 3, "shed": 0}])
    def test_are_equal_where_not_all_is_known(self, allocated: dict[str, int]) -> None:
        found = shares(NAMES, allocated)
        assert (set(found.parts.values()), found.by_allocation) == ({1}, False)


class TestShared:
    def test_is_in_proportion(self) -> None:
        found = shared(Decimal("10.00"), {"attic": 6, "cellar": 3, "shed": 1})
        assert found == {"attic": Decimal("6.00"), "cellar": Decimal("3.00"), "shed": Decimal("1.00")}

    def test_gives_the_cent_that_is_left_to_the_largest_remainder(self) -> None:
        # 100 cents x 5, 3 and 1 of 9: 55.56, 33.33 and 11.11.
        found = shared(Decimal("1.00"), {"attic": 5, "cellar": 3, "shed": 1})
        assert found == {"attic": Decimal("0.56"), "cellar": Decimal("0.33"), "shed": Decimal("0.11")}

    def test_gives_the_cents_that_are_left_to_equal_ones_by_name(self) -> None:
        found = shared(Decimal("0.05"), dict.fromkeys(("shed", "cellar", "attic"), 1))
        assert found == {"attic": Decimal("0.02"), "cellar": Decimal("0.02"), "shed": Decimal("0.01")}

    @given(
        st.integers(0, 10**20).map(lambda cents: Decimal(cents).scaleb(-2)),
        st.dictionaries(st.text(max_size=4), st.integers(1, 10**16), min_size=1, max_size=12),
    )
    def test_adds_up_to_the_cent_and_is_within_a_cent_of_each_part(
        self, amount: Decimal, parts: dict[str, int]
    ) -> None:
        found = shared(amount, parts)
        assert sum(map(Fraction, found.values())) == Fraction(amount)
        for name, part in parts.items():
            exact = Fraction(amount) * part / sum(parts.values())
            assert abs(Fraction(found[name]) - exact) < Fraction(1, 100)

    @given(
        fixed=st.decimals(0, 10**6, places=2),
        watts=st.decimals(0, 10**5, places=1),
        per_kwh=st.decimals(0, 100, places=5),
        rate=st.decimals("0.00000001", 10**6, places=8),
        parts=st.tuples(*[st.integers(1, 10**16)] * 3),
    )
    def test_of_a_host_in_any_currency_adds_up_to_its_cost_in_dollars(
        self, fixed: Decimal, watts: Decimal, per_kwh: Decimal, rate: Decimal, parts: tuple[int, ...]
    ) -> None:
        made = host(fixed=fixed, watts=watts, per_kwh=per_kwh, rate=rate)
        exact = (Fraction(fixed) + Fraction(watts) * 24 * 30 / 1000 * Fraction(per_kwh)) * Fraction(rate)
        found = shared(in_dollars(monthly_cost(made, NOVEMBER), made), dict(zip(NAMES, parts, strict=True)))
        assert sum(map(Fraction, found.values())) == round(exact, 2)
