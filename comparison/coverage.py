"""Of which hours of a window a node has events, and where it has none."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from comparison.actions import TIMED
from comparison.spans import hours_of, moment_of, points_of, step_of
from comparison.tally import Traffic

MOST_GAPS = 10
WORTH_NAMING = timedelta(hours=1)

Gap = tuple[datetime, datetime]


def coverage(traffic: Traffic) -> dict[str, Any]:
    """As JSON; `share` says for each point of the series how much of its hours in the window have events."""
    found = gaps(traffic)
    return {
        "first": _iso(traffic.known_since),
        "last": _iso(traffic.known_until),
        "hours": traffic.hours.bit_count(),
        "of": len(hours_of(traffic.window)),
        "gaps": [{"from": _iso(start), "to": _iso(end)} for start, end in _longest(found)],
        "gap_count": len(found),
        "latencies": any(traffic.timed(action).count or action in traffic.untimed for action in TIMED),
        "upload_cancels": traffic.upload_cancels_recorded,
        "share": _shares(traffic),
    }


def gaps(traffic: Traffic) -> list[Gap]:
    """Runs of hours without an event, of an hour or more; from the node's first known event on."""
    window, hours = traffic.window, hours_of(traffic.window)
    begin = max(window.start, traffic.known_since or window.start)
    # The lowest bit is the first hour.
    empty = re.finditer("0+", f"{traffic.hours:0{len(hours)}b}"[::-1])
    runs = [(moment_of(hours.start + run.start()), moment_of(hours.start + run.end())) for run in empty]
    inside = [(max(start, begin), min(end, window.end)) for start, end in runs]
    return [(start, end) for start, end in inside if end - start >= WORTH_NAMING]


def _longest(found: Sequence[Gap]) -> list[Gap]:
    """In the order of time."""
    return sorted(sorted(found, key=lambda gap: gap[0] - gap[1])[:MOST_GAPS])


def _shares(traffic: Traffic) -> list[float]:
    hours, step = hours_of(traffic.window), step_of(traffic.window)
    shares = []
    for point in points_of(traffic.window):
        first = max(step.start(point), hours.start)
        count = min(step.start(point + 1), hours.stop) - first
        bits = traffic.hours >> (first - hours.start) & ((1 << count) - 1)
        shares.append(round(bits.bit_count() / count, 2))
    return shares


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
