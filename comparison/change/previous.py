"""The plain difference of a comparison to that of the window before."""

from typing import Any

from comparison.metrics import metrics_of
from comparison.result import Result, Value


def differences(now: Result, before: Result) -> dict[str, Any]:
    """Both are results of the same nodes and type: `window` is that of the one before, `nodes` have each metric."""
    return {
        "window": before["window"],
        "nodes": [
            {"name": one["name"], "error": one["error"] or other["error"], "metrics": _metrics(now["type"], one, other)}
            for one, other in zip(now["nodes"], before["nodes"], strict=True)
        ],
    }


def _metrics(type: str, now: Result, before: Result) -> dict[str, Any]:
    """By key, `now`, `before` and the `difference` of the one less the other."""
    if now["error"] or before["error"]:
        return {}
    found = {}
    for metric in metrics_of(type):
        one, other = now["metrics"].get(metric.key), before["metrics"].get(metric.key)
        difference: Value = None if one is None or other is None else metric.rounded(one - other)
        found[metric.key] = {"now": one, "before": other, "difference": difference}
    return found
