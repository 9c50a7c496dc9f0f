"""A judged change, and the difference to the window before, for a terminal."""

from rich.console import Console
from rich.text import Text

from comparison.change.view import change_shown, differences_shown, previous_span
from comparison.result import Result
from comparison.terminal_details import bullets, fitting
from nodes.known import printable


def print_beside(result: Result, console: Console) -> None:
    _print_change(result, console)
    _print_differences(result, console)


def _print_change(result: Result, console: Console) -> None:
    change = change_shown(result, {})
    if change is None:
        return
    console.print(Text(f"Did the change at {change.at} help?", style="bold"))
    if change.reason:
        console.print(Text(change.reason))
    console.print(bullets([printable(line, len(line)) for line in change.lines]))
    for node in change.nodes:
        console.print(Text(f"{printable(node.label)}: {node.sentence}", style="bold"))
        console.print(fitting(node.table, console.width))
        console.print(bullets(node.reasons))
        console.print()
    if change.nodes:
        console.print(Text(change.method))
        console.print()


def _print_differences(result: Result, console: Console) -> None:
    for node in differences_shown(result, {}):
        console.print(
            Text(f"{printable(node.label)}, against {previous_span(result)} (pp: percentage points):", style="bold")
        )
        if node.error:
            console.print(Text(node.error))
        else:
            console.print(fitting(node.table, console.width))
        console.print()
