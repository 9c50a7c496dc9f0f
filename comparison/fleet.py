"""Many nodes as rows of one table: sorted by any metric, with the columns and the nodes that somebody asks for."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.http import QueryDict

from comparison.many import MANY
from comparison.metrics import Metric, metrics_of
from comparison.present import NodeDict
from comparison.ranks import ranks
from comparison.result import Result, Value
from comparison.units import shown
from nodes.known import natural_order

FIELDS = ("view", "sort", "column", "q")
SHEET, FLEET = "sheet", "fleet"
NAME = "name"
UNRANKED = "unranked"
FEW_METRICS = 9  # columns that are shown unless others are asked for
# Units in which the sum over nodes is a figure of the fleet; of the others only the median says anything.
_ADDED = ("bytes", "bytes/day", "USD")

Query = Callable[..., str]


@dataclass(frozen=True)
class FleetFields:
    """As they came: `sort` is a metric's key or “name”, with “-” before it for the largest first."""

    view: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    search: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> "FleetFields":
        return cls(query.get("view", ""), query.get("sort", ""), tuple(query.getlist("column")), query.get("q", ""))

    def query(self) -> dict[str, str | tuple[str, ...]]:
        return {"view": self.view, "sort": self.sort, "column": self.columns, "q": self.search}

    def is_for(self, nodes: int) -> bool:
        return self.view == FLEET or (self.view != SHEET and nodes > MANY)


@dataclass(frozen=True)
class Head:
    """`query` sorts by this column, the other way round where it is sorted by it; `direction` is for aria-sort."""

    key: str
    label: str
    query: str
    direction: str = ""


@dataclass(frozen=True)
class FleetCell:
    number: str
    unit: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Line:
    label: str
    name: str
    cells: list[FleetCell]
    error: str = ""


@dataclass(frozen=True)
class Fleet:
    """`columns` are all metrics there are: key, label, whether shown. `hidden` nodes do not match the search."""

    heads: list[Head]
    lines: list[Line]
    summaries: list[tuple[str, list[FleetCell]]]
    columns: list[tuple[str, str, bool]]
    search: str
    hidden: int


def fleet(result: Result, called: Mapping[str, str], asked: FleetFields, query: Query) -> Fleet:
    """`called` is what to call nodes, by name; `query` gives the address of the same comparison with fields changed."""
    every = metrics_of(result["type"])
    chosen = [metric for metric in every if metric.key in asked.columns] or _usual(every, result)
    labels = {node["name"]: called.get(node["name"], node["name"]) for node in result["nodes"]}
    wanted = asked.search.strip().casefold()
    nodes = [
        node
        for node in result["nodes"]
        if any(wanted in name.casefold() for name in (labels[node["name"]], node["name"]))
    ]
    nodes = _sorted(nodes, labels, asked.sort)
    marks = {metric.key: _marks(result, metric) for metric in chosen}
    return Fleet(
        _heads(chosen, asked.sort, query),
        [_line(node, labels[node["name"]], chosen, marks) for node in nodes],
        _summaries(nodes, chosen, marks),
        [(metric.key, metric.label, metric in chosen) for metric in every],
        asked.search,
        len(result["nodes"]) - len(nodes),
    )


def _usual(every: Sequence[Metric], result: Result) -> list[Metric]:
    """The first that any node has a value of: a column of dashes tells nobody anything."""
    known = [m for m in every if any(node["metrics"].get(m.key) is not None for node in result["nodes"])]
    told_apart = [m for m in known if len({node["metrics"].get(m.key) for node in result["nodes"]}) > 1]
    return (told_apart or known or list(every))[:FEW_METRICS]


def _heads(chosen: Sequence[Metric], sort: str, query: Query) -> list[Head]:
    columns = [(NAME, "Node"), *((metric.key, _label(metric)) for metric in chosen)]
    return [_head(key, label, sort or NAME, query) for key, label in columns]


def _label(metric: Metric) -> str:
    return f"{metric.label}, {metric.unit}" if metric.unit == "USD/TB-month" else metric.label


def _head(key: str, label: str, sort: str, query: Query) -> Head:
    direction = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
    return Head(key, label, query(sort=f"-{key}" if direction == "ascending" else key), direction)


def _sorted(nodes: Sequence[NodeDict], labels: Mapping[str, str], sort: str) -> list[NodeDict]:
    """Nodes without the value stand last, whatever the direction; equal ones by their names."""
    key, is_falling = sort.removeprefix("-"), sort.startswith("-")
    by_name = sorted(nodes, key=lambda node: natural_order(labels[node["name"]]), reverse=is_falling and key == NAME)
    if key in ("", NAME):
        return by_name

    def place(node: NodeDict) -> float:
        value = node["metrics"].get(key)
        return math.inf if value is None else -value if is_falling else value

    return sorted(by_name, key=place)


def _marks(result: Result, metric: Metric) -> dict[str, str]:
    places = ranks(result["rankings"].get(metric.key, []))
    marks = {name: "best" if rank.best else "last" if rank.last else "" for name, rank in places.items()}
    if not places or not metric.better:
        return marks
    return marks | {node["name"]: UNRANKED for node in result["nodes"] if node["name"] not in places}


def _line(node: NodeDict, label: str, chosen: Sequence[Metric], marks: Mapping[str, Mapping[str, str]]) -> Line:
    cells = [
        _cell(metric, node["metrics"].get(metric.key), marks[metric.key].get(node["name"], "")) for metric in chosen
    ]
    return Line(label, node["name"], cells, node["error"] or "")


def _cell(metric: Metric, value: Value, mark: str = "") -> FleetCell:
    text = shown(metric, value)
    return FleetCell(text.number, text.unit, "" if value is None and mark == UNRANKED else mark)


def _summaries(
    nodes: Sequence[NodeDict], chosen: Sequence[Metric], marks: Mapping[str, Mapping[str, str]]
) -> list[tuple[str, list[FleetCell]]]:
    """Sums of what can be added up, and medians, over the nodes that have a value that means the same."""

    def value(node: NodeDict, metric: Metric) -> Value:
        return None if marks[metric.key].get(node["name"]) == UNRANKED else node["metrics"].get(metric.key)

    values = [[v for node in nodes if (v := value(node, metric)) is not None] for metric in chosen]
    pairs: list[tuple[Metric, list[Any]]] = list(zip(chosen, values, strict=True))
    sums = [_cell(metric, sum(each) if each and _adds_up(metric) else None) for metric, each in pairs]
    medians = [_cell(metric, metric.rounded(median(each)) if each else None) for metric, each in pairs]
    return [("Sum", sums), ("Median", medians)]


def _adds_up(metric: Metric) -> bool:
    return metric.unit in _ADDED or (metric.unit == "" and metric.sums_up)
