"""The details of a node computed the naive way from the oracle's events, and how near they have to be."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.comparison.oracle import ACTIONS, PRECISE, Expected, Row, moment, rounded

EGRESS, INGRESS = ("GET", "GET_REPAIR", "GET_AUDIT"), ("PUT", "PUT_REPAIR")
AN_HOUR = timedelta(hours=1)


def near(found: float | None, exact: float | None) -> bool:
    """At most 1 % off."""
    return found == exact or (found is not None and exact is not None and abs(found - exact) <= exact / 100)


def details(expected: Expected, start: datetime, end: datetime) -> dict[str, Any]:
    events = expected.events
    satellites = {row.get("satellite_id") or "" for row in events}
    return {
        "actions": [action(events, key) for key in ACTIONS],
        "satellites": {
            key: satellite([r for r in events if (r.get("satellite_id") or "") == key]) for key in satellites
        },
        "errors": Counter(row["error_reason"] or "" for row in events if row["status"] == "failed"),
        "series": [point([r for r in events if a <= moment(r["timestamp"]) < b]) for a, b in points(start, end)],
        "hours": len({row["timestamp"][:13] for row in expected.events}),
    }


def points(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The pieces of the window that lie in one hour, day or week."""
    hours = (end + AN_HOUR - timedelta(microseconds=1) - start) // AN_HOUR
    found, begin = [], start
    while begin < end:
        after = begin + AN_HOUR
        while after < end and same(after, begin, hours):
            after += AN_HOUR
        found.append((begin, min(after, end)))
        begin = after
    return found


def same(one: datetime, other: datetime, hours: int) -> bool:
    if hours <= 49:
        return False
    if hours <= 92 * 24 + 1:
        return one.date() == other.date()
    return one.isocalendar()[:2] == other.isocalendar()[:2]


def action(events: Sequence[Row], key: str) -> dict[str, Any]:
    mine = [row for row in events if row["action"] == key]
    count = Counter(row["status"] for row in mine)
    timed = durations(events, key) if key in ("GET", "PUT") else []
    return {
        "action": ACTIONS[key],
        "success": count["success"],
        "canceled": count["canceled"],
        "failed": count["failed"],
        "success_rate": success_rate(events, key),
        "bytes": sum(row["size"] or 0 for row in mine if row["status"] == "success"),
        "latency_p50_ms": percentile(timed, 50),
        "latency_p95_ms": percentile(timed, 95),
    }


def satellite(events: Sequence[Row]) -> dict[str, Any]:
    return {
        "operations": len(events),
        "success_rate_download": success_rate(events, "GET"),
        "success_rate_upload": success_rate(events, "PUT"),
        "success_rate_audit": success_rate(events, "GET_AUDIT"),
        "egress_bytes": size(events, EGRESS),
        "ingress_bytes": size(events, INGRESS),
    }


def point(events: Sequence[Row]) -> dict[str, Any]:
    return {
        "success_rate_download": success_rate(events, "GET"),
        "success_rate_upload": success_rate(events, "PUT"),
        "latency_download_p50_ms": percentile(durations(events, "GET"), 50),
        "latency_download_p95_ms": percentile(durations(events, "GET"), 95),
        "latency_upload_p50_ms": percentile(durations(events, "PUT"), 50),
        "latency_upload_p95_ms": percentile(durations(events, "PUT"), 95),
        "egress_bytes": size(events, EGRESS) if events else None,
        "ingress_bytes": size(events, INGRESS) if events else None,
    }


def success_rate(events: Sequence[Row], key: str) -> Any:
    statuses = [row["status"] for row in events if row["action"] == key]
    rated = [status for status in statuses if key != "GET_AUDIT" or status != "canceled"]
    if not rated:
        return None
    return rounded(PRECISE.divide(Decimal(100 * rated.count("success")), Decimal(len(rated))), 2)


def size(events: Sequence[Row], actions: tuple[str, ...]) -> int:
    return sum(row["size"] or 0 for row in events if row["status"] == "success" and row["action"] in actions)


def durations(events: Sequence[Row], key: str) -> list[int]:
    found = [row["duration_ms"] for row in events if row["action"] == key and row["status"] == "success"]
    return sorted(duration for duration in found if duration is not None)


def percentile(values: Sequence[int], percent: int) -> int | None:
    return next((v for n, v in enumerate(values, start=1) if 100 * n >= percent * len(values)), None)


def check(found: dict[str, Any], right: dict[str, Any], exact: bool) -> None:
    for one, other in zip(found["actions"], right["actions"], strict=True):
        equal(one, other, exact)
    assert {each["satellite"] for each in found["satellites"]} == right["satellites"].keys()
    for each in found["satellites"]:
        equal(each, right["satellites"][each["satellite"]], exact)
    check_errors(found["errors"], right["errors"])
    series = found["series"]
    assert len(series["start"]) == len(right["series"])
    for number, other in enumerate(right["series"]):
        equal({key: series[key][number] for key in other}, other, exact)


def check_errors(found: list[dict[str, Any]], right: Counter[str]) -> None:
    assert [each["count"] for each in found] == [count for _, count in right.most_common(3)]
    assert all(right[each["reason"]] == each["count"] for each in found)


def equal(found: dict[str, Any], right: dict[str, Any], exact: bool) -> None:
    for key, value in right.items():
        if "latency" in key and not exact:
            assert near(found[key], value), key
        else:
            assert found[key] == value, key
