"""The histogram of durations against the durations themselves."""

from hypothesis import given
from hypothesis import strategies as st

from comparison.distribution import Distribution
from nodes.rollups.histogram import (
    LONGEST,
    Histogram,
    add,
    bucket_of,
    histogram_of,
    value_of,
)
from nodes.rollups.packing import columns, lanes_of, lanes_of_histogram, packed, unpacked
from tests.nodes.rollups import oracle

any_duration = st.one_of(st.integers(0, 200), st.integers(0, 600_000), st.integers(0, LONGEST))
durations = st.lists(any_duration, min_size=1, max_size=200)


def percentile(histogram: Histogram, percent: int) -> int | None:
    return Distribution.of_counts(histogram).percentile(percent)


@given(durations, st.integers(1, 100))
def test_a_percentile_is_within_one_percent_of_the_exact_nearest_rank(values: list[int], percent: int) -> None:
    exact, found = oracle.nearest_rank(sorted(values), percent), percentile(histogram_of(values), percent)
    assert found is not None
    assert abs(found - exact) <= exact / 100


@given(any_duration)
def test_small_durations_are_exact(value: int) -> None:
    assert value_of(bucket_of(value % 100)) == value % 100


@given(durations, durations)
def test_merging_gives_the_histogram_of_all_durations_together(some: list[int], others: list[int]) -> None:
    merged = histogram_of(some)
    add(merged, histogram_of(others))
    assert merged == histogram_of(some + others)


@given(durations, durations)
def test_packed_histograms_merge_as_unpacked_ones(some: list[int], others: list[int]) -> None:
    lanes = lanes_of(packed(histogram_of(some))) + lanes_of(packed(histogram_of(others)))
    buckets, counts = columns(lanes)
    assert {b: count for b, count in zip(buckets, counts, strict=True) if count} == histogram_of(some + others)
    assert lanes == lanes_of_histogram(histogram_of(some + others))


@given(durations)
def test_unpacking_gives_what_was_packed(values: list[int]) -> None:
    assert unpacked(packed(histogram_of(values))) == histogram_of(values)


@given(st.integers(LONGEST, 2**63 - 1))
def test_durations_that_cannot_be_are_put_into_the_last_bucket(value: int) -> None:
    assert packed(histogram_of([value])) == packed(histogram_of([LONGEST]))


@given(durations)
def test_durations_may_be_their_decimal_text(values: list[int]) -> None:
    assert histogram_of(map(str, values)) == histogram_of(values)


def test_buckets_follow_each_other_without_a_gap() -> None:
    assert all(0 <= bucket_of(value + 1) - bucket_of(value) <= 1 for value in range(1_000, 100_000))


def test_an_empty_histogram_has_no_percentile() -> None:
    assert percentile({}, 50) is None


@given(st.one_of(st.integers(0, 2**64), st.integers(LONGEST - 10**10, LONGEST + 10)))
def test_every_bucket_has_a_value_within_one_percent_and_the_last_one_too(duration: int) -> None:
    known = min(duration, LONGEST)
    assert abs(value_of(bucket_of(duration)) - known) <= known / 100
