from django.template.loader import render_to_string

from comparison.metrics import by_key
from comparison.present import Cell, Row, Sheet, labels_of, sheet
from comparison.result import NodeResult
from comparison.summary import summary
from comparison.units import shown
from nodes.models import Node
from tests.comparison.samples import node, result


def row(shown: Sheet, key: str) -> Row:
    return next(row for section in shown.sections for row in section.rows if row.metric.key == key)


def test_the_best_and_the_last_value_are_marked_with_place_and_distance() -> None:
    nodes = [node(name, {"success_rate_download": rate}) for name, rate in (("a", 99.0), ("b", 97.5), ("c", 90.0))]
    cells = row(sheet(result(*nodes), {}), "success_rate_download").cells
    assert cells == [
        Cell("99.00", "%", "1st", "", "best"),
        Cell("97.50", "%", "2nd", "−1.50"),
        Cell("90.00", "%", "3rd", "−9.00", "last"),
    ]


def test_equal_values_are_called_equal_and_not_best() -> None:
    shown = sheet(result(*(node(name, {"audit_score": 100.0}) for name in "ab")), {})
    assert row(shown, "audit_score").cells == [Cell("100.00", "%", "equal")] * 2


def test_a_value_that_is_not_ranked_beside_ranked_ones_says_so() -> None:
    thin = node("thin", {"audits_failed": 1}, unranked=frozenset({"audits_failed"}))
    shown = sheet(result(thin, node("b", {"audits_failed": 0}), node("c", {"audits_failed": 2})), {})
    assert [cell.word for cell in row(shown, "audits_failed").cells] == ["not ranked", "1st", "2nd"]


def test_no_place_is_shown_where_only_one_node_has_a_rank() -> None:
    shown = sheet(result(node("a", {"audits_failed": 1}), node("b")), {})
    assert row(shown, "audits_failed").cells == [Cell("1"), Cell("–")]


def test_growth_says_that_a_day_is_too_short_a_range_and_a_week_does_not() -> None:
    grown = node("b", {"growth_bytes_per_day": 10**9})
    day, week = (sheet(result(node("a"), grown, type="efficiency") | {"range": span}, {}) for span in ("24h", "7d"))
    assert [cell.word for cell in row(day, "growth_bytes_per_day").cells] == ["range too short", ""]
    assert [cell.word for cell in row(day, "days_until_full").cells] == ["range too short"] * 2
    assert [cell.word for cell in row(week, "growth_bytes_per_day").cells] == ["", ""]


def test_upload_rates_without_recorded_cancels_say_what_they_mean() -> None:
    keys = ("success_rate_upload", "success_rate_repair_upload", "cancel_rate_upload")
    silent = node("a", dict.fromkeys(keys, 99.0), cancels_recorded=False, unranked=frozenset(keys))
    shown = sheet(result(silent, *(node(name, dict.fromkeys(keys, 98.0)) for name in "bc")), {})
    assert [row(shown, key).cells[0].word for key in keys] == ["did not fail", "did not fail", "not recorded"]


def test_a_failed_node_has_one_cell_a_group_with_its_sentence_between_the_others() -> None:
    shown = sheet(result(node("a"), node("gone", error="It cannot be read."), node("c")), {})
    for section in shown.sections:
        first, *others = section.rows
        assert first.cells[1] == Cell("", rows=len(section.rows), error="It cannot be read.")
        assert all(len(row.cells) == 2 for row in others)
    assert [column.error for column in shown.columns] == ["", "It cannot be read.", ""]


def test_the_table_shows_the_sentence_of_a_failed_node_once_and_the_others_complete() -> None:
    whole = result(node("a", {"total_operations": 7}), node("gone", error="It <cannot> be read."), node("c"))
    text = render_to_string("compare/_sheet.html", {"sheet": sheet(whole, {}), "type_label": "Performance"})
    assert text.count("It &lt;cannot&gt; be read.") == 1
    assert '<span class="tag bad">not read</span>' in text
    assert '<span class="number">7</span>' in text


