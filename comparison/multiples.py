"""Small multiples: for each measure one little line chart a node, all of one scale, as paths that a template writes.

A path is in a box of its own that is stretched to the room there is; its lines keep their width.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from comparison.basis import caveat, window_of
from comparison.charts import Scale, scale_of
from comparison.detailed import Detailed, Steps, detailed, steps_of
from comparison.many import MANY
from comparison.marks import HEIGHT, WIDTH, Marked, Marks
from comparison.picture_table import PictureTable
from comparison.ranks import standings
from comparison.result import Result, Value
from comparison.units import counted, volume
from nodes.display import NO_VALUE, size

MOST_DRAWN = MANY  # nodes; the tables have the others
_ALONE = 0.8  # how far a value between two gaps reaches to both sides: without a length it could not be seen

Values = Sequence[Value]


@dataclass(frozen=True)
class Measure:
    """What one figure shows: one line, or the two percentiles of a latency."""

    title: str
    keys: tuple[str, ...]
    unit: str
    write: Callable[[Value], str]
    names: tuple[str, ...] = ("",)

    def together(self, values: Sequence[Value]) -> str:
        """The values of all lines at one step, with the unit once."""
        if len(values) == 1:
            return self.write(values[0])
        if all(value is None for value in values):
            return NO_VALUE
        *others, last = map(self.write, values)
        return " / ".join([*(text.removesuffix(f" {self.unit}") for text in others), last])


@dataclass(frozen=True)
class Curve:
    path: str
    dashed: bool


@dataclass(frozen=True)
class Panel:
    """One node in one figure; `latest` is its last value, `description` stands for the drawing.

    `caveat` is the word beside values that say less than the figure's title.
    """

    label: str
    latest: str
    caveat: str
    description: str
    curves: list[Curve]
    marks: Marks | None = None


@dataclass(frozen=True)
class Figure:
    title: str
    low: str
    high: str
    panels: list[Panel]


@dataclass(frozen=True)
class Multiples:
    steps: Steps
    cut: str
    figures: list[Figure]
    drawn: int
    nodes: int
    marks: PictureTable | None = None


def percent(value: Value) -> str:
    return NO_VALUE if value is None else f"{value:.2f} %"


def milliseconds(value: Value) -> str:
    return NO_VALUE if value is None else f"{value:,} ms"


# The ends of a scale are round numbers: no decimals that say nothing.
_EDGES: dict[str, Callable[[float], str]] = {
    "%": lambda value: f"{value:g} %",
    "ms": lambda value: f"{value:,.10g} ms",
    "bytes": lambda value: size(int(value)),
}
_PERCENTILES = ("50 % within", "95 % within")
MEASURES = (
    Measure("Downloads: success rate", ("success_rate_download",), "%", percent),
    Measure("Uploads: success rate", ("success_rate_upload",), "%", percent),
    Measure(
        "Download latency", ("latency_download_p50_ms", "latency_download_p95_ms"), "ms", milliseconds, _PERCENTILES
    ),
    Measure("Upload latency", ("latency_upload_p50_ms", "latency_upload_p95_ms"), "ms", milliseconds, _PERCENTILES),
    Measure("Egress", ("egress_bytes",), "bytes", volume),
    Measure("Ingress", ("ingress_bytes",), "bytes", volume),
)


def multiples(result: Result, labels: Mapping[str, str], marked: Marked | None = None) -> Multiples | None:
    """None where no node has a series."""
    nodes = detailed(result, labels)
    steps = steps_of(nodes)
    if steps is None:
        return None
    chosen = ends(nodes, result)
    marks = marked.of if marked else {}
    figures = [figure for measure in MEASURES if (figure := _figure(measure, chosen, marks))]
    table = marked.table if marked else None
    return Multiples(steps, steps.cut(window_of(result)), figures, len(chosen), len(nodes), table)


def series_of(node: Detailed, measure: Measure) -> list[Values]:
    return [node.details["series"][key] for key in measure.keys]


def ends(nodes: Sequence[Detailed], result: Result) -> Sequence[Detailed]:
    """All nodes; of too many those that are most often last, and most often best, in their order."""
    if len(nodes) <= MOST_DRAWN:
        return nodes
    names = {node.name for node in nodes}
    standing = [each for each in standings(result) if each.name in names]
    last = sorted(standing, key=lambda each: -each.last)[: MOST_DRAWN // 2]
    others = [each for each in standing if each not in last]
    best = sorted(others, key=lambda each: -each.best)[: MOST_DRAWN - len(last)]
    chosen = {each.name for each in (*last, *best)}
    return [node for node in nodes if node.name in chosen]


def _figure(measure: Measure, nodes: Sequence[Detailed], marks: Mapping[str, Marks]) -> Figure | None:
    """None where no node has a value."""
    values = [value for node in nodes for series in series_of(node, measure) for value in series if value is not None]
    if not values:
        return None
    scale = scale_of(values, measure.unit == "%")
    panels = [_panel(measure, node, scale, marks.get(node.name)) for node in nodes]
    edge = _EDGES[measure.unit]
    return Figure(measure.title, edge(scale.low), edge(scale.high), panels)


def _panel(measure: Measure, node: Detailed, scale: Scale, marks: Marks | None) -> Panel:
    every = series_of(node, measure)
    curves = [Curve(path(series, scale), dashed=index > 0) for index, series in enumerate(every)]
    told = [_told(name, series, measure.write) for name, series in zip(measure.names, every, strict=True)]
    latest = measure.together([known[-1] if known else None for known in map(_known, every)])
    word = caveat(measure.keys[0], node.node)
    if marks:
        told.append(marks.description)
    description = f"{node.label}{f', {word}' if word else ''}: {'; '.join(told)}."
    return Panel(node.label, latest, word, description, curves, marks)


def _told(name: str, series: Values, write: Callable[[Value], str]) -> str:
    """The line in words: its lowest, highest and last value, and of how many of its steps it has any."""
    known = _known(series)
    if not known:
        return f"{name} no values".lstrip()
    ends = f"lowest {write(min(known))}, highest {write(max(known))}, last {write(known[-1])}"
    gaps = len(series) - len(known)
    without = f", {counted(gaps, 'step')} without a value" if gaps else ""
    return f"{name} {ends}{without}".lstrip()


def _known(series: Values) -> list[int | float]:
    return [value for value in series if value is not None]


def path(series: Values, scale: Scale) -> str:
    """The line of these values, broken wherever there is none. Each value is in the middle of its step."""
    wide = WIDTH / max(len(series), 1)
    points = [(wide * (index + 0.5), value) for index, value in enumerate(series)]
    return "".join(
        _stretch([(x, HEIGHT * (1 - scale.share(value))) for x, value in stretch], min(_ALONE, wide / 2.5))
        for stretch in _unbroken(points)
    )


def _unbroken(points: Sequence[tuple[float, Value]]) -> Iterator[list[tuple[float, int | float]]]:
    for known, group in groupby(points, key=lambda point: point[1] is not None):
        if known:
            yield [(x, value) for x, value in group if value is not None]


def _stretch(points: Sequence[tuple[float, float]], alone: float) -> str:
    if len(points) == 1:
        x, y = points[0]
        points = [(x - alone, y), (x + alone, y)]
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points)


def _short(number: float) -> str:
    """One decimal, and none where it is zero: there are thousands of these on a page."""
    return f"{number:.1f}".removesuffix(".0")
