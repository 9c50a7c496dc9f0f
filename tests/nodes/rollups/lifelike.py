"""Events for tests, one by one or as many as wanted."""

from typing import Any

from tests.comparison import strategies
from tests.nodes.rollups import oracle

REASONS = [reason for reason in oracle.REASONS if not isinstance(reason, bytes)]
NAMES = strategies.NAMES
PER_TURN = 200


def event(id_: int, **values: Any) -> oracle.Row:
    return {
        "id": id_,
        "timestamp": "2026-11-23T11:00:00+00:00",
        "action": "GET",
        "status": "success",
        "size": 1000,
        "piece_id": f"piece {id_}",
        "satellite_id": strategies.SATELLITES[0],
        "node_name": "attic",
        "duration_ms": 100,
        "error_reason": None,
    } | values


def some_events(first: int, count: int) -> list[oracle.Row]:
    """Lifelike enough: two nodes, late events, four hours of three days and several kinds."""
    return [
        event(
            id_,
            timestamp=f"2026-11-2{id_ % 3}T{(id_ * 7) % 4:02}:{id_ * 13 % 60:02}:00+00:00",
            action="GET" if id_ % 3 else "PUT",
            status="success" if id_ % 5 else "failed",
            node_name=NAMES[0] if id_ % 2 else NAMES[2],
            size=id_,
            duration_ms=id_ % 50 * 20,
            error_reason=REASONS[id_ % len(REASONS)],
        )
        for id_ in range(first, first + count)
    ]


def events_of_many_hours(count: int) -> list[oracle.Row]:
    """So many that their roll-ups need room of their own."""
    stamps = [f"2026-10-{1 + n % 28:02}T{n % 24:02}:00:00+00:00" for n in range(count)]
    return [row | {"timestamp": stamps[n]} for n, row in enumerate(some_events(first=1, count=count))]
