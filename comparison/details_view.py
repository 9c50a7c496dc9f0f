"""The details of each node for people: by action, by satellite, the most frequent errors, and the coverage."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comparison.basis import NOT_RECORDED, cancels_recorded, caveat
from comparison.coverage_strip import Coverage, coverage_of, share_of_hours
from comparison.detailed import Detailed, detailed
from comparison.metrics import ACTION_LABELS
from comparison.multiples import MOST_DRAWN, milliseconds, percent
from comparison.names import SHORT_ID
from comparison.result import Result
from comparison.units import volume
from nodes.known import printable

LONGEST_REASON = 200
MOST_SATELLITES = 20  # there are some six; more are broken ids

ACTION_HEAD = ("Succeeded", "Canceled", "Failed", "Success rate", "Bytes", "50 % within", "95 % within")
SATELLITE_HEAD = ("Operations", "Download success", "Upload success", "Audit success", "Egress", "Ingress")
# Whose canceled attempts some nodes' logs do not hold.
_UPLOADS = ("upload", "repair_upload")


@dataclass(frozen=True)
class Line:
    """A row of a table; `full` is the whole name where `name` is a short one."""

    name: str
    cells: list[str]
    full: str = ""


@dataclass(frozen=True)
class LineTable:
    """`more` says how many lines there would be beside these."""

    title: str
    head: tuple[str, ...]
    lines: list[Line]
    more: int = 0


@dataclass(frozen=True)
class Part:
    """What there is to say of one node."""

    label: str
    coverage: Coverage
    tables: list[LineTable]
    errors: list[tuple[str, str]]


@dataclass(frozen=True)
class Parts:
    """`shown` are all nodes or, of many, those whose events cover the least of the window; `folded` the others."""

    shown: list[Part]
    folded: list[Part]


def parts(result: Result, labels: Mapping[str, str]) -> Parts:
    nodes = detailed(result, labels)
    least = {node.name for node in sorted(nodes, key=share_of_hours)[:MOST_DRAWN]}
    return Parts(
        [part_of(node) for node in nodes if node.name in least],
        [part_of(node) for node in nodes if node.name not in least],
    )


def part_of(node: Detailed) -> Part:
    return Part(
        label=node.label,
        coverage=coverage_of(node),
        tables=[table for table in (_actions(node), _satellites(node)) if table.lines],
        errors=[(f"{error['count']:,}", _reason(error["reason"])) for error in node.details["errors"]],
    )


def _actions(node: Detailed) -> LineTable:
    return LineTable("Action", ACTION_HEAD, [_action(action, node) for action in node.details["actions"]])


def _satellites(node: Detailed) -> LineTable:
    satellites = node.details["satellites"]
    lines = [_satellite(satellite, node) for satellite in satellites[:MOST_SATELLITES]]
    return LineTable("Satellite", SATELLITE_HEAD, lines, len(satellites) - len(lines))


def _action(action: Mapping[str, Any], node: Detailed) -> Line:
    key = action["action"]
    silent = key in _UPLOADS and not cancels_recorded(node.node)
    rate = _meaning(f"success_rate_{key}", node, action["success_rate"])
    canceled = NOT_RECORDED if silent else f"{action['canceled']:,}"
    cells = [f"{action['success']:,}", canceled, f"{action['failed']:,}", rate, volume(action["bytes"])]
    latencies = [_latency(action, key, node, share) for share in (50, 95)]
    return Line(ACTION_LABELS.get(key, key), cells + latencies)


def _satellite(satellite: Mapping[str, Any], node: Detailed) -> Line:
    id = satellite["satellite"]
    rates = [
        _meaning(f"success_rate_{key}", node, satellite[f"success_rate_{key}"])
        for key in ("download", "upload", "audit")
    ]
    volumes = [volume(satellite["egress_bytes"]), volume(satellite["ingress_bytes"])]
    name = satellite["name"] or printable(id, SHORT_ID) or NOT_RECORDED
    return Line(name, [f"{satellite['operations']:,}", *rates, *volumes], id)


def _meaning(key: str, node: Detailed, rate: float | None) -> str:
    """A success rate, behind the word that says what it means where it means less."""
    return percent(rate) if rate is None else f"{caveat(key, node.node)} {percent(rate)}".lstrip()


def _latency(action: Mapping[str, Any], key: str, node: Detailed, share: int) -> str:
    value = action[f"latency_p{share}_ms"]
    text = milliseconds(value)
    return text if value is None else f"{caveat(f'latency_{key}_p{share}_ms', node.node)} {text}".lstrip()


def _reason(reason: str) -> str:
    return printable(reason, LONGEST_REASON) if reason else "no reason recorded"
