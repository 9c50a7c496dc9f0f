"""A judged change, and the difference to the window before, as tables and sentences for page and terminal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comparison.basis import Span, moment
from comparison.change.judged import CANNOT_TELL
from comparison.details_view import Line, LineTable
from comparison.metrics import Metric, by_key
from comparison.result import Result, Value
from comparison.units import MINUS, counted, shown
from nodes.display import NO_VALUE

HEAD = ("Verdict", "Before", "After", "Change", "Others' change", "Effect", "Interval of the effect")
POINTS = "pp"  # percentage points
BY_ITSELF = "by itself"


@dataclass(frozen=True)
class NodeChange:
    """`sentence` is the verdict on all metrics together, `reasons` say why some have none."""

    label: str
    sentence: str
    table: LineTable
    reasons: list[str]


@dataclass(frozen=True)
class ChangeShown:
    """`lines` say what was compared, `reason` why nothing was."""

    at: str
    lines: list[str]
    reason: str
    nodes: list[NodeChange]
    method: str


@dataclass(frozen=True)
class Differences:
    label: str
    error: str
    table: LineTable


def change_shown(result: Result, labels: Mapping[str, str]) -> ChangeShown | None:
    """None where the result has no change."""
    change = result.get("change")
    if not change:
        return None
    nodes = [_node(node, labels) for node in change["nodes"]]
    at = f"{moment(change['at']):%Y-%m-%d %H:%M} UTC"
    return ChangeShown(at, list(_lines(change, labels)), change["reason"] or "", nodes, change["method"])


def differences_shown(result: Result, labels: Mapping[str, str]) -> list[Differences]:
    nodes = result.get("previous", {}).get("nodes", [])
    return [_differences(node, labels) for node in nodes]


def previous_span(result: Result) -> Span | None:
    window = result.get("previous", {}).get("window")
    return Span(moment(window["start"]), moment(window["end"])) if window else None


def _lines(change: Mapping[str, Any], labels: Mapping[str, str]) -> Sequence[str]:
    lines = []
    if change["length"]:
        before, after = (Span(moment(change[key]["start"]), moment(change[key]["end"])) for key in ("before", "after"))
        lines.append(f"In whole {change['unit']}: {change['length']} before, {before}, and after, {after}.")
    if change["settle_hours"]:
        lines.append(f"The first {counted(change['settle_hours'], 'hour')} after the change are left out.")
    if change["nodes"]:
        lines.append(_untouched([labels.get(name, name) for name in change["untouched"]]))
    lines += [f"{labels.get(each['name'], each['name'])} is left out: {each['reason']}." for each in change["left_out"]]
    if change["not_judged"]:
        names = ", ".join(by_key()[key].label for key in change["not_judged"])
        lines.append(f"Not judged, as they are states of a moment or not kept by the hour: {names}.")
    return lines


def _untouched(names: Sequence[str]) -> str:
    if not names:
        return (
            "There is no untouched node to compare with, so this is the plain difference, which anything that changed "
            "meanwhile is part of."
        )
    return f"Untouched, and compared with: {', '.join(names)}."


def _node(node: Mapping[str, Any], labels: Mapping[str, str]) -> NodeChange:
    shown_ones = {key: each for key, each in node["metrics"].items() if each["after"] is not None}
    lines = [_line(by_key()[key], each) for key, each in shown_ones.items()]
    label = labels.get(node["name"], node["name"])
    return NodeChange(label, _sentence(node), LineTable("Metric", HEAD, lines), _reasons(node["metrics"]))


def _reasons(metrics: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Why metrics have no figures, or no verdict, unless that is the interval's."""
    by_reason: dict[str, list[str]] = {}
    for key, each in metrics.items():
        if each["reason"] and each["low"] is None:
            by_reason.setdefault(each["reason"], []).append(by_key()[key].label)
    return [f"{', '.join(names)}: {reason}." for reason, names in by_reason.items()]


def _sentence(node: Mapping[str, Any]) -> str:
    if not node["tested"]:
        return "Cannot tell: no metric could be judged."
    words = [
        f"{word}: {', '.join(by_key()[key].label for key in node[word])}" for word in ("better", "worse") if node[word]
    ]
    found = "; ".join(words) or "no effect could be shown"
    return f"Of {counted(node['tested'], 'metric')}, corrected for so many (Holm): {found}."


def _line(metric: Metric, each: Mapping[str, Any]) -> Line:
    figures = [str(shown(metric, each[key])) for key in ("before", "after")]
    changes = [_number(metric, each[key]) for key in ("change", "others_change", "effect")]
    interval = NO_VALUE
    if each["low"] is not None:
        interval = f"{_number(metric, each['low'], with_unit=False)} to {_number(metric, each['high'])}"
    return Line(metric.label, [_verdict(each), *figures, *changes, interval])


def _verdict(each: Mapping[str, Any]) -> str:
    alone = each["verdict"] != CANNOT_TELL and not each["corrected"]
    return f"{each['verdict']}, {BY_ITSELF}" if alone else str(each["verdict"])


def _number(metric: Metric, value: Value, with_unit: bool = True) -> str:
    """A difference, to a decimal at the least."""
    if value is None:
        return NO_VALUE
    number = _with_sign(f"{value:,.{max(1, metric.decimals)}f}")
    return f"{number} {_unit(metric)}".strip() if with_unit else number


def _unit(metric: Metric) -> str:
    """Of a difference: that of two rates is in percentage points."""
    return POINTS if metric.unit == "%" else metric.unit


def _with_sign(text: str) -> str:
    text = text.replace("-", MINUS)
    is_none = not any(digit in text for digit in "123456789")
    return text if is_none or text.startswith(MINUS) else f"+{text}"


def _differences(node: Mapping[str, Any], labels: Mapping[str, str]) -> Differences:
    lines = [
        Line(
            by_key()[key].label,
            [
                str(shown(by_key()[key], each["now"])),
                str(shown(by_key()[key], each["before"])),
                _difference(by_key()[key], each["difference"]),
            ],
        )
        for key, each in node["metrics"].items()
    ]
    head = ("Now", "Before", "Difference")
    return Differences(labels.get(node["name"], node["name"]), node["error"] or "", LineTable("Metric", head, lines))


def _difference(metric: Metric, value: Value) -> str:
    if value is None:
        return NO_VALUE
    written = shown(metric, value)
    return _with_sign(f"{written.number} {POINTS if metric.unit == '%' else written.unit}".strip())
