"""Bar charts of a group of metrics, as plain numbers that a template writes as SVG.

Lengths across are per cent of the chart's width and lengths down are pixels: text keeps its size
on every screen, and nothing needs a script or a style of its own.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comparison.metrics import Group, Metric
from comparison.ranks import ranks
from comparison.units import shown

MOST_BARS = 10  # per metric; of more nodes only those at the two ends of the scale are drawn
PLOT_LEFT, PLOT_RIGHT = 34.0, 72.0
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
    drawn: bool = False
    best: bool = False


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
    strips: list[Strip]
    low: str
    high: str
    cut: bool


@dataclass(frozen=True)
class Scale:
    low: float
    high: float

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return PLOT_LEFT + share * (PLOT_RIGHT - PLOT_LEFT)

    def span(self, value: float) -> tuple[float, float]:
        """Left edge and width of a bar from zero, or from the axis where that begins above zero."""
        zero = min(max(0.0, self.low), self.high)
        left, right = sorted((self.at(zero), self.at(value)))
        return round(left, 2), round(right - left, 2)


def chart(
    group: Group, metrics: Sequence[Metric], result: Mapping[str, Any], labels: Mapping[str, str]
) -> Chart | None:
    """The chart of a group, None where no node has a value."""
    values = [value for metric in metrics for value in _values(metric, result).values() if value is not None]
    if not values:
        return None
    scale = scale_of(values, percent=metrics[0].unit == "%")
    strips, top = [], 0
    for metric in metrics:
        strip = _strip(metric, result, labels, scale, top, titled=len(metrics) > 1)
        strips.append(strip)
        top = strip.bars[-1].top + BAR_HEIGHT + SPACE
    low, high = (str(shown(metrics[0], edge)) for edge in (scale.low, scale.high))
    cut = scale.low > 0
    return Chart(group.key, group.label, _description(result, cut, low), top + AXIS_HEIGHT, strips, low, high, cut)


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


def _strip(
    metric: Metric, result: Mapping[str, Any], labels: Mapping[str, str], scale: Scale, top: int, titled: bool
) -> Strip:
    best = {name for name, rank in ranks(result["rankings"].get(metric.key, [])).items() if rank.best}
    below = top + (TITLE_HEIGHT if titled else 0)
    bars = []
    for position, (name, value) in enumerate(_ends(_values(metric, result))):
        bar = Bar(labels.get(name, name), str(shown(metric, value)), below + position * BAR_HEIGHT, best=name in best)
        if value is not None:
            left, width = scale.span(value)
            bar = Bar(bar.label, bar.text, bar.top, left, width, drawn=True, best=bar.best)
        bars.append(bar)
    return Strip(metric.label if titled else "", top, bars)


def _values(metric: Metric, result: Mapping[str, Any]) -> dict[str, float | None]:
    return {node["name"]: node["metrics"].get(metric.key) for node in result["nodes"]}


def _ends(values: Mapping[str, float | None]) -> list[tuple[str, float | None]]:
    """All nodes in their order; of too many the highest and the lowest, sorted."""
    if len(values) <= MOST_BARS:
        return list(values.items())
    known = sorted((item for item in values.items() if item[1] is not None), key=lambda item: -(item[1] or 0))
    half = MOST_BARS // 2
    chosen = known if len(known) <= MOST_BARS else known[:half] + known[-half:]
    return [*chosen] or [(name, None) for name in list(values)[:1]]


def _description(result: Mapping[str, Any], cut: bool, low: str) -> str:
    count = len(result["nodes"])
    drawn = f"The {MOST_BARS // 2} highest and {MOST_BARS // 2} lowest of {count} nodes" if count > MOST_BARS else ""
    begin = f"bars begin at {low}" if cut else ""
    return "; ".join(filter(None, (drawn, begin)))
