"""What happened to a node in the window, as marks in its drawings over time: compactions, starts, changes of version.

The node's API tells when its process started and which version it runs. What was told each time that it was asked is
known from the first answer on; between two answers, and before the first, only the last start is.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from comparison.basis import Span, moment, window_of
from comparison.detailed import LENGTHS, Steps, detailed, steps_of
from comparison.names import satellite_name
from comparison.picture_table import PictureTable
from comparison.pictured import Compaction, Start
from comparison.result import Result
from comparison.units import counted
from nodes.known import printable

TITLE = "Compactions, starts and versions"
WIDTH, HEIGHT = 100, 40  # of the box of a drawing over time
MOST_LISTED = 20  # compactions of a node in the table, the longest; and starts, the newest
MOST_NAMED = 3  # changes of version in the words beside a drawing
NARROWEST = 0.7  # of the width: what is shorter is drawn so wide


@dataclass(frozen=True)
class Marks:
    """Paths: `band` of the compactions along a line at zero, `starts` upright where the process started again, and
    `versions` where it did so as another version.
    """

    band: str
    starts: str
    versions: str
    description: str


@dataclass(frozen=True)
class Marked:
    """`of` by name; the table has all nodes'. `has_starts` and the like tell which kinds there are."""

    of: Mapping[str, Marks]
    table: PictureTable

    @property
    def has_compactions(self) -> bool:
        return any(marks.band for marks in self.of.values())

    @property
    def has_starts(self) -> bool:
        return any(marks.starts for marks in self.of.values())

    @property
    def has_versions(self) -> bool:
        return any(marks.versions for marks in self.of.values())


@dataclass(frozen=True)
class _Axis:
    """The steps are drawn equally wide, also the first and the last of which only a part is in the window."""

    edges: tuple[datetime, ...]

    def x(self, at: datetime) -> float:
        place = min(max(bisect_right(self.edges, at) - 1, 0), len(self.edges) - 2)
        start, end = self.edges[place], self.edges[place + 1]
        part = min(max((at - start) / (end - start), 0.0), 1.0)
        return round(WIDTH * (place + part) / (len(self.edges) - 1), 1)


def marked(
    compactions: Mapping[str, Sequence[Compaction]],
    starts: Mapping[str, Sequence[Start]],
    result: Result,
    labels: Mapping[str, str],
) -> Marked | None:
    """None where nothing happened to any node, as far as is known."""
    nodes = detailed(result, labels)
    steps, window = steps_of(nodes), window_of(result)
    if steps is None:
        return None
    axis = _Axis(edges_of(steps, window.end))
    found: dict[str, Marks] = {}
    rows: list[tuple[str, list[str]]] = []
    for node in nodes:
        begun = starts.get(node.name) or _last_start(node.node.get("risk") or {}, window)
        runs = sorted(compactions.get(node.name, ()), key=lambda run: run.start)
        if runs or begun:
            found[node.name] = _marks(runs, begun, axis)
            rows += _rows(node.label, runs, begun)
    head = ["Node", "What", "From (UTC)", "Took"]
    hint = f"of each node the {MOST_LISTED} newest starts and the {MOST_LISTED} longest compactions at the most"
    return Marked(found, PictureTable(TITLE, head, rows, hint)) if found else None


def _last_start(risk: Mapping[str, Any], window: Span) -> list[Start]:
    """Of a node of which no more is known."""
    at = moment(risk["started"]) if risk.get("started") else None
    return [Start(at, risk.get("version"), None)] if at and window.start <= at < window.end else []


def edges_of(steps: Steps, window_end: datetime) -> tuple[datetime, ...]:
    """The beginning of each step, and the end of the last one in the window."""
    return (*steps.starts, min(window_end, steps.starts[-1] + LENGTHS[steps.step]))


def _marks(runs: Sequence[Compaction], starts: Sequence[Start], axis: _Axis) -> Marks:
    changes = [start for start in starts if start.is_change]
    told = [counted(len(runs), "compaction")] if runs else []
    if starts:
        told.append(f"{counted(len(starts), 'start')}, the last on {_time(starts[-1].at)} UTC")
    told += [f"{_change(start)} on {_time(start.at)} UTC" for start in changes[-MOST_NAMED:]]
    others = [start for start in starts if not start.is_change]
    return Marks(_band(runs, axis), _uprights(others, axis), _uprights(changes, axis), ", ".join(told))


def _uprights(starts: Sequence[Start], axis: _Axis) -> str:
    """Those that would lie on one another are one."""
    return "".join(f"M{x:g} 0V{HEIGHT}" for x in dict.fromkeys(axis.x(start.at) for start in starts))


def _change(start: Start) -> str:
    return f"{_version(start.before)} → {_version(start.version)}"


def _version(text: str | None) -> str:
    short = printable(text or "", 30)
    return f"v{short}" if short[:1].isdigit() else short


def _band(runs: Sequence[Compaction], axis: _Axis) -> str:
    """Runs that overlap are one."""
    spans: list[list[float]] = []
    for run in runs:
        left, right = axis.x(run.start), axis.x(run.end)
        right = min(max(right, left + NARROWEST), WIDTH)
        if spans and left <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], right)
        else:
            spans.append([left, right])
    return "".join(f"M{left:g} 0H{round(right, 1):g}" for left, right in spans)


def _rows(label: str, runs: Sequence[Compaction], starts: Sequence[Start]) -> list[tuple[str, list[str]]]:
    runs = sorted(sorted(runs, key=lambda run: run.start - run.end)[:MOST_LISTED], key=lambda run: run.start)
    rows = [
        (
            label,
            [f"compaction of {satellite_name(run.satellite)} {printable(run.store, 20)}", _time(run.start), _took(run)],
        )
        for run in runs
    ]
    return rows + [(label, [_told(start), _time(start.at), ""]) for start in starts[-MOST_LISTED:]]


def _told(start: Start) -> str:
    if start.is_change:
        return f"process started, {_change(start)}"
    return f"process started, {_version(start.version)}" if start.version else "process started"


def _took(run: Compaction) -> str:
    took = run.end - run.start
    if took >= timedelta(hours=1):
        return f"{took / timedelta(hours=1):.1f} h"
    if took >= timedelta(minutes=1):
        return f"{took / timedelta(minutes=1):.1f} min"
    return f"{took.total_seconds():.1f} s" if took else "not recorded"


def _time(at: datetime) -> str:
    return f"{at.day} {at:%b %H:%M}"
