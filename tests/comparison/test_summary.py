"""The first lines of a comparison: what an operator must not miss."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string

from comparison.summary import in_words, summary
from tests.comparison.samples import node, result

END = datetime(2026, 11, 23, 12, tzinfo=UTC)


def text(whole: dict[str, Any]) -> str:
    page = render_to_string("compare/_summary.html", {"summary": summary(whole, {}), "result": whole})
    return " ".join(page.split())


def limited(name: str, span: timedelta) -> Any:
    each = node(name, limited=True)
    return replace(each, basis=replace(each.basis, start=END - span, end=END))


def test_how_little_of_the_window_a_limited_sample_describes_is_said() -> None:
    told = text(result(limited("a", timedelta(minutes=28)), limited("b", timedelta(hours=21))))
    assert "Success rates, latencies, audits and traffic describe only the newest events" in told
    assert "the last <b>28 minutes to 21 hours</b> of the window" in told


def test_a_node_that_is_nearly_disqualified_comes_first() -> None:
    told = text(result(node("safe", {"audit_failures_left": 41}), node("weak", {"audit_failures_left": 5})))
    assert "<b><bdi>weak</bdi></b> may fail only 5 more audits in a row" in told
    assert "safe" not in told.split("Of ")[0]


def test_a_disqualified_node_is_called_so() -> None:
    assert "is disqualified on a satellite" in text(result(node("a", {"audit_failures_left": 0}), node("b")))


def test_a_node_without_events_in_the_window_is_named() -> None:
    each = node("silent")
    silent = replace(each, basis=replace(each.basis, events=0))
    assert "<b><bdi>silent</bdi></b>: no events in this window" in text(result(silent, node("loud")))


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=5), "1 minute"),
        (timedelta(seconds=90), "2 minutes"),
        (timedelta(minutes=28), "28 minutes"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(hours=21, minutes=50), "22 hours"),
        (timedelta(days=6), "6 days"),
    ],
)
def test_a_span_is_told_in_the_largest_unit_of_which_there_are_two(span: timedelta, words: str) -> None:
    assert in_words(span) == words
