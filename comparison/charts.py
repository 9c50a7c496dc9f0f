"""Dot plots of a group of metrics over all nodes, as plain numbers that a template writes as SVG.

A few nodes have a row each, named and with their value; of many, all dots of a metric share one row, those that would
hide one another stand in columns, and the two ends are named. Lengths across are per cent of the chart's width and
lengths down are pixels: text keeps its size on every screen, and nothing needs a script or a style of its own.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from comparison.basis import NOT_RECORDED, caveat
from comparison.groups import Group
from comparison.metrics import Metric
from comparison.ranks import Rank, ranks
from comparison.result import Result, Value
from comparison.units import counted, shown

MOST_ROWS = 10  # nodes that have a row each
ROWS_LEFT, ROWS_RIGHT = 35.0, 74.0
CROWD_LEFT, CROWD_RIGHT = 2.0, 98.0
TITLE_HEIGHT, ROW_HEIGHT, SPACE, AXIS_HEIGHT = 22, 20, 8, 22
CROWD_HEIGHT, COLUMN_HEIGHT, ENDS_HEIGHT = 56, 36, 20
COLUMN_WIDTH = 2.5  # per cent: dots that are nearer to one another would hide each other on a small screen
DOT_HEIGHT = 10

# Where the axis of percentages may begin when all are close to 100: from 0 they would look the same.
_FLOORS = (99, 95, 90, 80, 50)


@dataclass(frozen=True)
class Dot:
    """One node; `x` is None where it has no value. `y` and `top` are of the dot's middle and of its row's text."""

    label: str
    text: str
    top: int
    y: float
    x: float | None
    mark: str = ""  # "best", "shared" of many that are best, "unranked" where others are ranked, or empty


@dataclass(frozen=True)
class Strip:
    """One metric. Only of many nodes it has `ends`: in words, what the lowest and the highest are."""

    title: str
    top: int
    dots: list[Dot]
    bottom: int
    base: int = 0
    ends: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Chart:
    key: str
    title: str
    description: str
    height: int
    axis: int
    strips: list[Strip]
    titled: bool
    low: str
    high: str
    crowd: bool
    left: float
    right: float


@dataclass(frozen=True)
class Scale:
    low: float
    high: float

    def share(self, value: float) -> float:
        """How far up the scale a value is: 0 at its low end, 1 at its high end."""
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class _Plot:
    """What all strips of a chart have in common."""

    result: Result
    labels: Mapping[str, str]
    scale: Scale
    left: float
    right: float

    def x(self, value: float) -> float:
        return round(self.left + self.scale.share(value) * (self.right - self.left), 2)


def chart(group: Group, metrics: Sequence[Metric], result: Result, labels: Mapping[str, str]) -> Chart | None:
    """The chart of a group, None where no node has a value."""
    valued = [metric for metric in metrics if _ordered(metric, result)]
    if not valued:
        return None
    scale = scale_of([value for metric in valued for _, value in _ordered(metric, result)], valued[0].unit == "%")
    crowd = len(result["nodes"]) > MOST_ROWS
    left, right = (CROWD_LEFT, CROWD_RIGHT) if crowd else (ROWS_LEFT, ROWS_RIGHT)
    plot, make = _Plot(result, labels, scale, left, right), _crowd if crowd else _rows
    titled = len(metrics) > 1
    strips: list[Strip] = []
    bottom = 0
    for metric in valued:
        strips.append(make(metric, plot, bottom + (TITLE_HEIGHT if titled else 0)))
        bottom = strips[-1].bottom + SPACE
    low, high = _edge(valued[0], scale.low), _edge(valued[0], scale.high)
    return Chart(
        key=group.key,
        title=group.label,
        description=f"the axis begins at {low}" if scale.low > 0 else "",
        height=bottom + AXIS_HEIGHT,
        axis=bottom,
        strips=strips,
        titled=titled,
        low=low,
        high=high,
        crowd=crowd,
        left=left,
        right=right,
    )


def _edge(metric: Metric, value: float) -> str:
    """An end of the axis is a round number: no decimals that say nothing."""
    text = shown(metric, value)
    number = text.number.rstrip("0").rstrip(".") if "." in text.number else text.number
    return f"{number} {text.unit}".strip()


def scale_of(values: Sequence[float], percent: bool) -> Scale:
    """From zero, except for percentages that are all near 100; always wider than nothing."""
    least, most = min(values), max(values)
    if percent and (floor := _floor(least)):
        return Scale(floor, 100)
    low, high = -_round_up(-least) if least < 0 else 0.0, _round_up(most) if most > 0 else 0.0
    return Scale(low, min(high, 100) if percent else high) if high > low else Scale(0, 1)


def _floor(least: float) -> int:
    """The highest floor that leaves the lowest value a tenth of the width."""
    return next((floor for floor in _FLOORS if (least - floor) * 10 >= 100 - floor), 0)


def _round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 4, 5, 6, 8, 10, times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= value * (1 - 1e-9))


def _rows(metric: Metric, plot: _Plot, top: int) -> Strip:
    """A row for each node, in their order."""
    places = ranks(plot.result["rankings"].get(metric.key, []))
    silent = _silent(metric, plot.result)
    dots = []
    for position, (name, value) in enumerate(_values(metric, plot.result).items()):
        row = top + position * ROW_HEIGHT
        text = NOT_RECORDED if name in silent else str(shown(metric, value))
        x = None if value is None or name in silent else plot.x(value)
        dots.append(Dot(plot.labels.get(name, name), text, row, row + ROW_HEIGHT / 2, x, _mark(name, places)))
    return Strip(metric.label, top, dots, top + len(dots) * ROW_HEIGHT)


def _crowd(metric: Metric, plot: _Plot, top: int) -> Strip:
    """All nodes that have a value in one row, from the lowest on; equal ones above one another."""
    places = ranks(plot.result["rankings"].get(metric.key, []))
    ordered = _ordered(metric, plot.result)
    columns = Counter(_column(plot.x(value)) for _, value in ordered)
    base = top + CROWD_HEIGHT - DOT_HEIGHT
    below: Counter[int] = Counter()
    dots = []
    for name, value in ordered:
        x, label = plot.x(value), plot.labels.get(name, name)
        column = _column(x)
        step = min(DOT_HEIGHT, COLUMN_HEIGHT / max(columns[column] - 1, 1))
        y = round(base - below[column] * step, 1)
        below[column] += 1
        dots.append(Dot(label, f"{label}: {shown(metric, value)}", top, y, x, _mark(name, places)))
    dots = _with_one_star(dots)
    bottom = top + CROWD_HEIGHT + ENDS_HEIGHT
    return Strip(metric.label, top, dots, bottom, base + DOT_HEIGHT // 2, _named_ends(metric, ordered, plot.labels))


def _ordered(metric: Metric, result: Result) -> list[tuple[str, int | float]]:
    """The nodes that have a value, from the lowest on."""
    silent = _silent(metric, result)
    values = {name: value for name, value in _values(metric, result).items() if value is not None}
    return sorted(((name, value) for name, value in values.items() if name not in silent), key=lambda item: item[1])


def _with_one_star(dots: Sequence[Dot]) -> list[Dot]:
    """Of the best that are above one another the topmost has it."""
    top = next((dot for dot in reversed(dots) if dot.mark == "best"), None)
    return [replace(dot, mark="shared") if dot.mark == "best" and dot is not top else dot for dot in dots]


def _silent(metric: Metric, result: Result) -> set[str]:
    """The nodes whose log does not tell what the metric counts."""
    return {node["name"] for node in result["nodes"] if caveat(metric.key, node) == NOT_RECORDED}


def _column(x: float) -> int:
    return int(x // COLUMN_WIDTH)


def _named_ends(metric: Metric, ordered: Sequence[tuple[str, int | float]], labels: Mapping[str, str]) -> list[str]:
    """The lowest and the highest, each with its value; one where all are equal."""
    lowest, highest = ordered[0][1], ordered[-1][1]
    return [_named_end(metric, value, ordered, labels) for value in dict.fromkeys((lowest, highest))]


def _named_end(
    metric: Metric, end: int | float, ordered: Sequence[tuple[str, int | float]], labels: Mapping[str, str]
) -> str:
    names = [labels.get(name, name) for name, value in ordered if value == end]
    who = names[0] if len(names) == 1 else counted(len(names), "node")
    return f"{shown(metric, end)}, {who}"


def _mark(name: str, places: Mapping[str, Rank]) -> str:
    if not places:
        return ""
    return "unranked" if name not in places else "best" if places[name].best else ""


def _values(metric: Metric, result: Result) -> dict[str, Value]:
    return {node["name"]: node["metrics"].get(metric.key) for node in result["nodes"]}
