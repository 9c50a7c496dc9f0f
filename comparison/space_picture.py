"""The space of each node over the window: data, trash and what is free, and the growth to the day it is full.

The growth line is that of the metrics, so that picture and table agree: straight through the first and the last
snapshot in the window, and on from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from comparison.basis import Span, window_of
from comparison.detailed import Steps
from comparison.marks import HEIGHT, WIDTH
from comparison.multiples import MOST_DRAWN
from comparison.picture_table import PictureTable
from comparison.result import Result
from comparison.spans import moment_of, points_of, step_of
from comparison.storage import Snapshot
from comparison.units import volume
from comparison.window import Window
from nodes.display import NO_VALUE

A_DAY = timedelta(days=1)
FARTHEST_DAYS = 3650  # a date behind that says nothing
_BEYOND = 0.25  # of the window: how far a line goes on whose end is out of sight
_MARGIN = 1.04


@dataclass(frozen=True)
class Outlook:
    """`full_at` is the day when a node that grows is full; None behind it where that is not known or too far."""

    grows: bool
    full_at: datetime | None
    text: str


@dataclass(frozen=True)
class SpacePanel:
    """Paths and places in the box of WIDTH and HEIGHT; `now_x` is the window's end, `full_x` the day it is full."""

    label: str
    latest: str
    outlook: str
    data: str
    trash: str
    total: str
    growth: str
    now_x: float
    full_x: float | None
    first: str
    last: str
    end: str

    @property
    def description(self) -> str:
        return f"{self.label}: {self.latest}; {self.outlook}."


@dataclass(frozen=True)
class SpacePicture:
    panels: list[SpacePanel]
    table: PictureTable
    nodes: int


@dataclass(frozen=True)
class _Axis:
    """Of time; and of bytes up to the most that was allocated."""

    start: datetime
    end: datetime
    most: int

    def x(self, at: datetime) -> float:
        return _short(WIDTH * ((at - self.start) / (self.end - self.start)))

    def y(self, amount: float) -> float:
        return _short(HEIGHT * (1 - min(max(amount / self.most, 0), 1)))


def space_picture(
    space: Mapping[str, list[Snapshot]], result: Result, labels: Mapping[str, str]
) -> SpacePicture | None:
    """None where no drawn node has a snapshot in the window; of many nodes the fullest are to be drawn."""
    window = window_of(result)
    nodes = [node for node in result["nodes"] if any(each.total for each in space.get(node["name"], ()))]
    if not nodes:
        return None
    panels = [_panel(space[node["name"]], node, window, labels) for node in nodes]
    read = sum(not node["error"] for node in result["nodes"])
    return SpacePicture(panels, _table(space, nodes, window, labels), read)


def fullest(result: Result) -> list[str]:
    """The names of the nodes whose space is drawn: of too many those that are full the soonest, then the fullest."""

    def urgency(node: Mapping[str, Any]) -> tuple[float, float]:
        days, used = node["metrics"].get("days_until_full"), node["metrics"].get("storage_utilization")
        return (float("inf") if days is None else days, -(used or 0))

    read = [node for node in result["nodes"] if not node["error"]]
    chosen = {node["name"] for node in sorted(read, key=urgency)[:MOST_DRAWN]}
    return [node["name"] for node in read if node["name"] in chosen]


def outlook(node: Mapping[str, Any], last: datetime) -> Outlook:
    """From the metrics alone; `last` is when the last snapshot was taken."""
    growth, days = node["metrics"].get("growth_bytes_per_day"), node["metrics"].get("days_until_full")
    if growth is None:
        return Outlook(False, None, "no growth line: too little data")
    if growth <= 0:
        return Outlook(False, None, "shrinks, so no growth line" if growth < 0 else "does not grow, so no growth line")
    a_day = f"{volume(growth)} a day"
    if days is None or days > FARTHEST_DAYS:
        return Outlook(True, None, f"{a_day}; full in over {FARTHEST_DAYS // 365} years at this pace")
    full = last + days * A_DAY
    return Outlook(True, full, f"{a_day}; full on {full.day} {full:%b %Y} at this pace")


