import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison.charts import CROWD_HEIGHT, CROWD_LEFT, CROWD_RIGHT, MOST_ROWS, ROWS_LEFT, ROWS_RIGHT, Chart, scale_of
from comparison.charts import chart as chart_of
from comparison.groups import groups_of
from comparison.result import NodeResult
from tests.comparison.samples import node, result


def drawn(group: str, *nodes: NodeResult, type: str = "performance") -> Chart | None:
    found, metrics = next(pair for pair in groups_of(type) if pair[0].key == group)
    return chart_of(found, metrics, result(*nodes, type=type), labels={})


def latencies(*values: int | None) -> list[NodeResult]:
    return [node(f"n{i}", {"latency_download_p50_ms": value}) for i, value in enumerate(values)]


class TestTheAxis:
    @pytest.mark.parametrize(
        ("values", "low", "high"),
        [([3.0, 4.1], 0, 5), ([40.0, 100.0], 0, 100), ([90.05, 99.0], 80, 100), ([100.0], 99, 100), ([0.0], 0, 1)],
    )
    def test_of_percentages_begins_later_where_all_are_near_100(
        self, values: list[float], low: float, high: float
    ) -> None:
        scale = scale_of(values, percent=True)
        assert (scale.low, scale.high) == (low, high)

    def test_that_begins_later_says_so(self) -> None:
        nodes = (node(name, {"success_rate_download": rate}) for name, rate in (("a", 98.17), ("b", 91.49)))
        chart = drawn("success", *nodes)
        assert chart
        assert (chart.low, chart.high, chart.description) == ("90 %", "100 %", "the axis begins at 90 %")


class TestFewNodes:
    def test_have_a_row_each_with_a_dot_as_far_as_its_value(self) -> None:
        chart = drawn("download_latency", *latencies(100, 200))
        assert chart
        assert (chart.low, chart.high, chart.crowd) == ("0 ms", "200 ms", False)
        half, whole = chart.strips[0].dots
        assert (half.label, half.text, whole.x) == ("n0", "100 ms", ROWS_RIGHT)
        assert half.x == pytest.approx((ROWS_LEFT + ROWS_RIGHT) / 2)
        assert half.y < whole.y
        assert (half.mark, whole.mark) == ("best", "")

    def test_of_which_one_shrinks_have_zero_in_between(self) -> None:
        shrinks, grows = (node(name, {"growth_bytes_per_day": by}) for name, by in (("s", -(10**9)), ("g", 10**9)))
        chart = drawn("growth", shrinks, grows, type="efficiency")
        assert chart
        assert [dot.x for dot in chart.strips[0].dots] == [ROWS_LEFT, ROWS_RIGHT]

    def test_that_are_not_ranked_beside_ranked_ones_are_hollow_and_cancels_may_be_unrecorded(self) -> None:
        keys = ("cancel_rate_upload",)
        silent = node("silent", {"cancel_rate_upload": 0.0}, cancels_recorded=False, unranked=frozenset(keys))
        chart = drawn("losses", silent, *(node(name, {"cancel_rate_upload": 2.0}) for name in "ab"))
        assert chart
        assert [(dot.mark, dot.text) for dot in chart.strips[0].dots] == [
            ("unranked", "not recorded"),
            ("", "2.00 %"),
            ("", "2.00 %"),
        ]
        assert chart.strips[0].dots[0].x is None

    def test_without_a_value_keep_their_row_with_a_dash(self) -> None:
        chart = drawn("download_latency", *latencies(100, None))
        assert chart
        assert [(dot.text, dot.x is None) for dot in chart.strips[0].dots] == [("100 ms", False), ("–", True)]


class TestManyNodes:
    def test_are_all_in_one_row_whose_ends_are_named(self) -> None:
        chart = drawn("download_latency", *latencies(*range(100, 140)))
        assert chart
        assert chart.crowd
        assert [dot.text for dot in chart.strips[0].dots] == [f"n{i}: {100 + i} ms" for i in range(40)]
        assert chart.strips[0].ends == ["100 ms, n0", "139 ms, n39"]
        assert chart.strips[0].dots[0].mark == "best"

    def test_that_are_equal_are_counted_at_their_end(self) -> None:
        chart = drawn("download_latency", *latencies(*[7] * 39, 9))
        assert chart
        assert chart.strips[0].ends == ["7 ms, 39 nodes", "9 ms, n39"]

    def test_that_are_best_together_have_one_star(self) -> None:
        chart = drawn("download_latency", *latencies(*[7] * 39, 9))
        assert chart
        assert [dot.mark for dot in chart.strips[0].dots] == ["shared"] * 38 + ["best", ""]

    def test_that_are_all_equal_have_one_end(self) -> None:
        chart = drawn("download_latency", *latencies(*[7] * 11))
        assert chart
        assert chart.strips[0].ends == ["7 ms, 11 nodes"]

    @given(st.lists(st.integers(0, 10**6), min_size=MOST_ROWS + 1, max_size=60))
    def test_stay_in_their_row_and_none_hides_another(self, values: list[int]) -> None:
        chart = drawn("download_latency", *latencies(*values))
        assert chart
        strip = chart.strips[0]
        assert len({(dot.x, dot.y) for dot in strip.dots}) == len(values)
        assert all(CROWD_LEFT <= (dot.x or 0) <= CROWD_RIGHT for dot in strip.dots)
        assert all(strip.top <= dot.y <= strip.top + CROWD_HEIGHT for dot in strip.dots)


def test_a_group_without_any_value_has_no_chart() -> None:
    assert drawn("upload_latency", *latencies(100, 200)) is None
