import pytest

from comparison.charts import MOST_BARS, PLOT_LEFT, PLOT_RIGHT, Chart, chart, scale_of
from comparison.groups import groups_of
from comparison.result import NodeResult
from tests.comparison.samples import node, result


def drawn(group: str, *nodes: NodeResult, type: str = "performance") -> Chart | None:
    found, metrics = next(pair for pair in groups_of(type) if pair[0].key == group)
    return chart(found, metrics, result(*nodes, type=type), labels={})


def latencies(*values: int | None) -> list[NodeResult]:
    return [node(f"n{i}", {"latency_download_p50_ms": value}) for i, value in enumerate(values)]


def test_bars_are_as_long_as_their_values_and_begin_at_zero() -> None:
    chart = drawn("download_latency", *latencies(100, 200))
    assert chart
    assert (chart.low, chart.high, chart.cut) == ("0 ms", "200 ms", False)
    short, long = chart.strips[0].bars
    assert short.left == long.left == PLOT_LEFT
    assert long.width == pytest.approx(PLOT_RIGHT - PLOT_LEFT)
    assert short.width == pytest.approx(long.width / 2)
    assert (short.mark, long.mark) == ("best", "")


def test_percentages_that_are_all_near_100_begin_later_and_say_so() -> None:
    chart = drawn("success", node("a", {"success_rate_download": 98.17}), node("b", {"success_rate_download": 91.49}))
    assert chart
    assert (chart.low, chart.high, chart.cut) == ("90 %", "100 %", True)
    assert chart.description == "bars begin at 90 %"


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [([3.0, 4.1], 0, 5), ([40.0, 100.0], 0, 100), ([90.05, 99.0], 80, 100), ([100.0], 99, 100), ([0.0], 0, 1)],
)
def test_the_axis_of_percentages(values: list[float], low: float, high: float) -> None:
    scale = scale_of(values, percent=True)
    assert (scale.low, scale.high) == (low, high)


def test_negative_values_go_to_the_left_of_zero() -> None:
    shrinks, grows = (node(name, {"growth_bytes_per_day": by}) for name, by in (("s", -(10**9)), ("g", 10**9)))
    chart = drawn("growth", shrinks, grows, type="efficiency")
    assert chart
    left, right = chart.strips[0].bars
    assert left.left + left.width == pytest.approx(right.left)
    assert left.width == pytest.approx(right.width)


@pytest.mark.parametrize("value", [0, 1, 10**15, -5])
def test_every_bar_stays_inside_the_plot(value: int) -> None:
    chart = drawn("growth", node("a", {"growth_bytes_per_day": value}), node("b"), type="efficiency")
    assert chart
    for bar in chart.strips[0].bars:
        assert bar.width == 0 or PLOT_LEFT - 0.01 <= bar.left <= bar.left + bar.width <= PLOT_RIGHT + 0.01


def test_values_that_are_not_ranked_beside_ranked_ones_are_hollow_and_cancels_may_be_unrecorded() -> None:
    keys = ("cancel_rate_upload",)
    silent = node("silent", {"cancel_rate_upload": 0.0}, cancels_recorded=False, unranked=frozenset(keys))
    chart = drawn("losses", silent, *(node(name, {"cancel_rate_upload": 2.0}) for name in "ab"))
    assert chart
    assert [(bar.mark, bar.text) for bar in chart.strips[0].bars] == [
        ("unranked", "not recorded"),
        ("", "2.00 %"),
        ("", "2.00 %"),
    ]


def test_a_group_without_any_value_has_no_chart() -> None:
    assert drawn("upload_latency", *latencies(100, 200)) is None


def test_a_node_without_a_value_keeps_its_line_with_a_dash() -> None:
    chart = drawn("download_latency", *latencies(100, None))
    assert chart
    assert [(bar.text, bar.width > 0) for bar in chart.strips[0].bars] == [("100 ms", True), ("–", False)]


def test_of_many_nodes_the_highest_and_the_lowest_are_drawn() -> None:
    chart = drawn("download_latency", *latencies(*range(100, 140)))
    assert chart
    texts = [bar.text for bar in chart.strips[0].bars]
    assert len(texts) == MOST_BARS
    assert (texts[0], texts[-1]) == ("139 ms", "100 ms")
    assert chart.description == "the 5 highest and 5 lowest of 40 nodes"
