"""What counting events into the roll-ups costs."""

from typing import Any

from django.db import connections

from comparison.benchmarking.resources import sample
from nodes import sql
from nodes.rollups.roll import BATCH, rollup_once
from nodes.rollups.watermark import state
from nodes.router import EVENTS
from nodes.sql.rollups import newest_id

EVENTS_A_SECOND_GOAL = 200_000
LONGEST_WRITE_GOAL_MS = 100


def catch_up(left: int) -> dict[str, Any]:
    """Counts all events but the last `left` of them. `bytes` is by how much the database has grown."""
    connection = connections[EVENTS]
    wanted = newest_id(connection) - state(connection).watermark - left
    before = sql.size_in_bytes(connection)
    locked: list[float] = []

    def count() -> int:
        done = 0
        while done < wanted and (batch := rollup_once(min(BATCH, wanted - done))).events:
            done += batch.events
            locked.append(batch.locked)
        return done

    taken = sample(count)
    seconds = taken["wall_ms"] / 1000
    return {
        "events": taken["rows"],
        "events_a_second": round(taken["rows"] / seconds),
        "events_a_cpu_second": round(taken["rows"] / max(taken["cpu_s"], 0.001)),
        "peak": taken["peak"],
        "longest_write_ms": round(max(locked, default=0) * 1000, 1),
        "bytes": sql.size_in_bytes(connection) - before,
    }
