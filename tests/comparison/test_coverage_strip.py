from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison.coverage_strip import FULL, HEIGHT, NONE, PARTIAL, Coverage, coverage_of, low_coverage, runs
from comparison.detailed import detailed
from tests.comparison.details_samples import detailed_result, details


def coverage(**found: Any) -> Coverage:
    return coverage_of(detailed(detailed_result({"a": details(**found)}), {})[0])


@given(st.lists(st.sampled_from([0.0, 0.25, 0.999, 1.0]), min_size=1, max_size=60))
def test_the_strip_says_of_every_step_how_much_of_it_has_events(share: list[float]) -> None:
    found = runs(share)
    wanted = {0.0: NONE, 0.25: PARTIAL, 0.999: PARTIAL, 1.0: FULL}
    for index, each in enumerate(share):
        middle = 100 * (index + 0.5) / len(share)
        assert [run.state for run in found if run.left <= middle < run.left + run.width] == [wanted[each]]
    assert all(one.share != other.share for one, other in pairwise(found))


@given(st.floats(0, 1, exclude_min=True, exclude_max=True), st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_part_is_as_high_as_its_share_but_never_like_all_or_nothing(one: float, other: float) -> None:
    lower, higher = (runs([share])[0] for share in sorted((one, other)))
    assert 0 < lower.height <= higher.height < runs([1.0])[0].height
    assert lower.top + lower.height == higher.top + higher.height == HEIGHT


def test_a_step_of_which_nothing_is_known_has_no_events() -> None:
    assert [run.state for run in runs([None, 1.0])] == [NONE, FULL]


@pytest.mark.parametrize(
    ("hours", "of", "sentence"),
    [
        (24, 24, "all 24 hours have events"),
        (23, 24, "23 of 24 hours have events"),
        (1, 24, "1 of 24 hours has events"),
        (0, 24, "none of 24 hours has events"),
        (1, 1, "the hour has events"),
        (8000, 8760, "8,000 of 8,760 hours have events"),
    ],
)
def test_hours_with_events_are_told_in_words(hours: int, of: int, sentence: str) -> None:
    assert coverage(hours=hours, of=of).hours == sentence


def test_the_first_and_the_last_known_event_are_named() -> None:
    assert coverage().known == "first known event 1 Oct 2026 06:30, last 23 Nov 2026 11:59 UTC"
    assert coverage(first=None, last=None, hours=0).known == "no event is known"


@pytest.mark.parametrize(
    ("latencies", "cancels", "sentence"),
    [
        (True, True, "latencies and canceled uploads are recorded"),
        (True, False, "latencies are recorded, canceled uploads are not recorded"),
        (False, False, "neither latencies nor canceled uploads are recorded"),
        (True, None, "latencies are recorded"),
        (None, None, ""),
    ],
)
def test_what_the_log_holds_is_told(latencies: bool | None, cancels: bool | None, sentence: str) -> None:
    assert coverage(latencies=latencies, upload_cancels=cancels).recorded == sentence


def test_a_log_without_events_in_the_window_tells_nothing_of_what_is_recorded() -> None:
    assert coverage(hours=0, latencies=False, upload_cancels=False).recorded == ""


@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        ("2026-11-22T14:35:00+00:00", "22 Nov 2026 12:00 to 14:35 UTC (2 h 35 min)"),
        ("2026-11-22T14:00:00+00:00", "22 Nov 2026 12:00 to 14:00 UTC (2 h)"),
        ("2026-11-25T13:20:00+00:00", "22 Nov 2026 12:00 to 25 Nov 2026 13:20 UTC (3 d 1 h)"),
    ],
)
def test_gaps_are_told_with_their_length(end: str, sentence: str) -> None:
    found = coverage(gaps=[{"from": "2026-11-22T12:00:00+00:00", "to": end}], gap_count=12)
    assert (found.gaps, found.more_gaps) == ([sentence], 11)


def test_only_nodes_below_nine_tenths_of_the_hours_are_hinted_at() -> None:
    whole = detailed_result({f"n{hours}": details(hours=hours, of=100) for hours in (0, 89, 90, 100)} | {"old": None})
    assert low_coverage(whole, {"n89": "Attic"}) == [("n0", "0 of 100"), ("Attic", "89 of 100")]
