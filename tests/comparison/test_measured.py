from hypothesis import given
from hypothesis import strategies as st

from comparison.measured import percent, rounded_percent
from comparison.metrics import by_key


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_rate_is_rounded_as_the_registry_rounds_it(part: int, rest: int) -> None:
    registry = by_key()["success_rate_download"].rounded(percent(part, part + rest))
    assert rounded_percent(part, part + rest) == registry


def test_halves_are_rounded_to_even() -> None:
    assert [rounded_percent(part, 20_000) for part in (1, 3)] == [0.0, 0.02]
