"""What happened to a node in the window, as marks in its drawings over time: compactions and the last start.

The node's API tells when its process started and which version it runs, so that a change of version is at that start
or before it; earlier starts are not known.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from comparison.basis import moment, window_of
from comparison.detailed import LENGTHS, Steps, detailed, steps_of
from comparison.names import satellite_name
from comparison.picture_table import PictureTable
from comparison.pictured import Compaction
from comparison.result import Result
from comparison.units import counted
from nodes.known import printable

WIDTH = 100
MOST_LISTED = 20  # compactions of a node in the table, the longest
NARROWEST = 0.7  # of the width: what is shorter is drawn so wide


@dataclass(frozen=True)
class Marks:
    """`band` is a path of the compactions along a line at zero; `start_x` is where the process started."""

    band: str
    start_x: float | None
    description: str


@dataclass(frozen=True)
class Marked:
    """`of` by name; the table has all nodes'."""

    of: Mapping[str, Marks]
    table: PictureTable


@dataclass(frozen=True)
class _Axis:
    """The steps are drawn equally wide, also the first and the last of which only a part is in the window."""

    edges: tuple[datetime, ...]

    def x(self, at: datetime) -> float:
        place = min(max(bisect_right(self.edges, at) - 1, 0), len(self.edges) - 2)
        start, end = self.edges[place], self.edges[place + 1]
        part = min(max((at - start) / (end - start), 0.0), 1.0)
        return round(WIDTH * (place + part) / (len(self.edges) - 1), 1)


def marked(compactions: Mapping[str, Sequence[Compaction]], result: Result, labels: Mapping[str, str]) -> Marked | None:
    """None where nothing happened to any node, as far as is known."""
    nodes = detailed(result, labels)
    steps, window = steps_of(nodes), window_of(result)
    if steps is None:
        return None
    axis = _Axis(edges_of(steps, window.end))
    found: dict[str, Marks] = {}
    rows: list[tuple[str, list[str]]] = []
    for node in nodes:
        risk = node.node.get("risk") or {}
        started = moment(risk["started"]) if risk.get("started") else None
        inside = started if started and window.start <= started < window.end else None
        runs = sorted(compactions.get(node.name, ()), key=lambda run: run.start)
        if runs or inside:
            found[node.name] = _marks(runs, inside, axis)
            rows += _rows(node.label, runs, inside, risk.get("version"))
    head = ["Node", "What", "From (UTC)", "Took"]
    hint = f"of each node its start and the {MOST_LISTED} longest compactions at the most"
    return Marked(found, PictureTable("Compactions and starts", head, rows, hint)) if found else None


def edges_of(steps: Steps, window_end: datetime) -> tuple[datetime, ...]:
    """The beginning of each step, and the end of the last one in the window."""
    return (*steps.starts, min(window_end, steps.starts[-1] + LENGTHS[steps.step]))


def _marks(runs: Sequence[Compaction], started: datetime | None, axis: _Axis) -> Marks:
    told = [counted(len(runs), "compaction")] if runs else []
    if started:
        told.append(f"started on {_time(started)} UTC")
    return Marks(_band(runs, axis), axis.x(started) if started else None, ", ".join(told))


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


def _rows(
    label: str, runs: Sequence[Compaction], started: datetime | None, version: object
) -> list[tuple[str, list[str]]]:
    runs = sorted(sorted(runs, key=lambda run: run.start - run.end)[:MOST_LISTED], key=lambda run: run.start)
    rows = [
        (
            label,
            [f"compaction of {satellite_name(run.satellite)} {printable(run.store, 20)}", _time(run.start), _took(run)],
        )
        for run in runs
    ]
    if started:
        runs_now = f", runs {printable(str(version), 30)}" if version else ""
        rows.append((label, [f"process started{runs_now}", _time(started), ""]))
    return rows


def _took(run: Compaction) -> str:
    took = run.end - run.start
    if took >= timedelta(hours=1):
        return f"{took / timedelta(hours=1):.1f} h"
    if took >= timedelta(minutes=1):
        return f"{took / timedelta(minutes=1):.1f} min"
    return f"{took.total_seconds():.1f} s" if took else "not recorded"


def _time(at: datetime) -> str:
    return f"{at.day} {at:%b %H:%M}"
