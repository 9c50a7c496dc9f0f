"""Statements and months in a terminal."""

import io
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from comparison.money.months_view import NodeMonths, months
from comparison.money.view import Statements, statements
from comparison.money.worth_view import MEANING, worth_table
from comparison.result import Result
from comparison.terminal_details import bullets, stacked
from nodes.known import printable


def print_statements(result: Result, console: Console) -> None:
    found = statements(result, {})
    if found is not None:
        _print_month(found, console)
    _print_worth(result, console)


def _print_month(found: Statements, console: Console) -> None:
    console.print(Text(f"Earnings of {found.month}, in US dollars:", style="bold"))
    console.print(stacked(found.together, console.width))
    if found.remark:
        console.print(bullets([found.remark]))
    console.print()
    for node in found.nodes:
        console.print(Text(f"{printable(node.label)}:", style="bold"))
        console.print(bullets([node.origin]))
        console.print(stacked(node.table, console.width))
        console.print()


def print_months(result: Result, console: Console) -> None:
    """Of each node, and of all together where there are several."""
    found = months(result, {})
    if found is None:
        return
    several = [NodeMonths("All nodes together", found.together)] if len(found.each) > 1 else []
    for node in (*found.each, *several):
        console.print(Text(f"{printable(node.label)}, month by month:", style="bold"))
        console.print(stacked(node.table, console.width))
        console.print()


def _print_worth(result: Result, console: Console) -> None:
    table = worth_table(result, {})
    if table is not None:
        console.print(Text("Worth keeping? In US dollars a month:", style="bold"))
        console.print(stacked(table, console.width))
        console.print(bullets([MEANING]))
        console.print()


def statements_text(result: Result, width: int, colour: bool) -> str:
    """The statements and months with each node's notes or error below them."""
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=colour, no_color=not colour, highlight=False, emoji=False)
    print_statements(result, console)
    print_months(result, console)
    for name, remarks in _remarks(result):
        console.print(Text(f"{printable(name)}:"))
        console.print(bullets(remarks))
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _remarks(result: Result) -> Iterator[tuple[str, list[str]]]:
    for node in result["nodes"]:
        remarks = [node["error"]] if node["error"] else node["notes"]
        if remarks:
            yield node["name"], remarks
