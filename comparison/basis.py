"""On what each node's figures rest, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from comparison.metric import EARNINGS
from comparison.money.month import Month
from comparison.money_metrics import TOTALS
from comparison.result import Result
from comparison.units import counted
from comparison.window import Window

NOT_RECORDED, WHOLE_SECONDS, NOT_VETTED = "not recorded", "whole seconds", "not vetted"
IN_PART = "in part"

# What the values of uploads mean where the log holds no canceled ones.
_WITHOUT_CANCELS = {
    "success_rate_upload": "did not fail",
    "success_rate_repair_upload": "did not fail",
    "cancel_rate_upload": NOT_RECORDED,
}


@dataclass(frozen=True)
class Span:
    """Two moments in UTC, and how to write them."""

    start: datetime
    end: datetime

    @property
    def first(self) -> str:
        return f"{self.start.day} {self.start:%b %Y} {self.start:{self._clock}}"

    @property
    def last(self) -> str:
        """Without the date where it is that of `first`."""
        if self.start.date() == self.end.date():
            return f"{self.end:{self._clock}}"
        return f"{self.end.day} {self.end:%b %Y} {self.end:{self._clock}}"

    @property
    def _clock(self) -> str:
        """With seconds only where minutes would look equal."""
        return "%H:%M" if self.end - self.start >= timedelta(minutes=2) else "%H:%M:%S"

    def __str__(self) -> str:
        return f"{self.first} to {self.last} UTC"


@dataclass(frozen=True)
class Basis:
    name: str
    label: str
    events: str
    method: str
    span: Span | None
    limited: bool
    error: str


def bases(result: Result, labels: Mapping[str, str]) -> list[Basis]:
    return [_basis(node, labels) for node in result["nodes"]]


def satellites_of(result: Result) -> str:
    """The sentence that says to which satellites the nodes are restricted; empty where they are not."""
    same = result.get("same_satellites")
    if same is None:
        return ""
    if not same:
        return "No satellite is known that all of these nodes serve; the notes say which each serves."
    return f"Only satellites that all of these nodes serve: {', '.join(each['name'] for each in same)}."


def attempts_left_out(node: Mapping[str, Any]) -> int:
    """Of satellites that not all nodes serve, where only those are compared that all do."""
    return int(node["basis"]["groups"].get("satellites", {}).get("attempts_left_out", 0))


def rests_on_events(result: Result) -> bool:
    """Whether this type shows figures that are computed from single events."""
    return any("traffic" in node["basis"]["groups"] for node in result["nodes"])


def cancels_recorded(node: Mapping[str, Any]) -> bool:
    """Whether this node's log holds canceled uploads; True where nothing is known of it."""
    return bool(node["basis"]["groups"].get("uploads", {}).get("cancels_recorded", True))


def is_coarse(node: Mapping[str, Any]) -> bool:
    """Whether this node's latencies were told by time stamps of whole seconds."""
    return "latency" in node["basis"]["groups"]


def is_in_part(statement: Mapping[str, Any] | None) -> bool:
    """Whether storage is known of less than nearly all of the statement's month so far."""
    return statement is not None and not statement.get("is_whole", True)


def caveat(key: str, node: Mapping[str, Any]) -> str:
    """The word beside a value that says less than its metric's name; empty for all others."""
    if not cancels_recorded(node) and key in _WITHOUT_CANCELS:
        return _WITHOUT_CANCELS[key]
    if key.startswith("latency_") and is_coarse(node):
        return WHOLE_SECONDS
    if key in TOTALS and is_in_part(node.get("statement")):
        return IN_PART
    return NOT_VETTED if key in node["basis"]["groups"].get("vetting", {}).get("metrics", ()) else ""


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def span_of(result: Result) -> Span:
    """What the result is about: its window, or for earnings its month up to the window's end."""
    window = window_of(result)
    month = month_of(result)
    return Span(month.start, window.end) if month else window


def month_of(result: Result) -> Month | None:
    """For earnings, the calendar month that they are of."""
    window = window_of(result)
    return Window(window.start, window.end).month if result["type"] == EARNINGS else None


def range_of(result: Result) -> str:
    """The short name of what the result is about."""
    return str(month_of(result) or result["range"])


def window_of(result: Result) -> Span:
    return Span(moment(result["window"]["start"]), moment(result["window"]["end"]))


def _basis(node: Mapping[str, Any], labels: Mapping[str, str]) -> Basis:
    basis = node["basis"]
    return Basis(
        node["name"],
        labels.get(node["name"], node["name"]),
        _events(node),
        "; ".join(_methods(basis["groups"])),
        Span(moment(basis["from"]), moment(basis["to"])) if basis["from"] and basis["to"] else None,
        basis["limited"],
        node["error"] or "",
    )


def _events(node: Mapping[str, Any]) -> str:
    count, limited, left_out = node["basis"]["events"], node["basis"]["limited"], attempts_left_out(node)
    if left_out:
        newest = "the newest " if limited else ""
        return f"{count:,} of {newest}{counted(count + left_out, 'event')}"
    if not count:
        return "no events in the window"
    return f"only the newest {counted(count, 'event')}" if limited else f"all {counted(count, 'event')}"


def _methods(groups: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """How the events were counted, where each of them was not simply read."""
    traffic = groups.get("traffic", {})
    if traffic.get("source") == "rollup" and traffic.get("count"):
        yield "sums per hour, percentiles within 1 %"
    if history := groups.get("history"):
        yield f"also {counted(history['hours'], 'hourly sum')} of the monitor"
