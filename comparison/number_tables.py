"""The numbers behind the small multiples: a table for each measure, steps of time down, nodes across."""

from collections.abc import Mapping
from dataclasses import dataclass

from comparison.detailed import Detailed, Steps, detailed, steps_of
from comparison.multiples import MEASURES, Measure, series_of
from comparison.result import Result
from nodes.display import NO_VALUE

MOST_LISTED = 40  # nodes: more make pages of megabytes


@dataclass(frozen=True)
class NumberTable:
    title: str
    names: str
    rows: list[tuple[str, list[str]]]


@dataclass(frozen=True)
class NumberTables:
    labels: list[str]
    tables: list[NumberTable]
    nodes: int


def number_tables(result: Result, labels: Mapping[str, str]) -> NumberTables | None:
    """None where no node has a series."""
    nodes = detailed(result, labels)
    steps = steps_of(nodes)
    if steps is None:
        return None
    listed = nodes[:MOST_LISTED]
    tables = [_table(measure, listed, steps) for measure in MEASURES]
    return NumberTables([node.label for node in listed], [table for table in tables if table.rows], len(nodes))


def _table(measure: Measure, nodes: list[Detailed], steps: Steps) -> NumberTable:
    """Without rows where no node has a value."""
    columns = [_column(measure, node) for node in nodes]
    if all(text == NO_VALUE for column in columns for text in column):
        columns = []
    rows = [(name, list(cells)) for name, *cells in zip(steps.names, *columns, strict=True)] if columns else []
    return NumberTable(measure.title, " / ".join(filter(None, measure.names)), rows)


def _column(measure: Measure, node: Detailed) -> list[str]:
    """A cell for each step; the percentiles of a latency share it."""
    return [measure.together(values) for values in zip(*series_of(node, measure), strict=True)]
