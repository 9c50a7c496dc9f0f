"""Exact numbers by whole numbers, against Python's own fractions."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from comparison.exact import half_even, minus, rounded, summed

FRACTIONS = st.fractions(max_denominator=10**6)
NUMBERS = st.one_of(FRACTIONS, st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9))
HALVES = st.integers(-(10**4), 10**4).map(lambda halves: Fraction(halves, 2))


@given(st.one_of(NUMBERS, HALVES))
def test_the_nearest_whole_number_is_that_of_round(value: Fraction | int | float) -> None:
    assert half_even(*value.as_integer_ratio()) == round(Fraction(value))


@given(st.one_of(NUMBERS, HALVES.map(lambda half: half / 100)), st.integers(0, 6))
def test_decimals_are_those_of_round(value: Fraction | int | float, decimals: int) -> None:
    assert rounded(value, decimals) == float(round(Fraction(value), decimals))


@given(st.lists(st.one_of(FRACTIONS, st.integers())))
def test_a_sum_is_exact(parts: list[Fraction | int]) -> None:
    assert summed(parts) == sum(parts, Fraction(0))


@given(FRACTIONS, FRACTIONS, st.integers(1, 50))
def test_ratios_need_not_be_reduced(one: Fraction, other: Fraction, more: int) -> None:
    part, whole = one.as_integer_ratio()
    assert Fraction(*minus((part * more, whole * more), other.as_integer_ratio())) == one - other
