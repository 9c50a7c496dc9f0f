"""The details of each node for a terminal: coverage, actions, satellites and errors."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from comparison.detailed import detailed
from comparison.details_view import LineTable, Part, part_of
from comparison.result import Result
from comparison.risk_view import HEAD, risk_lines
from nodes.known import printable

BULLET = "  - "
GAP = 2  # between columns: a space of padding and one of the box


def print_details(result: Result, console: Console) -> None:
    for node in detailed(result, {}):
        part = part_of(node)
        console.print(Text(f"{printable(part.label)}:", style="bold"))
        console.print(bullets(list(_coverage_lines(part))))
        for table in part.tables:
            console.print(fitting(table, console.width))
            if table.more:
                console.print(Text(f"{table.more:,} more with fewer operations."))
            console.print()
        if part.errors:
            console.print(Text("Most frequent errors:"))
            console.print(bullets([f"{count} × {reason}" for count, reason in part.errors]))
        console.print()


def print_risk(result: Result, console: Console) -> None:
    for line in risk_lines(result, {}):
        console.print(Text(f"{printable(line.label)}, risk:", style="bold"))
        told = [f"{heading}: {cell.text}" for heading, cell in zip(HEAD, line.cells, strict=False)]
        console.print(bullets(told or ["Nothing is known."]))
        if line.satellites.lines:
            console.print(fitting(line.satellites, console.width))
        console.print()


def bullets(lines: Sequence[str]) -> Table:
    """Lines that are too long go on below their beginning, not below the bullet."""
    grid = Table.grid()
    for line in lines:
        grid.add_row(Text(BULLET), Text(line))
    return grid


def _coverage_lines(part: Part) -> Iterator[str]:
    coverage = part.coverage
    yield coverage.description
    if coverage.recorded:
        yield f"{coverage.recorded}."
    if coverage.gaps:
        more = f", and {coverage.more_gaps:,} more" if coverage.more_gaps else ""
        yield f"{coverage.gaps_counted}: {'; '.join(coverage.gaps)}{more}"


def fitting(lines: LineTable, width: int) -> Table:
    """As a table; as a list where that is too wide: no value is ever broken."""
    widths = _widths(lines)
    fits = sum(widths) + GAP * (len(widths) - 1) <= width
    return _table(lines, widths) if fits else bullets([*_sentences(lines)])


def stacked(lines: LineTable, width: int) -> Group:
    """As a table; where that is too wide as several, one below another, each with as many columns as fit."""
    return Group(*(fitting(part, width) for part in _narrow(lines, width)))


def _narrow(lines: LineTable, width: int) -> Iterator[LineTable]:
    widths = _widths(lines)
    begin = 0
    for end in range(1, len(lines.head) + 1):
        is_last = end == len(lines.head)
        if is_last or sum(widths[begin + 1 : end + 2]) + widths[0] + GAP * (end + 1 - begin) > width:
            part = [replace(line, cells=line.cells[begin:end]) for line in lines.lines]
            yield replace(lines, head=lines.head[begin:end], lines=part)
            begin = end


def _widths(lines: LineTable) -> list[int]:
    columns = zip(*([printable(line.name), *line.cells] for line in lines.lines), strict=True)
    return [_width(heading, cells) for heading, cells in zip((lines.title, *lines.head), columns, strict=True)]


def _width(heading: str, cells: Sequence[str]) -> int:
    """A heading may go over several lines, a value may not."""
    return max(map(cell_len, (*heading.split(), *cells)))


def _table(lines: LineTable, widths: Sequence[int]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), pad_edge=False, show_edge=False)
    for heading, width in zip((lines.title, *lines.head), widths, strict=True):
        table.add_column(Text(heading), justify="right" if table.columns else "left", width=width)
    for line in lines.lines:
        table.add_row(Text(printable(line.name)), *map(Text, line.cells))
    return table


def _sentences(lines: LineTable) -> Iterator[str]:
    for line in lines.lines:
        told = (f"{heading.lower()} {cell}" for heading, cell in zip(lines.head, line.cells, strict=True))
        yield f"{printable(line.name)}: {', '.join(told)}"
