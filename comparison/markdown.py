"""A comparison as Markdown, for a post in a forum: the dialect of GitHub, which Discourse reads too."""

import re
from collections.abc import Iterator, Mapping, Sequence

from comparison.basis import bases, range_of, rests_on_events, satellites_of, span_of
from comparison.masking import masked
from comparison.metrics import TYPE_LABELS
from comparison.notes import said
from comparison.present import Cell, Sheet, sheet
from comparison.result import Result
from nodes.display import NO_VALUE
from nodes.known import printable

LONGEST_NAME = 40
LEGEND = "★ is the best of those that are ranked; behind other values is their distance to it."

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~#]")
# Of these a backslash would not take the meaning: somebody is called, an address becomes a link, an entity is read.
_ENTITIES = {"&": "&amp;", "@": "&#64;", "://": "&#58;//"}


def markdown_text(result: Result, labels: Mapping[str, str], mask: bool = False) -> str:
    """Metrics as rows and nodes as columns, then what the figures rest on and what is to be noted.

    `labels` is what to call the nodes by their names; with `mask` they are called by their places.
    """
    if mask:
        result, labels = masked(result, labels), {}
    restricted = satellites_of(result)
    said_first = [escaped(restricted), ""] if restricted else []
    lines = [f"## {_headline(result)}", "", *said_first, *_table(sheet(result, labels)), "", LEGEND]
    lines += _section("Events", _basis_lines(result, labels)) if rests_on_events(result) else []
    lines += _section("Notes", _remarks(result, labels))
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """As it stands, wherever it stands within a line."""
    text = _SPECIAL.sub(r"\\\g<0>", printable(text, len(text)))
    for meant, entity in _ENTITIES.items():
        text = text.replace(meant, entity)
    return text


def _headline(result: Result) -> str:
    return f"{TYPE_LABELS[result['type']]}, {range_of(result)}: {span_of(result)}"


def _table(table: Sheet) -> Iterator[str]:
    names = [escaped(printable(column.label, LONGEST_NAME)) for column in table.columns]
    yield _row(["Metric", *names])
    yield _row(["---", *("---:" for _ in names)])
    for section in table.sections:
        yield _row([f"**{section.group.label}**", *("" for _ in names)])
        for row in section.rows:
            # A failed node has one cell a group, which says why; here the notes do.
            sound = (cell for cell in row.cells if not cell.error)
            texts = ["failed" if column.error else _text(next(sound)) for column in table.columns]
            yield _row([row.metric.label, *texts])


def _text(cell: Cell) -> str:
    value = f"{cell.number} {cell.unit}".strip()
    if cell.mark == "best":
        return f"★ {value}"
    beside = cell.gap or ("" if cell.number == NO_VALUE else cell.word)
    return f"{value} ({beside})" if beside else value


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _section(heading: str, lines: Iterator[str]) -> list[str]:
    found = list(lines)
    return ["", f"**{heading}**", "", *(f"- {line}" for line in found)] if found else []


def _basis_lines(result: Result, labels: Mapping[str, str]) -> Iterator[str]:
    for basis in bases(result, labels):
        if not basis.error:
            span = f", {basis.span}" if basis.span else ""
            yield f"{escaped(basis.name)}: {basis.events}{f' ({basis.method})' if basis.method else ''}{span}"


def _remarks(result: Result, labels: Mapping[str, str]) -> Iterator[str]:
    remarks = {
        labels.get(node["name"], node["name"]): [node["error"]] if node["error"] else node["notes"]
        for node in result["nodes"]
    }
    for each in said(remarks):
        about = "All nodes" if each.of_all else ", ".join(map(escaped, each.nodes))
        yield f"{about}: {' '.join(map(escaped, each.sentences))}"
