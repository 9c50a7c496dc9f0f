"""What lies beneath a node's metrics: its actions, satellites, errors, their course over the window, and coverage."""

from functools import lru_cache
from typing import Any

from comparison.actions import ACTION_NAMES, AUDIT, DOWNLOAD, EGRESS, INGRESS, TIMED, UPLOAD
from comparison.coverage import coverage
from comparison.measured import rounded_percent
from comparison.spans import moment_of, points_of, step_of
from comparison.tally import Tally, Traffic
from comparison.window import Window
from nodes.rollups.points import PERCENTS
from nodes.satellites import short_name

MOST_ERRORS = 3


def details(traffic: Traffic) -> dict[str, Any]:
    """As JSON, in the form that the README documents."""
    return {
        "actions": [_action(traffic, action) for action in ACTION_NAMES],
        "satellites": _satellites(traffic),
        "errors": [{"reason": reason, "count": count} for reason, count in _most_frequent(traffic)],
        "series": _series(traffic),
        "coverage": coverage(traffic),
    }


def _action(traffic: Traffic, action: str) -> dict[str, Any]:
    success, canceled, failed = traffic.total.of(action)
    timed = traffic.timed(action)
    return {
        "action": ACTION_NAMES[action],
        "success": success,
        "canceled": canceled,
        "failed": failed,
        "success_rate": _success_rate(traffic.total, action),
        "bytes": traffic.total.bytes[action],
        **{f"latency_p{percent}_ms": timed.percentile(percent) for percent in PERCENTS},
    }


def _satellites(traffic: Traffic) -> list[dict[str, Any]]:
    ordered = sorted(traffic.satellites.items(), key=lambda item: (-item[1].attempts.total(), item[0]))
    return [
        {
            "satellite": satellite,
            "name": short_name(satellite),
            "operations": tally.attempts.total(),
            "success_rate_download": _success_rate(tally, DOWNLOAD),
            "success_rate_upload": _success_rate(tally, UPLOAD),
            "success_rate_audit": _success_rate(tally, AUDIT),
            "egress_bytes": _bytes(tally, EGRESS),
            "ingress_bytes": _bytes(tally, INGRESS),
        }
        for satellite, tally in ordered
    ]


def _most_frequent(traffic: Traffic) -> list[tuple[str, int]]:
    return sorted(traffic.reasons.items(), key=lambda item: (-item[1], item[0]))[:MOST_ERRORS]


def _series(traffic: Traffic) -> dict[str, Any]:
    points = points_of(traffic.window)
    tallies = [traffic.points.get(point) for point in points]
    series: dict[str, Any] = {"step": step_of(traffic.window).name, "start": list(_starts(traffic.window))}
    for action in TIMED:
        rates = [None if tally is None else _success_rate(tally, action) for tally in tallies]
        series[f"success_rate_{ACTION_NAMES[action]}"] = rates
    for action in TIMED:
        for percent in PERCENTS:
            timed = traffic.percentiles_at(points, action, percent)
            series[f"latency_{ACTION_NAMES[action]}_p{percent}_ms"] = timed
    for key, actions in (("egress_bytes", EGRESS), ("ingress_bytes", INGRESS)):
        series[key] = [None if tally is None else _bytes(tally, actions) for tally in tallies]
    return series


@lru_cache(maxsize=4)
def _starts(window: Window) -> tuple[str, ...]:
    """Of the points, which are the same ones of each node; the first may begin before the window does."""
    step = step_of(window)
    return tuple(max(moment_of(step.start(point)), window.start).isoformat() for point in points_of(window))


def _success_rate(tally: Tally, action: str) -> float | None:
    return rounded_percent(*tally.succeeded_of(action))


def _bytes(tally: Tally, actions: tuple[str, ...]) -> int:
    return sum(map(tally.bytes.__getitem__, actions))
