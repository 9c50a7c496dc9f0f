"""A comparison as tables that fit a terminal."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from comparison.basis import bases, caveat, range_of, rests_on_events, satellites_of, span_of
from comparison.change.terminal import print_beside
from comparison.coverage_strip import low_coverage
from comparison.metrics import Metric, metrics_of
from comparison.money.terminal import print_statements
from comparison.notes import said
from comparison.ranks import ranks
from comparison.result import Result
from comparison.terminal_details import bullets, print_details, print_risk
from comparison.units import shown
from nodes.known import printable

NARROWEST_NODE = 12  # columns of text
MOST_HINTED = 5  # nodes in the line about coverage
WIDEST_WORD = 24  # of a node's name; longer ones are broken, values never are
BEST, ERROR = "★", "failed"


@dataclass(frozen=True)
class Column:
    name: str
    cells: list[Text]

    @property
    def width(self) -> int:
        longest_word = max(map(cell_len, self.name.split()), default=0)
        return max(NARROWEST_NODE, min(longest_word, WIDEST_WORD), *(cell.cell_len for cell in self.cells))


def table_text(result: Result, width: int, colour: bool, details: bool = False) -> str:
    """Metrics as rows and nodes as columns; as many tables below one another as the nodes need.

    The best value is bold and has a star, so that it is seen without colour too.
    """
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=colour, no_color=not colour, highlight=False, emoji=False)
    console.print(Text(_headline(result)))
    labels = [metric.label for metric in metrics_of(result["type"])]
    for columns in _fitting(_columns(result), width - max(map(cell_len, labels)) - 2):
        console.print(_table(labels, columns))
    if details:
        print_risk(result, console)
        print_details(result, console)
        print_statements(result, console)
    print_beside(result, console)
    for heading, lines in _paragraphs(result):
        console.print(Text(heading))
        console.print(bullets(lines))
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _headline(result: Result) -> str:
    comparison = f"{result['type'].capitalize()}, {range_of(result)}: {span_of(result)}"
    restricted = satellites_of(result)
    return "\n".join(filter(None, (comparison, restricted, f"{BEST} is the best of those that are ranked.")))


def _columns(result: Result) -> list[Column]:
    metrics = metrics_of(result["type"])
    best = {metric.key: _best(result, metric) for metric in metrics}
    return [
        Column(printable(node["name"]), [_cell(metric, node, best[metric.key]) for metric in metrics])
        for node in result["nodes"]
    ]


def _best(result: Result, metric: Metric) -> set[str]:
    return {name for name, rank in ranks(result["rankings"].get(metric.key, [])).items() if rank.best}


def _cell(metric: Metric, node: Mapping[str, Any], best: set[str]) -> Text:
    if node["error"]:
        return Text(ERROR, style="red")
    value = node["metrics"].get(metric.key)
    text = str(shown(metric, value))
    if node["name"] in best:
        return Text(f"{BEST} {text}", style="bold green")
    return Text(text if value is None else f"{caveat(metric.key, node)} {text}".lstrip())


def _fitting(columns: Sequence[Column], room: int) -> Iterator[Sequence[Column]]:
    row: list[Column] = []
    left = room
    for column in columns:
        if row and column.width + 1 > left:
            yield row
            row, left = [], room
        row.append(column)
        left -= column.width + 1
    yield row


def _table(labels: Sequence[str], columns: Sequence[Column]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("Metric", min_width=NARROWEST_NODE)
    for column in columns:
        table.add_column(Text(column.name), justify="right", overflow="fold", width=column.width)
    for label, *cells in zip(labels, *(column.cells for column in columns), strict=True):
        table.add_row(Text(label), *cells)
    return table


def _paragraphs(result: Result) -> Iterator[tuple[str, Sequence[str]]]:
    if rests_on_events(result):
        yield "Events:", list(_basis_lines(result))
    if low := low_coverage(result, {}):
        yield _coverage_hint(low), []
    yield from _remarks(result)


def _coverage_hint(low: Sequence[tuple[str, str]]) -> str:
    named = ", ".join(f"{printable(name)} {hours}" for name, hours in low[:MOST_HINTED])
    more = f" and {len(low) - MOST_HINTED} more" if len(low) > MOST_HINTED else ""
    return f"Hours with events: {named}{more}."


def _basis_lines(result: Result) -> Iterator[str]:
    for basis in bases(result, {}):
        if not basis.error:
            span = f", {basis.span}" if basis.span else ""
            method = f" ({basis.method})" if basis.method else ""
            yield f"{printable(basis.name)}: {basis.events}{method}{span}"


def _remarks(result: Result) -> Iterator[tuple[str, Sequence[str]]]:
    """Errors and notes; what several nodes have in common is said once."""
    remarks = {node["name"]: [node["error"]] if node["error"] else node["notes"] for node in result["nodes"]}
    for each in said(remarks):
        yield "All nodes:" if each.of_all else f"{', '.join(map(printable, each.nodes))}:", each.sentences
