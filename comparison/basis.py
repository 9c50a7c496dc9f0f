"""On what each node's figures rest, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from comparison.result import Result
from comparison.units import counted

NOT_RECORDED = "not recorded"

# What the values of uploads mean where the log holds no canceled ones.
_WITHOUT_CANCELS = {
    "success_rate_upload": "did not fail",
    "success_rate_repair_upload": "did not fail",
    "cancel_rate_upload": NOT_RECORDED,
}


@dataclass(frozen=True)
class Basis:
    name: str
    label: str
    events: str
    span: str
    limited: bool
    notes: list[str]
    error: str


def bases(result: Result, labels: Mapping[str, str]) -> list[Basis]:
    return [_basis(node, labels) for node in result["nodes"]]


def rests_on_events(result: Result) -> bool:
    """Whether this type shows figures that are computed from single events."""
    return any("traffic" in node["basis"]["groups"] for node in result["nodes"])


def cancels_recorded(node: Mapping[str, Any]) -> bool:
    """Whether this node's log holds canceled uploads; True where nothing is known of it."""
    return bool(node["basis"]["groups"].get("uploads", {}).get("cancels_recorded", True))


def caveat(key: str, node: Mapping[str, Any]) -> str:
    """The word beside a value that says less than its metric's name; empty for all others."""
    return "" if cancels_recorded(node) else _WITHOUT_CANCELS.get(key, "")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def span(start: datetime, end: datetime) -> str:
    """Two moments in UTC, the date once where it is the same, seconds only where minutes would look equal."""
    clock = "%H:%M" if end - start >= timedelta(minutes=2) else "%H:%M:%S"
    first = f"{start.day} {start:%b %Y} {start:{clock}}"
    if start.date() == end.date():
        return f"{first} to {end:{clock}} UTC"
    return f"{first} to {end.day} {end:%b %Y} {end:{clock}} UTC"


def _basis(node: Mapping[str, Any], labels: Mapping[str, str]) -> Basis:
    basis = node["basis"]
    return Basis(
        node["name"],
        labels.get(node["name"], node["name"]),
        _events(basis["events"], basis["limited"]),
        span(moment(basis["from"]), moment(basis["to"])) if basis["from"] and basis["to"] else "",
        basis["limited"],
        node["notes"],
        node["error"] or "",
    )


def _events(count: int, limited: bool) -> str:
    if not count:
        return "no events in the window"
    return f"only the newest {counted(count, 'event')}" if limited else f"all {counted(count, 'event')}"
