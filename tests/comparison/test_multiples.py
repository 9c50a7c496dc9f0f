import re
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison.charts import Scale
from comparison.marks import HEIGHT, WIDTH
from comparison.multiples import MOST_DRAWN, Figure, multiples, path
from comparison.ranks import standings
from comparison.result import Value
from tests.comparison.details_samples import detailed_result, details, lifelike_result, with_details
from tests.comparison.samples import node, result

Point = tuple[float, float]
DOWNLOADS = "success_rate_download"


def strokes(text: str) -> list[list[Point]]:
    """A path as the points of its unbroken lines."""
    return [
        [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", stroke)]
        for stroke in text.split("M")
        if stroke
    ]


def figure(title: str, nodes: Mapping[str, Mapping[str, Sequence[Value]]], points: int = 4) -> Figure:
    whole = multiples(
        detailed_result({name: details(points=points, series=series) for name, series in nodes.items()}), {}
    )
    assert whole
    return next(figure for figure in whole.figures if figure.title == title)


@given(st.lists(st.none() | st.integers(0, 1000), min_size=1, max_size=60))
def test_each_value_is_a_point_in_the_middle_of_its_step_and_no_line_crosses_a_gap(series: list[int | None]) -> None:
    expected: list[list[Point]] = [[]]
    for index, value in enumerate(series):
        if value is None:
            expected.append([])
        else:
            expected[-1].append((WIDTH * (index + 0.5) / len(series), HEIGHT * (1000 - value) / 1000))
    drawn = strokes(path(series, Scale(0, 1000)))
    for found, wanted in zip(drawn, filter(None, expected), strict=True):
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in found)
        for point, other in zip(found if len(wanted) > 1 else [middle(*found)], wanted, strict=True):
            assert point == pytest.approx(other, abs=0.11)


def middle(left: Point, right: Point) -> Point:
    """Of the short line that stands for a value between two gaps."""
    assert left[0] < right[0]
    assert left[1] == right[1]
    return (left[0] + right[0]) / 2, left[1]


def test_a_path_has_at_most_one_decimal() -> None:
    assert path([1, 2, None, 3], Scale(0, 3)) == "M12.5 26.7L37.5 13.3M86.7 0L88.3 0"


def test_all_nodes_of_a_figure_have_one_scale() -> None:
    series = "latency_download_p50_ms"
    found = figure("Download latency", {"a": {series: [100] * 4}, "b": {series: [200] * 4}})
    assert (found.low, found.high) == ("0 ms", "200 ms")
    heights = [{y for stroke in strokes(panel.curves[0].path) for _, y in stroke} for panel in found.panels]
    assert heights == [{HEIGHT / 2}, {0.0}]


def test_the_95_percent_line_is_dashed_and_the_50_percent_line_is_not() -> None:
    series: dict[str, list[Value]] = {
        "latency_upload_p50_ms": [1, 2, 3, 4],
        "latency_upload_p95_ms": [9, 9, 9, None],
    }
    panel = figure("Upload latency", {"a": series}).panels[0]
    assert [curve.dashed for curve in panel.curves] == [False, True]
    assert panel.latest == "4 / 9 ms"
    assert panel.description == (
        "a: 50 % within lowest 1 ms, highest 4 ms, last 4 ms; "
        "95 % within lowest 9 ms, highest 9 ms, last 9 ms, 1 step without a value."
    )


def test_the_description_says_lowest_highest_and_last() -> None:
    panel = figure("Egress", {"a": {"egress_bytes": [2 * 10**9, 5 * 10**9, 10**9, None]}}).panels[0]
    assert panel.description == "a: lowest 1.00 GB, highest 5.00 GB, last 1.00 GB, 1 step without a value."


def test_a_node_without_values_keeps_its_place_beside_others() -> None:
    found = figure("Downloads: success rate", {"a": {DOWNLOADS: [99.0] * 4}, "b": {}})
    assert [(panel.label, panel.latest) for panel in found.panels] == [("a", "99.00 %"), ("b", "–")]
    assert found.panels[1].description == "b: no values."
    assert found.panels[1].curves[0].path == ""


def test_a_measure_without_any_value_has_no_figure() -> None:
    whole = multiples(detailed_result({"a": details(series={"ingress_bytes": [0] * 24}), "b": details()}), {})
    assert whole
    assert [figure.title for figure in whole.figures] == ["Ingress"]


def test_success_rates_that_are_all_near_100_have_a_scale_that_begins_later() -> None:
    found = figure("Downloads: success rate", {"a": {DOWNLOADS: [98.5, 97.0, 99.9, 96.0]}})
    assert (found.low, found.high) == ("95 %", "100 %")


def test_uploads_without_recorded_cancels_say_what_they_mean() -> None:
    whole = result(node("a", cancels_recorded=False), node("b"))
    series = {"success_rate_upload": [99.0] * 24}
    shown = multiples(with_details(whole, dict.fromkeys("ab", details(series=series))), {})
    assert shown
    assert [panel.caveat for panel in shown.figures[0].panels] == ["did not fail", ""]
    assert shown.figures[0].panels[0].description.startswith("a, did not fail: lowest")


@pytest.mark.parametrize("count", [2, MOST_DRAWN, MOST_DRAWN + 1, 40])
def test_of_many_nodes_those_at_the_ends_are_drawn(count: int) -> None:
    whole = lifelike_result(count)
    shown = multiples(whole, {})
    assert shown
    assert (shown.drawn, shown.nodes) == (min(count, MOST_DRAWN), count)
    drawn = {panel.label for panel in shown.figures[0].panels}
    most_last = max(standings(whole), key=lambda standing: standing.last)
    most_best = max(standings(whole), key=lambda standing: standing.best)
    assert {most_last.name, most_best.name} <= drawn


def test_labels_stand_for_names() -> None:
    shown = multiples(lifelike_result(2), {"node 1": "Attic"})
    assert shown
    assert [panel.label for panel in shown.figures[0].panels] == ["Attic", "node 2"]


def test_results_without_details_have_no_multiples() -> None:
    older = result(node("a"), node("gone", error="It cannot be read."))
    assert multiples(older, {}) is None
    assert multiples(with_details(older, {}), {}) is None