def _panel(points: Sequence[Snapshot], node: Mapping[str, Any], window: Span, labels: Mapping[str, str]) -> SpacePanel:
    first, last = points[0], points[-1]
    ahead = outlook(node, last.at)
    axis = _Axis(window.start, _axis_end(window, ahead), max(each.total for each in points))
    label = labels.get(node["name"], node["name"])
    return SpacePanel(
        label=label,
        latest=f"used {volume(last.used)}, of it trash {_amount(last.trash)}; free {volume(last.free)}",
        outlook=ahead.text,
        data=_area([(each.at, 0, each.used - (each.trash or 0)) for each in points], axis),
        trash=_area([(each.at, each.used - (each.trash or 0), each.used) for each in points if each.trash], axis),
        total=_line([(each.at, each.total) for each in points], axis),
        growth=_growth(first, last, ahead, axis),
        now_x=axis.x(window.end),
        full_x=axis.x(ahead.full_at) if ahead.full_at and ahead.full_at <= axis.end else None,
        first=_day(window.start),
        last=_day(window.end),
        end=_day(ahead.full_at) if ahead.full_at and ahead.full_at <= axis.end else "",
    )


def _axis_end(window: Span, ahead: Outlook) -> datetime:
    """The window, and behind it as much again at the most, if the day it is full is in that."""
    length = window.end - window.start
    if not ahead.grows:
        return window.end
    if ahead.full_at and ahead.full_at <= window.end + length:
        return max(window.end, window.start + (ahead.full_at - window.start) * _MARGIN)
    return window.end + length * _BEYOND


def _growth(first: Snapshot, last: Snapshot, ahead: Outlook, axis: _Axis) -> str:
    """Through the first and the last snapshot, and on to where the node is full or the axis ends."""
    span = last.at - first.at
    if not ahead.grows or span <= timedelta():
        return ""
    end = min(ahead.full_at or axis.end, axis.end)
    used = first.used + (last.used - first.used) * ((end - first.at) / span)
    return _line([(first.at, first.used), (end, used)], axis)


def _area(points: Sequence[tuple[datetime, float, float]], axis: _Axis) -> str:
    if not points:
        return ""
    upper = [f"{axis.x(at):g} {axis.y(high):g}" for at, _, high in points]
    lower = [f"{axis.x(at):g} {axis.y(low):g}" for at, low, _ in reversed(points)]
    return f"M{'L'.join([*upper, *lower])}z"


def _line(points: Sequence[tuple[datetime, float]], axis: _Axis) -> str:
    return "M" + "L".join(f"{axis.x(at):g} {axis.y(amount):g}" for at, amount in points)


def _table(
    space: Mapping[str, list[Snapshot]], nodes: Sequence[Mapping[str, Any]], window: Span, labels: Mapping[str, str]
) -> PictureTable:
    """The last snapshot of each step."""
    span = Window(window.start, window.end)
    step = step_of(span)
    points = points_of(span)
    starts = [moment_of(step.start(point)) for point in points]
    names = Steps(step.name, tuple(max(start, window.start) for start in starts)).names
    by_node = [{step.point(int(each.at.timestamp()) // 3600): each for each in space[node["name"]]} for node in nodes]
    rows = [(name, [_told(found.get(point)) for found in by_node]) for name, point in zip(names, points, strict=True)]
    head = [f"{step.name.capitalize()} from (UTC)", *(labels.get(node["name"], node["name"]) for node in nodes)]
    return PictureTable("Space", head, rows, "used / trash / free")


def _told(found: Snapshot | None) -> str:
    if found is None:
        return NO_VALUE
    return f"{volume(found.used)} / {_amount(found.trash)} / {volume(found.free)}"


def _amount(amount: int | None) -> str:
    return NO_VALUE if amount is None else volume(amount)


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


def _short(number: float) -> float:
    return round(number, 1)
