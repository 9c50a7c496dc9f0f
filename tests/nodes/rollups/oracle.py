"""What the roll-ups must hold, counted the naive way from rows in memory. It shares no code with the product."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

Row = dict[str, Any]
Counts = dict[tuple[Any, ...], tuple[int, int]]

ACTIONS = {"GET": 1, "PUT": 2, "GET_REPAIR": 3, "PUT_REPAIR": 4, "GET_AUDIT": 5}
STATUSES = {"success": 1, "canceled": 2, "failed": 3}
BROKEN = (0, 0)
# What is recorded, and the text under which it is to be counted.
REASONS: dict[Any, str] = {
    None: "",
    " ": "",
    "unexpected EOF": "unexpected EOF",
    "write tcp 10.0.17.120:28967->66.23.193.251:12201: write: broken pipe": "write tcp …: write: broken pipe",
    "write tcp 10.0.17.120:28967->[2a01:4f8::1]:80: write: broken pipe": "write tcp …: write: broken pipe",
    b"\xff\x00": "",
}
_1970 = datetime(1970, 1, 1, tzinfo=UTC)


def time_of(row: Row) -> datetime | None:
    text = row["timestamp"]
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00"
    if not isinstance(text, str) or not re.fullmatch(form, text, flags=re.ASCII):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def whole(value: Any) -> bool:
    return value is None or (isinstance(value, int) and value >= 0)


def is_sound(row: Row) -> bool:
    return (
        time_of(row) is not None
        and row["action"] in ACTIONS
        and row["status"] in STATUSES
        and whole(row["size"])
        and (row["size"] or 0) <= 10**12
        and whole(row["duration_ms"])
    )


def spans_of(row: Row) -> list[tuple[int, int]]:
    time = time_of(row)
    if time is None:
        return [(2, 0)]
    hour = (time - _1970) // timedelta(hours=1)
    monday = time.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=time.weekday())
    return [(0, hour), (1, hour - hour % 24), (3, (monday - _1970) // timedelta(hours=1))]


def counts(rows: Iterable[Row]) -> Counts:
    """Attempts and bytes by name, span, start, satellite, action and status."""
    sums: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        sound = is_sound(row)
        kind = (ACTIONS[row["action"]], STATUSES[row["status"]]) if sound else BROKEN
        for span in spans_of(row):
            of = sums[row["node_name"], *span, row["satellite_id"], *kind]
            of[0] += 1
            of[1] += row["size"] or 0 if sound else 0
    return {key: (attempts, total) for key, (attempts, total) in sums.items()}


def hours(rows: Iterable[Row]) -> dict[str, set[int]]:
    """By name, those with events: in hours since 1970."""
    found = defaultdict(set)
    for row in rows:
        for span, start in spans_of(row):
            if span == 0:
                found[row["node_name"]].add(start)
    return dict(found)


def points(rows: Iterable[Row]) -> dict[tuple[Any, ...], tuple[dict[tuple[str, str], int], dict[str, int]]]:
    """Attempts by action and status, and bytes of the successful ones by action, by name, span and start."""
    found: dict[tuple[Any, ...], tuple[dict[tuple[str, str], int], dict[str, int]]] = {}
    for row in filter(is_sound, rows):
        for span in spans_of(row):
            attempts, sizes = found.setdefault((row["node_name"], *span), ({}, {}))
            kind = row["action"], row["status"]
            attempts[kind] = attempts.get(kind, 0) + 1
            if row["status"] == "success" and row["size"]:
                sizes[row["action"]] = sizes.get(row["action"], 0) + row["size"]
    return found


def paid(rows: Iterable[Row]) -> dict[tuple[Any, ...], tuple[int, int, int, int]]:
    """Bytes of successful attempts by name, day and satellite: egress, repair, audits, and what came in."""
    found: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * 4)
    places = {"GET": 0, "GET_REPAIR": 1, "GET_AUDIT": 2, "PUT": 3, "PUT_REPAIR": 3}
    for row in filter(is_sound, rows):
        if row["status"] == "success" and row["size"]:
            day = next(start for span, start in spans_of(row) if span == 1)
            found[row["node_name"], day, row["satellite_id"]][places[row["action"]]] += row["size"]
    return {key: (egress, repair, audit, received) for key, (egress, repair, audit, received) in found.items()}


def failures(rows: Iterable[Row]) -> dict[tuple[Any, ...], int]:
    """Attempts by name, span, start, action and reason."""
    found: dict[tuple[Any, ...], int] = defaultdict(int)
    for row in rows:
        if is_sound(row) and row["status"] == "failed":
            for span in spans_of(row):
                found[row["node_name"], *span, ACTIONS[row["action"]], REASONS[row["error_reason"]]] += 1
    return dict(found)


def durations(rows: Iterable[Row]) -> dict[tuple[Any, ...], list[int]]:
    """Sorted, by name, span, start and action."""
    timed = defaultdict(list)
    for row in rows:
        if is_sound(row) and row["status"] == "success" and row["action"] in ("GET", "PUT"):
            for span in spans_of(row):
                if row["duration_ms"] is not None:
                    timed[row["node_name"], *span, ACTIONS[row["action"]]].append(row["duration_ms"])
    return {key: sorted(values) for key, values in timed.items()}


def nearest_rank(values: list[int], percent: int) -> int:
    return values[math.ceil(percent * len(values) / 100) - 1]
