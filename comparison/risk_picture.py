"""How far each node is from disqualification and suspension, satellite by satellite, as bars on the whole scale."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comparison.multiples import MOST_DRAWN
from comparison.result import Result
from comparison.summary import FEW, FEW_HOURS
from nodes.display import NO_VALUE
from nodes.known import printable

ROW_HEIGHT, HEAD_HEIGHT = 22, 22
LEFT, WIDTH = 30.0, 70.0  # per cent of the picture
_NUMBER, _GAP = 0.55, 0.03  # of a column's width: the number, which stands before its bar, and what is left empty
MOST_SATELLITES = 6


@dataclass(frozen=True)
class Cell:
    """A bar from `x` on, in per cent of the picture, behind a number that ends at `right`; `bad`: little is left."""

    x: float
    width: float
    text: str
    right: float
    bad: bool


@dataclass(frozen=True)
class RiskRow:
    label: str
    top: int
    cells: list[Cell]


@dataclass(frozen=True)
class RiskChart:
    key: str
    title: str
    full: str
    heads: list[tuple[str, float]]
    rows: list[RiskRow]
    description: str

    @property
    def height(self) -> int:
        return HEAD_HEIGHT + len(self.rows) * ROW_HEIGHT


@dataclass(frozen=True)
class RiskPicture:
    charts: list[RiskChart]
    drawn: int
    nodes: int


@dataclass(frozen=True)
class _Measure:
    """`most` is what a flawless node has left."""

    key: str
    title: str
    most: int
    few: int
    unit: str


_MEASURES = (
    _Measure("audit_failures_left", "Audit failures left", 41, FEW, ""),
    _Measure("offline_hours_left", "Hours left to be offline", 288, FEW_HOURS, " h"),
)


def risk_picture(result: Result, labels: Mapping[str, str]) -> RiskPicture | None:
    """None where no satellite has told anything; of many nodes those that are nearest to a limit are drawn."""
    nodes = [node for node in result["nodes"] if (node.get("risk") or {}).get("satellites")]
    satellites = _satellites(nodes)
    order = {node["name"]: place for place, node in enumerate(nodes)}
    chosen = sorted(sorted(nodes, key=_nearness)[:MOST_DRAWN], key=lambda node: order[node["name"]])
    charts = [chart for measure in _MEASURES if (chart := _chart(measure, chosen, satellites, labels))]
    return RiskPicture(charts, len(chosen), len(nodes)) if charts else None


def _satellites(nodes: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Names by id, in the order in which the nodes have them."""
    found = {each["satellite"]: printable(each["name"]) for node in nodes for each in node["risk"]["satellites"]}
    return dict(list(found.items())[:MOST_SATELLITES])


def _nearness(node: Mapping[str, Any]) -> float:
    """The least that is left of any measure on any satellite, as a share of all there can be."""
    shares = [
        each[measure.key] / measure.most
        for each in node["risk"]["satellites"]
        for measure in _MEASURES
        if each[measure.key] is not None
    ]
    return min(shares, default=2.0)


def _chart(
    measure: _Measure, nodes: Sequence[Mapping[str, Any]], satellites: Mapping[str, str], labels: Mapping[str, str]
) -> RiskChart | None:
    """None where it is not known of any node."""
    known = [each[measure.key] for node in nodes for each in node["risk"]["satellites"]]
    if all(value is None for value in known):
        return None
    rows = [_row(measure, place, node, satellites, labels) for place, node in enumerate(nodes)]
    column = WIDTH / len(satellites)
    heads = [(name, round(LEFT + (place + _NUMBER) * column, 2)) for place, name in enumerate(satellites.values())]
    told = " ".join(f"{row.label}: {_told(row, list(satellites.values()))}." for row in rows)
    return RiskChart(measure.key, measure.title, f"{measure.most}{measure.unit}", heads, rows, told)


def _row(
    measure: _Measure, place: int, node: Mapping[str, Any], satellites: Mapping[str, str], labels: Mapping[str, str]
) -> RiskRow:
    values = {each["satellite"]: each[measure.key] for each in node["risk"]["satellites"]}
    column = WIDTH / len(satellites)
    cells = [_cell(measure, values.get(id), LEFT + at * column, column) for at, id in enumerate(satellites)]
    return RiskRow(labels.get(node["name"], node["name"]), HEAD_HEIGHT + place * ROW_HEIGHT, cells)


def _cell(measure: _Measure, value: int | None, left: float, column: float) -> Cell:
    right = left + column * _NUMBER
    room = column * (1 - _NUMBER - 2 * _GAP)
    share = 0.0 if value is None else min(value / measure.most, 1.0)
    text = NO_VALUE if value is None else f"{value:,}"
    bad = value is not None and value <= measure.few
    return Cell(round(right + column * _GAP, 2), round(room * share, 2), text, round(right, 2), bad)


def _told(row: RiskRow, names: Sequence[str]) -> str:
    return ", ".join(f"{name} {cell.text}" for name, cell in zip(names, row.cells, strict=True))
