"""A result as rows and columns for people: metrics down, nodes across, grouped as in the registry."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from comparison.basis import caveat
from comparison.charts import Chart, chart
from comparison.explained import explained
from comparison.groups import Group, groups_of
from comparison.metrics import Metric
from comparison.ranks import Rank, Standing, ranks, standings
from comparison.result import Result, Value
from comparison.units import gap, ordinal, shown
from comparison.window import parse_range
from nodes.models import Node

NodeDict = Mapping[str, Any]
TOO_SHORT = "range too short"


@dataclass(frozen=True)
class Cell:
    """`word` stands beside the value: its place, or why it has none; `mark` is "best", "last" or empty."""

    number: str
    unit: str = ""
    word: str = ""
    gap: str = ""
    mark: str = ""
    # A failed node has one cell a group, as high as the group.
    rows: int = 0
    error: str = ""


@dataclass(frozen=True)
class Row:
    metric: Metric
    cells: list[Cell]

    @property
    def explained(self) -> list[tuple[str, str]]:
        return explained(self.metric)


@dataclass(frozen=True)
class Section:
    group: Group
    rows: list[Row]
    chart: Chart | None


@dataclass(frozen=True)
class Column:
    name: str
    label: str
    error: str
    limited: bool
    standing: Standing


@dataclass(frozen=True)
class Sheet:
    columns: list[Column]
    sections: list[Section]

    @property
    def has_charts(self) -> bool:
        return any(section.chart for section in self.sections)


def labels_of(nodes: Iterable[Node]) -> dict[str, str]:
    """What to call each node, by name: its label, with the name behind it where another one is called the same."""
    chosen = list(nodes)
    uses = Counter(str(node) for node in chosen)
    return {node.name: str(node) if uses[str(node)] == 1 else f"{node} ({node.name})" for node in chosen}


def sheet(result: Result, labels: Mapping[str, str]) -> Sheet:
    pairs = zip(result["nodes"], standings(result), strict=True)
    columns = [_column(node, standing, labels) for node, standing in pairs]
    return Sheet(columns, [_section(group, metrics, result, labels) for group, metrics in groups_of(result["type"])])


def _column(node: NodeDict, standing: Standing, labels: Mapping[str, str]) -> Column:
    name = node["name"]
    return Column(name, labels.get(name, name), node["error"] or "", node["basis"]["limited"], standing)


def _section(group: Group, metrics: tuple[Metric, ...], result: Result, labels: Mapping[str, str]) -> Section:
    first, *others = metrics
    rows = [_row(first, result, height=len(metrics)), *(_row(metric, result) for metric in others)]
    return Section(group, rows, chart(group, metrics, result, labels))


def _row(metric: Metric, result: Result, height: int = 0) -> Row:
    """`height` is that of a failed node's cell, which spans the group; 0 below its first row."""
    ranking = result["rankings"].get(metric.key, [])
    places = ranks(ranking)
    values = {node["name"]: node["metrics"].get(metric.key) for node in result["nodes"]}
    best = values[ranking[0][0]] if places else None
    missing = TOO_SHORT if parse_range(result["range"]) <= metric.too_short else ""
    cells: list[Cell] = []
    for node in result["nodes"]:
        if not node["error"]:
            cells.append(_cell(metric, node, places, best, missing))
        elif height:
            cells.append(Cell("", rows=height, error=node["error"]))
    return Row(metric, cells)


def _cell(metric: Metric, node: NodeDict, places: Mapping[str, Rank], best: Value, missing: str) -> Cell:
    value = node["metrics"].get(metric.key)
    text = shown(metric, value)
    rank = places.get(node["name"])
    if value is None or best is None or rank is None:
        word = missing if value is None else _word(metric, node, others_ranked=bool(places))
        return Cell(text.number, text.unit, word)
    mark = "best" if rank.best else "last" if rank.last else ""
    word = "equal" if rank.equal else ordinal(rank.place)
    # What counts as equal need not be the same to the minute.
    return Cell(text.number, text.unit, word, "" if rank.place == 1 else gap(metric, value, best), mark)


def _word(metric: Metric, node: NodeDict, others_ranked: bool) -> str:
    return caveat(metric.key, node) or ("not ranked" if metric.better and others_ranked else "")
