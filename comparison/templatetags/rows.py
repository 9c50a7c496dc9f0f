"""Bodies of tables as text at once: a template takes a hundred times as long for each of thousands of cells.

Every text is escaped here, cell by cell; what is not text comes from this module alone.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from comparison.details_view import Line
from comparison.explained import explained
from comparison.fleet import FleetCell
from comparison.fleet import Line as FleetLine
from comparison.metrics import Metric
from comparison.present import Cell, Column, Section
from nodes.display import unbroken, with_commands

register = template.Library()
_is_special = re.compile("[&<>\"']").search

_MARKS = {
    "best": '<span aria-hidden="true">★</span><span class="visually-hidden">best,</span> ',
    "unranked": '<span aria-hidden="true">○</span><span class="visually-hidden">not ranked,</span> ',
    "last": '<span aria-hidden="true">▼</span><span class="visually-hidden">last,</span> ',
}


@register.filter
def named_rows(rows: Iterable[tuple[str, Sequence[str]]]) -> SafeString:
    """A row for each name with its cells."""
    return _safe(f'<tr><th scope="row">{escape(name)}</th>{_cells(cells)}</tr>' for name, cells in rows)


@register.filter
def line_rows(lines: Iterable[Line]) -> SafeString:
    """As `named_rows`, with the whole name behind a short one."""
    return _safe(
        f'<tr><th scope="row"{_title(line)}>{escape(line.name)}</th>{_cells(line.cells)}</tr>' for line in lines
    )


@register.simple_tag
def sheet_rows(section: Section, columns: Sequence[Column], is_first: bool, is_empty: bool = False) -> SafeString:
    """A group's heading and its metrics; only the first group says why a node failed. Empty ones are not explained."""
    names = "".join(f'<td aria-hidden="true">{_above(column, is_first)}</td>' for column in columns)
    heading = f'<tr class="section"><th scope="rowgroup">{escape(section.group.label)}</th>{names}</tr>\n'
    rows = (
        f"<tr>{_name(row.metric, is_empty)}{''.join(_sheet_cell(cell, is_first) for cell in row.cells)}</tr>\n"
        for row in section.rows
    )
    return _safe((heading, *rows))


@register.filter
def fleet_rows(lines: Iterable[FleetLine]) -> SafeString:
    return _safe(
        f'<tr><th scope="row"><bdi class="name" title="{escape(line.name)}">{escape(line.label)}</bdi></th>'
        f"{_fleet_cells(line)}</tr>\n"
        for line in lines
    )


def _safe(parts: Iterable[str]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308 - every text in it is escaped above


def _cells(texts: Iterable[str]) -> str:
    # Most are numbers: one look is quicker than five replacements.
    return "".join([f"<td>{escape(text) if _is_special(text) else text}</td>" for text in texts])


def _title(line: Line) -> str:
    return f' title="{escape(line.full)}"' if line.full else ""


def _above(column: Column, is_first: bool) -> str:
    """The name of the column once more, where it is out of sight."""
    return "" if is_first else f"<bdi>{escape(column.label)}</bdi>"


@cache
def _name(metric: Metric, is_empty: bool) -> str:
    """The head of a metric's row, with what it means behind it: the same on every page."""
    label = escape(metric.label)
    terms = "".join(f"<div><dt>{escape(term)}</dt><dd>{escape(text)}</dd></div>" for term, text in explained(metric))
    meaning = "" if is_empty else f'<dl class="explained">{terms}</dl>'
    return f'<th scope="row" aria-label="{label}"><details><summary>{unbroken(label)}</summary>{meaning}</details></th>'


def _sheet_cell(cell: Cell, is_first: bool) -> str:
    if cell.rows:
        return f'<td class="failed" rowspan="{cell.rows}">{with_commands(cell.error) if is_first else "–"}</td>'
    distance = f' <span class="distance">{escape(cell.gap)}</span>' if cell.gap else ""
    return (
        f"<td{_class(cell.mark)}>{_figure(cell.number, cell.unit)}"
        f' <span class="rank">{_MARKS.get(cell.mark, "")}{escape(cell.word)}{distance}</span></td>'
    )


def _fleet_cells(line: FleetLine) -> str:
    if line.error:
        return f'<td class="failed" colspan="{len(line.cells)}">{with_commands(line.error)}</td>'
    return "".join(map(_fleet_cell, line.cells))


def _fleet_cell(cell: FleetCell) -> str:
    return f"<td{_class(cell.mark)}>{_MARKS.get(cell.mark, '')}{_figure(cell.number, cell.unit)}</td>"


def _figure(number: str, unit: str) -> str:
    return f'<span class="number">{escape(number)}</span> <span class="unit">{escape(unit)}</span>'


def _class(mark: str) -> str:
    return f' class="{mark}"' if mark else ""
