"""An hour-of-day by node map of cancel and fail rates: in which hours of the day a node loses races or has errors.

A cell's bar is as high as its rate, all of one map on one scale, so that it can be read without colour.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from comparison.actions import CANCELED, DOWNLOAD, FAILED, SUCCESS, UPLOAD
from comparison.basis import Span, attempts_left_out, cancels_recorded
from comparison.charts import scale_of
from comparison.measured import rounded_percent
from comparison.multiples import percent
from comparison.picture_table import PictureTable
from comparison.pictured import Attempts, HoursOfDay
from comparison.result import Result, Value
from nodes.rollups.codes import HOURS_A_DAY

CELL_HEIGHT = 16
_BAR = 0.8  # of a cell's width
_KINDS = ((CANCELED, "Canceled", "canceled-hours"), (FAILED, "Failed", "failed-hours"))


@dataclass(frozen=True)
class HourRow:
    label: str
    path: str
    text: str


@dataclass(frozen=True)
class HourMap:
    key: str
    title: str
    high: str
    rows: list[HourRow]
    table: PictureTable

    @property
    def description(self) -> str:
        return " ".join(f"{row.label}: {row.text}." for row in self.rows)


@dataclass(frozen=True)
class HourMaps:
    span: Span
    maps: list[HourMap]
    downloads_only: list[str]


def hour_maps(hours: HoursOfDay | None, result: Result, labels: Mapping[str, str]) -> HourMaps | None:
    """None where no node has a transfer in the span. Without nodes that are restricted to some satellites."""
    if hours is None:
        return None
    nodes = {
        node["name"]: node for node in result["nodes"] if node["name"] in hours.attempts and not attempts_left_out(node)
    }
    silent = {name for name, node in nodes.items() if not cancels_recorded(node)}
    maps = [_map(kind, nodes, silent if kind[0] == CANCELED else set(), hours, labels) for kind in _KINDS]
    found = [each for each in maps if each]
    return HourMaps(hours.span, found, [labels.get(name, name) for name in nodes if name in silent]) if found else None


def _map(
    kind: tuple[str, str, str],
    nodes: Mapping[str, object],
    downloads_only: set[str],
    hours: HoursOfDay,
    labels: Mapping[str, str],
) -> HourMap | None:
    status, title, key = kind
    rates = {
        labels.get(name, name): _rates(hours.attempts[name], status, alone=name in downloads_only) for name in nodes
    }
    known = [rate for row in rates.values() for rate in row if rate is not None]
    if not known:
        return None
    high = scale_of(known, percent=False).high
    head = ["Node", *(f"{hour:02}" for hour in range(HOURS_A_DAY))]
    table = PictureTable(
        f"{title} by hour of the day (UTC), in %",
        head,
        [(label, [percent(rate).removesuffix(" %") for rate in row]) for label, row in rates.items()],
    )
    rows = [HourRow(label, _path(row, high), _told(row)) for label, row in rates.items()]
    return HourMap(key, title, f"{high:g} %", rows, table)


def _rates(attempts: Attempts, status: str, alone: bool) -> list[Value]:
    """By hour of the day, of downloads and uploads, or of downloads `alone`; no value where there is no attempt."""
    actions = (DOWNLOAD,) if alone else (DOWNLOAD, UPLOAD)
    return [
        rounded_percent(
            sum(attempts[hour, action, status] for action in actions),
            sum(attempts[hour, action, each] for action in actions for each in (SUCCESS, CANCELED, FAILED)),
        )
        for hour in range(HOURS_A_DAY)
    ]


def _path(rates: list[Value], high: float) -> str:
    """A bar for each hour with a rate, from the row's base up; a rate of zero is a line on it."""
    bars = []
    for hour, rate in enumerate(rates):
        if rate is not None:
            tall = max(round(CELL_HEIGHT * rate / high, 1), 0.4)
            bars.append(f"M{hour + (1 - _BAR) / 2:.1f} {CELL_HEIGHT}v-{tall:g}h{_BAR}v{tall:g}z")
    return "".join(bars)


def _told(rates: list[Value]) -> str:
    known = [(rate, hour) for hour, rate in enumerate(rates) if rate is not None]
    if not known:
        return "no attempts"
    (low, at_low), (high, at_high) = min(known), max(known)
    without = HOURS_A_DAY - len(known)
    gaps = f", none in {without} hours" if without else ""
    return f"highest {percent(high)} at {at_high:02}:00, lowest {percent(low)} at {at_low:02}:00{gaps}"
