"""Bar charts of a group of metrics, as plain numbers that a template writes as SVG.

Lengths across are per cent of the chart's width and lengths down are pixels: text keeps its size
on every screen, and nothing needs a script or a style of its own.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from comparison.basis import NOT_RECORDED, caveat
from comparison.groups import Group
from comparison.metrics import Metric
from comparison.ranks import ranks
from comparison.result import Result, Value
from comparison.units import shown

MOST_BARS = 10  # per metric; of more nodes only those at the two ends of the scale are drawn
PLOT_LEFT, PLOT_RIGHT = 34.0, 74.0
TITLE_HEIGHT, BAR_HEIGHT, SPACE, AXIS_HEIGHT = 22, 20, 8, 22

# Where bars of percentages may begin when all are close to 100: from 0 they would look the same.
_FLOORS = (99, 95, 90, 80, 50)


@dataclass(frozen=True)
class Bar:
    label: str
    text: str
    top: int
    left: float = 0.0
    width: float = 0.0
    mark: str = ""  # "best", "unranked" where others are ranked, or empty


@dataclass(frozen=True)
class Strip:
    """The bars of one metric."""

    title: str
    top: int
    bars: list[Bar]


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
    cut: bool  # the bars do not begin at zero


@dataclass(frozen=True)
class Scale:
    low: float
    high: float

    def share(self, value: float) -> float:
        """How far up the scale a value is: 0 at its low end, 1 at its high end."""
        return (value - self.low) / (self.high - self.low)

    def at(self, value: float) -> float:
        return PLOT_LEFT + self.share(value) * (PLOT_RIGHT - PLOT_LEFT)

    def span(self, value: float) -> tuple[float, float]:
        """Left edge and width of a bar from zero, or from the axis where that begins above zero."""
        zero = min(max(0.0, self.low), self.high)
        left, right = sorted((self.at(zero), self.at(value)))
        return round(left, 2), round(right - left, 2)


def chart(group: Group, metrics: Sequence[Metric], result: Result, labels: Mapping[str, str]) -> Chart | None:
    """The chart of a group, None where no node has a value."""
    valued = [metric for metric in metrics if _known(metric, result)]
    if not valued:
        return None
    percent = valued[0].unit == "%"
    scale = scale_of([value for metric in valued for value in _known(metric, result)], percent)
    titles = TITLE_HEIGHT if len(metrics) > 1 else 0
    strips: list[Strip] = []
    bottom = 0
    for metric in valued:
        strips.append(_strip(metric, result, labels, scale, bottom + titles))
        bottom = strips[-1].bars[-1].top + BAR_HEIGHT + SPACE
    low, high = _edge(valued[0], scale.low), _edge(valued[0], scale.high)
    cut = scale.low > 0
    return Chart(
        key=group.key,
        title=group.label,
        description=_description(result, f"bars begin at {low}" if cut else ""),
        height=bottom + AXIS_HEIGHT,
        axis=bottom,
        strips=strips,
        titled=bool(titles),
        low=low,
        high=high,
        cut=cut,
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
    """The highest floor that leaves the shortest bar a tenth of the width."""
    return next((floor for floor in _FLOORS if (least - floor) * 10 >= 100 - floor), 0)


def _round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 4, 5, 6, 8, 10, times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= value * (1 - 1e-9))


def _strip(metric: Metric, result: Result, labels: Mapping[str, str], scale: Scale, top: int) -> Strip:
    places = ranks(result["rankings"].get(metric.key, []))
    silent = {node["name"] for node in result["nodes"] if caveat(metric.key, node) == NOT_RECORDED}
    bars = []
    for position, (name, value) in enumerate(_ends(_values(metric, result))):
        left, width = (0.0, 0.0) if value is None else scale.span(value)
        text = NOT_RECORDED if name in silent else str(shown(metric, value))
        mark = "best" if name in places and places[name].best else "unranked" if places and name not in places else ""
        bars.append(Bar(labels.get(name, name), text, top + position * BAR_HEIGHT, left, width, mark))
    return Strip(metric.label, top, bars)


def _values(metric: Metric, result: Result) -> dict[str, Value]:
    return {node["name"]: node["metrics"].get(metric.key) for node in result["nodes"]}


def _known(metric: Metric, result: Result) -> list[int | float]:
    return [value for value in _values(metric, result).values() if value is not None]


def _ends(values: Mapping[str, Value]) -> list[tuple[str, Value]]:
    """All nodes in their order; of too many only the highest and the lowest, sorted."""
    if len(values) <= MOST_BARS:
        return list(values.items())
    known = [(name, value) for name, value in values.items() if value is not None]
    known.sort(key=lambda item: item[1], reverse=True)
    half = MOST_BARS // 2
    return [*known] if len(known) <= MOST_BARS else [*known[:half], *known[-half:]]


def _description(result: Result, beginning: str) -> str:
    count = len(result["nodes"])
    ends = f"the {MOST_BARS // 2} highest and {MOST_BARS // 2} lowest of {count} nodes"
    return "; ".join(filter(None, (ends if count > MOST_BARS else "", beginning)))
