from comparison.number_tables import MOST_LISTED, number_tables
from tests.comparison.details_samples import detailed_result, details, lifelike_result
from tests.comparison.samples import node, result


def test_a_table_has_a_row_for_each_step_and_a_cell_for_each_node() -> None:
    series = {"latency_download_p50_ms": [10, None, None], "latency_download_p95_ms": [1200, 70, None]}
    shown = number_tables(detailed_result({"a": details(points=3, series=series), "b": details(points=3)}), {})
    assert shown
    assert shown.labels == ["a", "b"]
    assert [(table.title, table.names) for table in shown.tables] == [("Download latency", "50 % within / 95 % within")]
    assert shown.tables[0].rows == [
        ("22 Nov 12:00", ["10 / 1,200 ms", "–"]),
        ("22 Nov 13:00", ["– / 70 ms", "–"]),
        ("22 Nov 14:00", ["–", "–"]),
    ]


def test_very_many_nodes_are_not_all_listed() -> None:
    shown = number_tables(lifelike_result(MOST_LISTED + 5), {})
    assert shown
    assert (len(shown.labels), shown.nodes) == (MOST_LISTED, MOST_LISTED + 5)
    assert {len(cells) for table in shown.tables for _, cells in table.rows} == {MOST_LISTED}


def test_results_without_details_have_no_tables() -> None:
    assert number_tables(result(node("a"), node("b")), {}) is None
