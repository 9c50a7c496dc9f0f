"""A judged change as JSON, in the form that the README documents."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from comparison.change.judged import BETTER, WORSE, Judged
from comparison.change.outcome import Change
from comparison.metrics import PERFORMANCE, Metric, metrics_of
from comparison.window import Window

METHOD = (
    "The node's change from before to after, less the median change of the untouched nodes (difference in "
    "differences; latencies in proportion, rates by their odds where there are enough attempts). The interval is the "
    "wider of two by Student's t: 95 % by how the blocks of the windows differ, corrected for autocorrelation, and "
    "90 % by how much the untouched nodes change by themselves, if there are three or more. Where changes are compared "
    "in proportion or by odds, the effect is not in its middle. Differences of rates are in percentage points (pp)."
)


def report(change: Change) -> dict[str, Any]:
    windows = change.windows
    return {
        "at": change.request.at.isoformat(),
        "settle_hours": change.request.settle,
        "changed": list(change.request.changed),
        "untouched": list(change.untouched),
        "left_out": [{"name": name, "reason": reason} for name, reason in change.left_out.items()],
        "before": _window(windows.before) if windows else None,
        "after": _window(windows.after) if windows else None,
        "length": windows.length if windows else None,
        "unit": windows.unit if windows else None,
        "block_hours": windows.block if windows else None,
        "reason": change.reason or None,
        "method": METHOD,
        "nodes": [_node(name, judged) for name, judged in change.judged.items()],
        "not_judged": [metric.key for metric in _not_judged(change)],
    }


def _window(window: Window) -> dict[str, str]:
    return {"start": window.start.isoformat(), "end": window.end.isoformat()}


def _not_judged(change: Change) -> list[Metric]:
    """Metrics with a direction that are states of a moment, or sums that are only kept for whole windows."""
    judged = {each.metric.key for metrics in change.judged.values() for each in metrics}
    return (
        [metric for metric in metrics_of(PERFORMANCE) if metric.better and metric.key not in judged] if judged else []
    )


def _node(name: str, judged: Sequence[Judged]) -> dict[str, Any]:
    tested = [each for each in judged if each.probability is not None]
    return {
        "name": name,
        "tested": len(tested),
        "better": [each.metric.key for each in tested if each.held and each.verdict == BETTER],
        "worse": [each.metric.key for each in tested if each.held and each.verdict == WORSE],
        "metrics": {each.metric.key: _metric(each) for each in judged},
    }


def _metric(each: Judged) -> dict[str, Any]:
    # A bound of 0 would leave open on which side it is.
    finer = replace(each.metric, decimals=max(1, each.metric.decimals))
    figures = {
        "before": each.metric.rounded(each.before),
        "after": each.metric.rounded(each.after),
        "change": finer.rounded(each.change),
        "others_change": finer.rounded(each.others_change),
        "effect": finer.rounded(each.effect),
        "low": finer.rounded(each.low),
        "high": finer.rounded(each.high),
    }
    return {
        **figures,
        "others": each.others,
        "scale": each.scale or None,
        "p": None if each.probability is None else round(each.probability, 4),
        "verdict": each.verdict,
        "corrected": each.held,
        "reason": each.reason or None,
    }
