"""A comparison as tables that fit a terminal."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from comparison.metrics import groups_of
from comparison.ranks import ranks
from comparison.units import shown
from nodes.known import printable

NARROWEST_NODE = 12  # columns of text; narrower ones break every value
WIDEST_NODE = 24
BEST, ERROR = "★", "failed"


def table_text(result: Mapping[str, Any], width: int, colour: bool) -> str:
    """Metrics as rows and nodes as columns; as many tables below one another as the nodes need.

    The best value is bold and has a star, so that it is seen without colour too.
    """
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=colour, no_color=not colour, highlight=False, emoji=False)
    console.print(Text(_headline(result)))
    for nodes in _fitting(result, width):
        console.print(_table(result, nodes))
    for line in _remarks(result):
        console.print(Text(line))
    return out.getvalue()


def _headline(result: Mapping[str, Any]) -> str:
    window = result["window"]
    start, end = (window[key][:16].replace("T", " ") for key in ("start", "end"))
    return (
        f"{result['type'].capitalize()}, {result['range']}: {start} to {end} UTC. {BEST} is the best of those ranked."
    )


def _fitting(result: Mapping[str, Any], width: int) -> Iterator[Sequence[Mapping[str, Any]]]:
    labels = max(cell_len(metric.label) for _, metrics in groups_of(result["type"]) for metric in metrics)
    row: list[Mapping[str, Any]] = []
    left = room = width - labels - 2
    for node in result["nodes"]:
        needs = min(max(NARROWEST_NODE, cell_len(printable(node["name"]))), WIDEST_NODE) + 1
        if row and needs > left:
            yield row
            row, left = [], room
        row.append(node)
        left -= needs
    yield row


def _table(result: Mapping[str, Any], nodes: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("Metric", min_width=NARROWEST_NODE)
    for node in nodes:
        table.add_column(
            Text(printable(node["name"])),
            justify="right",
            overflow="fold",
            min_width=NARROWEST_NODE,
            max_width=WIDEST_NODE,
        )
    for _, metrics in groups_of(result["type"]):
        for metric in metrics:
            best = {name for name, rank in ranks(result["rankings"].get(metric.key, [])).items() if rank.best}
            cells = [_cell(str(shown(metric, node["metrics"].get(metric.key))), node, best) for node in nodes]
            table.add_row(Text(metric.label), *cells)
    return table


def _cell(text: str, node: Mapping[str, Any], best: set[str]) -> Text:
    if node["error"]:
        return Text(ERROR, style="red")
    return Text(f"{BEST} {text}", style="bold green") if node["name"] in best else Text(text)


def _remarks(result: Mapping[str, Any]) -> Iterator[str]:
    """Errors and notes; those that all nodes have in common are said once."""
    remarks = {node["name"]: [node["error"]] if node["error"] else node["notes"] for node in result["nodes"]}
    common = [remark for remark in next(iter(remarks.values())) if all(remark in each for each in remarks.values())]
    if common:
        yield from ("All nodes:", *(f"  - {remark}" for remark in common))
    for name, each in remarks.items():
        own = [remark for remark in each if remark not in common]
        if own:
            yield from (f"{printable(name)}:", *(f"  - {remark}" for remark in own))
