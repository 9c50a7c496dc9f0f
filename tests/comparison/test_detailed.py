from datetime import UTC, datetime, timedelta

import pytest

from comparison.basis import Span
from comparison.detailed import Steps, detailed, steps_of
from tests.comparison.details_samples import detailed_result, details

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_only_nodes_with_details_are_described() -> None:
    whole = detailed_result({"a": details(), "b": None})
    assert [node.name for node in detailed(whole, {})] == ["a"]
    del whole["nodes"][0]["details"]
    assert detailed(whole, {}) == []


@pytest.mark.parametrize(
    ("step", "points", "first", "last", "second"),
    [
        ("hour", 24, "Sun 12:00", "Mon 11:00", "22 Nov 13:00"),
        ("day", 30, "22 Nov", "21 Dec", "23 Nov 2026"),
        ("week", 53, "22 Nov 2026", "21 Nov 2027", "29 Nov 2026"),
    ],
)
def test_steps_are_named_so_that_none_is_mistaken(step: str, points: int, first: str, last: str, second: str) -> None:
    steps = steps_of(detailed(detailed_result({"a": details(step=step, points=points)}), {}))
    assert steps
    assert (steps.first, steps.last, steps.names[1]) == (first, last, second)
    assert len(set(steps.names)) == points


@pytest.mark.parametrize(
    ("first", "end", "sentence"),
    [
        (0, 60, ""),
        (0, 59, "The last hour is only partly in the window."),
        (30, 60, "The first hour is only partly in the window."),
        (30, 30, "The first and the last hour are only partly in the window."),
    ],
)
def test_steps_that_the_window_cuts_short_are_named(first: int, end: int, sentence: str) -> None:
    starts = (NOON + timedelta(minutes=first), *(NOON + timedelta(hours=hour) for hour in (1, 2)))
    assert Steps("hour", starts).cut(Span(starts[0], starts[-1] + timedelta(minutes=end))) == sentence


def test_a_window_within_one_step_is_named() -> None:
    steps = Steps("day", (NOON,))
    assert steps.cut(Span(NOON, NOON + timedelta(hours=3))) == "The first day is only partly in the window."