def test_nodes_with_the_same_label_are_told_apart_by_their_names() -> None:
    nodes = [
        Node(name="n1", label="rack"),
        Node(name="n2", label="rack"),
        Node(name="n3", label="attic"),
        Node(name="n4"),
    ]
    assert labels_of(nodes) == {"n1": "rack (n1)", "n2": "rack (n2)", "n3": "attic", "n4": "n4"}


def test_the_summary_names_who_is_last_and_its_largest_gaps() -> None:
    good = node("good", {"success_rate_download": 99.0, "fail_rate_download": 0.5, "latency_download_p50_ms": 100})
    bad = node("bad", {"success_rate_download": 90.0, "fail_rate_download": 5.0, "latency_download_p50_ms": 200})
    told = summary(result(good, bad), {"bad": "The bad one"})
    assert (told.metrics, told.last.nodes, told.best.nodes) == (3, [("The bad one", 3)], [("good", 3)])
    assert [(gap.label, gap.value, gap.best) for gap in told.gaps] == [
        ("Downloads: failed", "5.00 %", "0.50 %"),
        ("Downloads: 50\N{NO-BREAK SPACE}% within", "200 ms", "100 ms"),
        ("Downloads: success rate", "90.00 %", "99.00 %"),
    ]


def test_the_summary_shows_no_gaps_where_two_nodes_are_last_equally_often() -> None:
    one = node("one", {"success_rate_download": 99.0, "latency_download_p50_ms": 200})
    other = node("other", {"success_rate_download": 90.0, "latency_download_p50_ms": 100})
    told = summary(result(one, other), {})
    assert (told.last.nodes, told.gaps) == ([("one", 1), ("other", 1)], [])


def test_the_summary_counts_those_that_share_the_last_named_place() -> None:
    nodes = [node(f"n{i}", {"success_rate_download": rate}) for i, rate in enumerate([99.0, *[90.0] * 5])]
    told = summary(result(*nodes), {})
    assert ([name for name, _ in told.last.nodes], told.last.more) == (["n1", "n2", "n3"], 2)


def test_the_summary_adds_up_earnings() -> None:
    nodes = [node(name, {"total_earnings": amount}) for name, amount in (("a", 1.75), ("b", 7.12), ("c", None))]
    earned = summary(result(*nodes, type="earnings"), {}).earned
    assert earned
    assert (earned.total, earned.lowest, earned.highest) == ("8.87 USD", ("a", "1.75 USD"), ("b", "7.12 USD"))


def test_earnings_are_those_of_the_month_in_which_the_window_ends() -> None:
    whole = result(*(node(name, {"total_earnings": 1.0}) for name in "ab"), type="earnings")
    whole["window"] = {"start": "2025-01-31T12:00:00+00:00", "end": "2025-02-01T12:00:00+00:00"}
    text = render_to_string("compare/_summary.html", {"summary": summary(whole, {}), "result": whole})
    assert "Gross earnings of February 2025 up to the end of the window: <b>2.00 USD</b> in all" in text


def test_the_sum_of_the_earnings_is_that_of_the_amounts_that_are_shown() -> None:
    amounts = [0.1, 0.2, 1.13, 2.675, 0.01] * 40
    nodes = [node(f"n{number}", {"total_earnings": round(amount, 2)}) for number, amount in enumerate(amounts)]
    earned = summary(result(*nodes, type="earnings"), {}).earned
    assert earned
    assert earned.total == f"{sum(round(amount * 100) for amount in map(shown_amount, nodes)) / 100:.2f} USD"


def shown_amount(one: NodeResult) -> float:
    return float(str(shown(by_key()["total_earnings"], one.metrics["total_earnings"])).removesuffix(" USD"))


def test_failed_nodes_and_unranked_metrics_leave_a_quiet_summary() -> None:
    told = summary(result(node("a"), node("gone", error="It cannot be read.")), {})
    assert (told.metrics, told.last.nodes, told.gaps, told.earned, told.failed) == (0, [], [], None, ["gone"])
