"""How much of the window a node's events cover: as a strip of cells, and in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from comparison.basis import Span, moment
from comparison.detailed import Detailed, detailed
from comparison.result import Result
from comparison.units import counted

LOW = 0.9  # of the hours asked for; below it every surface says so
FULL, PARTIAL, NONE = "full", "partial", "none"
HEIGHT = 16  # of a full cell, in pixels


@dataclass(frozen=True)
class Run:
    """Neighbouring steps with the same share of hours; per cent of the strip's width."""

    share: float
    left: float
    width: float

    @property
    def state(self) -> str:
        if not self.share:
            return NONE
        return FULL if self.share >= 1 else PARTIAL

    @property
    def height(self) -> int:
        """In pixels: of a part, as much as its share, and so that it looks neither like all nor like nothing."""
        return min(max(round(self.share * HEIGHT), 3), HEIGHT - 4) if self.state == PARTIAL else HEIGHT

    @property
    def top(self) -> int:
        return HEIGHT - self.height


@dataclass(frozen=True)
class Coverage:
    runs: list[Run]
    hours: str
    known: str
    gaps: list[str]
    gap_count: int
    recorded: str

    @property
    def gaps_counted(self) -> str:
        return f"{counted(self.gap_count, 'gap')} over an hour"

    @property
    def more_gaps(self) -> int:
        return self.gap_count - len(self.gaps)

    @property
    def description(self) -> str:
        return f"{self.hours}; {self.known}."


def coverage_of(node: Detailed) -> Coverage:
    found = node.details["coverage"]
    return Coverage(
        runs=runs(found["share"]),
        hours=_hours(found["hours"], found["of"]),
        known=_known(found["first"], found["last"]),
        gaps=[_gap(gap) for gap in found["gaps"]],
        gap_count=found["gap_count"],
        recorded=_recorded(found) if found["hours"] else "",
    )


def runs(share: Sequence[float | None]) -> list[Run]:
    """The cells of the strip, equal neighbours as one."""
    found: list[Run] = []
    cell = 100 / max(len(share), 1)
    position = 0
    for each, group in groupby(part or 0.0 for part in share):
        count = len(list(group))
        found.append(Run(each, round(position * cell, 2), round(count * cell, 2)))
        position += count
    return found


def share_of_hours(node: Detailed) -> float:
    found = node.details["coverage"]
    return float(found["hours"] / found["of"]) if found["of"] else 1.0


def low_coverage(result: Result, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Nodes without events in more than a tenth of the hours, each with its hours: "12 of 24"."""
    found = [(node.label, node.details["coverage"]) for node in detailed(result, labels) if share_of_hours(node) < LOW]
    return [(label, f"{coverage['hours']:,} of {coverage['of']:,}") for label, coverage in found]


def _hours(hours: int, of: int) -> str:
    if not hours:
        return f"none of {counted(of, 'hour')} has events"
    if hours == of:
        return f"all {counted(of, 'hour')} have events" if of > 1 else "the hour has events"
    return f"{hours:,} of {counted(of, 'hour')} {'has' if hours == 1 else 'have'} events"


def _known(first: str | None, last: str | None) -> str:
    if not first:
        return "no event is known"
    if not last:
        return f"first known event {Span(moment(first), moment(first)).first} UTC"
    span = Span(moment(first), moment(last))
    return f"first known event {span.first}, last {span.last} UTC"


def _gap(gap: Mapping[str, str]) -> str:
    span = Span(moment(gap["from"]), moment(gap["to"]))
    minutes = round((span.end - span.start).total_seconds() / 60)
    return f"{span} ({_duration(minutes)})"


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "d"), (hours, "h"), (rest if not days else 0, "min"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def _recorded(coverage: Mapping[str, Any]) -> str:
    """What the log holds beside the attempts; None means that nothing tells."""
    latencies, cancels = coverage["latencies"], coverage["upload_cancels"]
    if latencies and cancels:
        return "latencies and canceled uploads are recorded"
    if latencies is False and cancels is False:
        return "neither latencies nor canceled uploads are recorded"
    told = (("latencies", latencies), ("canceled uploads", cancels))
    return ", ".join(
        f"{what} are {'recorded' if known else 'not recorded'}" for what, known in told if known is not None
    )
