import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison.change.student import critical, two_sided


class TestCritical:
    # Tables of Student's t, two-sided, such as those of Abramowitz and Stegun, 26.10.
    @pytest.mark.parametrize(
        ("probability", "df", "t"),
        [
            (0.05, 1, 12.706),
            (0.05, 3, 3.182),
            (0.10, 3, 2.353),
            (0.05, 12, 2.179),
            (0.01, 30, 2.750),
            (0.1, 120, 1.658),
        ],
    )
    def test_it_is_that_of_the_tables(self, probability: float, df: float, t: float) -> None:
        assert critical(probability, df) == pytest.approx(t, abs=0.0006)

    @given(st.floats(0.001, 0.5), st.integers(1, 60))
    def test_it_is_exceeded_with_that_probability(self, probability: float, df: int) -> None:
        assert two_sided(critical(probability, df), df) == pytest.approx(probability, rel=1e-6)


class TestTwoSided:
    @given(st.floats(0, 100))
    def test_with_one_degree_of_freedom_it_is_cauchys(self, t: float) -> None:
        assert two_sided(t, 1) == pytest.approx(1 - 2 / math.pi * math.atan(t), abs=1e-9)

    @given(st.floats(0, 100))
    def test_with_two_it_has_a_closed_form(self, t: float) -> None:
        assert two_sided(t, 2) == pytest.approx(1 - t / math.sqrt(2 + t * t), abs=1e-9)

    def test_infinitely_far_is_impossible(self) -> None:
        assert two_sided(math.inf, 3) == 0
