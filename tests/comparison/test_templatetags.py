"""What is written as text at once is escaped as templates escape it, and is there in all its kinds."""

import re

from comparison.charts import Chart, Dot, Strip
from comparison.coverage_strip import Run
from comparison.details_view import Line
from comparison.fleet import FleetCell
from comparison.fleet import Line as FleetLine
from comparison.groups import groups_of
from comparison.marks import Marks
from comparison.metrics import PERFORMANCE
from comparison.multiples import Curve, Figure, Panel
from comparison.present import Cell, Column, Row, Section
from comparison.ranks import Standing
from comparison.risk_picture import Cell as RiskCell
from comparison.risk_picture import RiskRow
from comparison.templatetags.drawings import coverage_runs, panels, risk_bars, strips
from comparison.templatetags.rows import fleet_rows, line_rows, named_rows, sheet_rows

EVIL = "<b title='x'>&\"</b>"
ESCAPED = "&lt;b title=&#x27;x&#x27;&gt;&amp;&quot;&lt;/b&gt;"
GROUP, METRICS = groups_of(PERFORMANCE)[0]


def chart(crowd: bool, *dots: Dot) -> Chart:
    strip = Strip(EVIL, 22, list(dots), 60, 50, [EVIL, EVIL] if crowd else [])
    return Chart("key", "title", "", 80, 60, [strip], True, "0", "1", crowd, 35.0, 74.0)


def sheet_of(*cells: Cell, is_first: bool = True, is_empty: bool = False) -> str:
    columns = [Column(EVIL, EVIL, "", False, Standing(EVIL, 0, 0))]
    return sheet_rows(Section(GROUP, [Row(METRICS[0], list(cells))], None), columns, is_first, is_empty)


def test_tables_escape_their_texts() -> None:
    assert named_rows([(EVIL, [EVIL, "1"])]) == (f'<tr><th scope="row">{ESCAPED}</th><td>{ESCAPED}</td><td>1</td></tr>')
    assert line_rows([Line(EVIL, [EVIL], EVIL)]) == (
        f'<tr><th scope="row" title="{ESCAPED}">{ESCAPED}</th><td>{ESCAPED}</td></tr>'
    )
    assert line_rows([Line("a", [])]) == '<tr><th scope="row">a</th></tr>'


def test_the_sheet_escapes_its_texts() -> None:
    text = sheet_of(Cell(EVIL, EVIL, EVIL, EVIL), Cell("", rows=2, error=EVIL), is_first=False)
    assert EVIL not in text
    assert text.count(ESCAPED) == 5  # of the second cell only that it failed


def test_only_the_first_group_says_why_a_node_failed() -> None:
    assert "locked" in sheet_of(Cell("", rows=2, error="locked"))
    assert "locked" not in sheet_of(Cell("", rows=2, error="locked"), is_first=False)


def test_best_and_last_can_be_told_without_colour_and_without_sight() -> None:
    text = sheet_of(Cell("1", "%", "1st", mark="best"), Cell("2", "%", "2nd", "+1", mark="last"))
    assert re.findall(
        r'<td class="(\w+)">.*?aria-hidden="true">(.)</span><span class="visually-hidden">(\w+),', text
    ) == [
        ("best", "★", "best"),
        ("last", "▼", "last"),
    ]


def test_metrics_are_explained_but_for_those_of_an_empty_sheet() -> None:
    assert "<dt>Formula</dt>" in sheet_of(Cell("1"))
    assert "<dt>" not in sheet_of(Cell(""), is_empty=True)


def test_nodes_as_rows_escape_their_texts() -> None:
    text = fleet_rows([FleetLine(EVIL, EVIL, [FleetCell(EVIL, EVIL, "best")]), FleetLine(EVIL, EVIL, [], EVIL)])
    assert EVIL not in text
    assert text.count(ESCAPED) == 7


def test_dot_plots_escape_their_texts() -> None:
    dots = Dot(EVIL, EVIL, 22, 32.0, 50.0, "best"), Dot(EVIL, EVIL, 42, 52.0, None)
    rows, crowd = strips(chart(False, *dots)), strips(chart(True, *dots))
    assert EVIL not in rows + crowd
    assert rows.count(ESCAPED) == 5
    assert crowd.count(ESCAPED) == 4
    assert rows.count("★") == 2


def test_line_charts_escape_their_texts() -> None:
    marks = Marks("M0 0H1", "M12.5 0V40", "M20 0V40", "two")
    panel = Panel(EVIL, EVIL, EVIL, EVIL, [Curve("M0 0L1 1", True), Curve("", False)], marks)
    text = panels(Figure(EVIL, "0", "1", [panel]), EVIL, EVIL)
    assert EVIL not in text
    assert text.count(ESCAPED) == 8
    assert text.count("<path") == 5  # the frame, one curve, a start, a change of version and the band


def test_bars_of_risk_escape_their_texts() -> None:
    cells = [RiskCell(30.0, 5.5, EVIL, 60.0, True), RiskCell(60.0, 0.0, "–", 90.0, False)]
    text = risk_bars([RiskRow(EVIL, 22, cells)])
    assert EVIL not in text
    assert text.count(ESCAPED) == 2
    assert text.count("<rect") == 1


def test_a_strip_of_coverage_has_a_cell_for_each_run() -> None:
    assert coverage_runs([Run(1.0, 0.0, 50.0), Run(0.0, 50.0, 49.5)]) == (
        '<rect class="full" x="0" y="1" width="50" height="16"/>'
        '<rect class="none" x="50" y="1" width="49.5" height="16"/>'
    )
