from datetime import UTC, datetime

import pytest

from comparison.basis import Span
from comparison.detailed import detailed, steps_of
from tests.comparison.details_samples import detailed_result, details

WINDOW = Span(datetime(2026, 11, 22, 12, 30, tzinfo=UTC), datetime(2026, 11, 23, 12, 30, tzinfo=UTC))


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
    ("points", "sentence"),
    [
        (24, "The first hour is only partly in the window."),
        (25, "The first and last hour are only partly in the window."),
    ],
)
def test_steps_over_the_ends_of_the_window_are_named(points: int, sentence: str) -> None:
    steps = steps_of(detailed(detailed_result({"a": details(points=points)}), {}))
    assert steps
    assert steps.cut(WINDOW) == sentence


def test_steps_that_fill_the_window_need_no_sentence() -> None:
    steps = steps_of(detailed(detailed_result({"a": details()}), {}))
    assert steps
    assert steps.cut(Span(steps.starts[0], datetime(2026, 11, 23, 12, tzinfo=UTC))) == ""
