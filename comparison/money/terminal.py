"""Statements in a terminal."""

import io
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from comparison.money.view import statements
from comparison.result import Result
from comparison.terminal_details import bullets, fitting
from nodes.known import printable


def print_statements(result: Result, console: Console) -> None:
    found = statements(result, {})
    if found is None:
        return
    console.print(Text(f"Earnings of {found.month}, in US dollars:", style="bold"))
    console.print(fitting(found.together, console.width))
    console.print()
    for node in found.nodes:
        console.print(Text(f"{printable(node.label)}:", style="bold"))
        console.print(bullets([node.origin]))
        console.print(fitting(node.table, console.width))
        console.print()


def statements_text(result: Result, width: int, colour: bool) -> str:
    """The statements with each node's notes or error below them."""
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=colour, no_color=not colour, highlight=False, emoji=False)
    print_statements(result, console)
    for name, remarks in _remarks(result):
        console.print(Text(f"{printable(name)}:"))
        console.print(bullets(remarks))
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _remarks(result: Result) -> Iterator[tuple[str, list[str]]]:
    for node in result["nodes"]:
        remarks = [node["error"]] if node["error"] else node["notes"]
        if remarks:
            yield node["name"], remarks
