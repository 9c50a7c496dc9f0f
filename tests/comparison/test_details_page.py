"""The parts of the page that show details, over results made by hand."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.template.loader import render_to_string

from comparison.basis import bases, window_of
from comparison.details_view import parts
from comparison.multiples import multiples
from comparison.number_tables import number_tables
from tests.comparison.details_samples import detailed_result, details, lifelike, lifelike_result, with_details
from tests.comparison.samples import node, result

AWKWARD = ("<script>alert(1)</script>", "\"double\" & 'single'", "{{ 7*7 }}", "\u202egnirts ltr", "x" * 300)
VOID = {"path", "rect", "meta", "link", "input", "br"}


class Nesting(HTMLParser):
    """Which elements are open, and whether each ends before what it is in."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def page(whole: dict[str, Any]) -> str:
    shown = {"multiples": multiples(whole, {}), "numbers": number_tables(whole, {}), "parts": parts(whole, {})}
    return "".join(render_to_string(f"compare/{name}.html", shown) for name in ("_multiples", "_parts"))


def test_awkward_names_reasons_and_satellites_are_shown_as_text() -> None:
    awkward = {name: lifelike(0) for name in AWKWARD}
    ids = tuple((f"{name}{name}", "") for name in AWKWARD)
    told = details(points=25, reasons=AWKWARD[:3], satellites=(*ids, ("id", "<b>name</b>")))
    text = page(detailed_result(awkward | {"reasons": told}))
    assert "<script" not in text
    assert "<b>name" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;: lowest" in text
    assert "× <bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>" in text
    nesting = Nesting()
    nesting.feed(text)
    assert nesting.open == []
    assert nesting.attributes.isdisjoint({"style", "onclick", "onload"})


def test_every_drawing_has_a_text_alternative() -> None:
    text = page(lifelike_result(3))
    outer = re.findall(r"<svg class=\"(?:lines|coverage)\"[^>]*>", text)
    assert len(outer) == 6 * 3 + 3
    assert all('role="img"' in svg and re.search(r'aria-label="[^"]+"', svg) for svg in outer)
    assert 'aria-label="Downloads: success rate of node 1: lowest' in text


def test_the_numbers_are_in_tables_that_are_closed_at_first() -> None:
    text = page(lifelike_result(3))
    assert text.count("<details") == text.count("<details>") + text.count('<details class="numbers">')
    assert text.count("<caption>") == 6


@pytest.mark.parametrize(
    ("step", "points", "span", "full"),
    [
        ("hour", 24, "by hour, from 22 Nov 12:00 to 23 Nov 11:00 UTC", "full height: events, empty frame: none"),
        (
            "day",
            30,
            "by day, from 22 Nov 2026 to 21 Dec 2026 UTC",
            "full height: events in every hour, lower: in as much of its hours, empty frame",
        ),
    ],
)
def test_the_steps_are_named(step: str, points: int, span: str, full: str) -> None:
    text = page(detailed_result({"a": lifelike(1, step=step, points=points)}))
    assert span in text
    assert full in text


def test_coverage_and_gaps_are_told_in_words() -> None:
    gaps = [{"from": "2026-11-22T12:00:00+00:00", "to": "2026-11-22T15:00:00+00:00"}]
    text = page(detailed_result({"a": details(hours=21, gaps=gaps, gap_count=1), "b": details(points=24)}))
    assert "21 of 24 hours have events; first known event 1 Oct 2026 06:30" in text
    assert "1 gap over an hour</summary>" in text
    assert "22 Nov 2026 12:00 to 15:00 UTC (3 h)" in text


def test_an_outage_is_an_empty_frame_and_a_partial_step_is_as_high_as_its_share() -> None:
    text = page(detailed_result({"a": details(points=4, share=[1.0, 0.5, 0.0, 0.0]), "b": None}))
    assert re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="(\d+)" width="([\d.]+)" height="(\d+)"', text) == [
        ("full", "0", "1", "25", "16"),
        ("partial", "25", "9", "25", "8"),
        ("none", "50", "1", "50", "16"),
    ]


@pytest.mark.parametrize(("count", "step", "points"), [(40, "day", 31), (40, "day", 60), (200, "week", 53)])
def test_pages_of_many_nodes_stay_small(count: int, step: str, points: int) -> None:
    whole = lifelike_result(count, step=step, points=points)
    text = page(whole)
    assert len(text) < 1_200_000
    assert len(text) < 3 * len(json.dumps([node["details"] for node in whole["nodes"]]))
    assert text.count('class="panel"') == 6 * 12
    assert f"Drawn are 12 of {count} nodes" in text
    assert f"{count - 12} more nodes, whose events cover as much or more of the window" in text


def basis_of(*, count: int = 1_234_567, limited: bool = False, **groups: dict[str, Any]) -> str:
    whole = result(node("a"), node("b"))
    whole["nodes"][0]["basis"] |= {"events": count, "limited": limited, "groups": groups}
    found = bases(whole, {})[0]
    shown = {"bases": [found], "rests_on_events": True, "window": window_of(whole), "result": whole}
    text = re.sub(r"<[^>]+>", "", render_to_string("compare/_bases.html", shown))
    return next(line.strip() for line in text.splitlines() if "event" in line and "Events" not in line)


def test_the_basis_says_how_events_were_counted() -> None:
    rollup, sample = {"source": "rollup", "count": 5}, {"source": "sample", "count": 5}
    history = {"source": "hourly_stats", "count": 5_000, "hours": 72, "metrics": ["total_operations"]}
    assert basis_of(traffic=rollup) == "all 1,234,567 events (sums per hour, percentiles within 1 %)"
    assert basis_of(traffic=sample) == "all 1,234,567 events"
    assert basis_of(traffic=sample, count=10_000, limited=True) == "only the newest 10,000 events"
    assert basis_of(traffic=rollup, history=history).endswith("within 1 %; also 72 hourly sums of the monitor)")
    assert basis_of(traffic=sample, history=history, count=0) == (
        "no events in the window (also 72 hourly sums of the monitor)"
    )


def test_a_node_without_details_beside_others_is_left_out() -> None:
    whole = with_details(result(node("a"), node("gone", error="It cannot be read.")), {"a": lifelike(1)})
    text = page(whole)
    assert "gone" not in text
    assert text.count('class="panel"') == 6
