"""The plain difference of a comparison to that of the window before."""

from datetime import timedelta
from typing import Any

from comparison.basis import moment
from comparison.metrics import EARNINGS, metrics_of
from comparison.money.month import Month
from comparison.result import Result, Value

OTHER_SATELLITES = (
    "In the window before, these nodes had other satellites in common: no difference would be of the same."
)


def differences(now: Result, before: Result) -> dict[str, Any]:
    """Both are results of the same nodes and type: `window` is that of the one before, `nodes` have each metric.

    Of other satellites than now a difference would say nothing: then each node has that as its `error`.
    """
    satellites = now.get("same_satellites"), before.get("same_satellites")
    trouble = None if satellites[0] == satellites[1] else OTHER_SATELLITES
    return {
        "window": _described(before),
        "same_satellites": satellites[1],
        "nodes": [
            _node(now["type"], one, other, one["error"] or other["error"] or trouble)
            for one, other in zip(now["nodes"], before["nodes"], strict=True)
        ],
    }


def _described(result: Result) -> dict[str, str]:
    """Earnings are of the month up to the window's end."""
    window: dict[str, str] = result["window"]
    if result["type"] != EARNINGS:
        return window
    month = Month.of(moment(window["end"]) - timedelta(microseconds=1))
    return window | {"start": month.start.isoformat()}


def _node(type: str, now: Result, before: Result, error: str | None) -> dict[str, Any]:
    return {"name": now["name"], "error": error, "metrics": {} if error else _metrics(type, now, before)}


def _metrics(type: str, now: Result, before: Result) -> dict[str, Any]:
    """By key, `now`, `before` and the `difference` of the one less the other."""
    found = {}
    for metric in metrics_of(type):
        one, other = now["metrics"].get(metric.key), before["metrics"].get(metric.key)
        difference: Value = None if one is None or other is None else metric.rounded(one - other)
        found[metric.key] = {"now": one, "before": other, "difference": difference}
    return found
