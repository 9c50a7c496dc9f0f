"""Writes events as the monitor does, without any code of ours: batches of 500, a transaction each, at a steady rate.

`python -m tests.stress.writer FILE SECONDS RATE` prints, as JSON, of each batch the time.monotonic() of its begin and
of the end of its commit. Batches follow one another by the clock; one that is late is followed at once.
"""

import json
import sqlite3
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.comparison.strategies import NAMES, SATELLITES
from tests.nodes.monitor_files import INSERT

BATCH = 500
PATIENCE = 30  # seconds that it waits for a lock
LATE_EVERY, BROKEN_EVERY = 20, 997
LATEST = timedelta(hours=20)
ACTIONS = ("GET", "GET", "PUT", "GET", "PUT", "GET_REPAIR", "PUT_REPAIR", "GET_AUDIT")
STATUSES = ("success", "success", "success", "success", "canceled", "success", "failed")
REASONS = (None, "unexpected EOF", "unexpected EOF")


def main(file: Path, seconds: float, rate: int) -> None:
    batches = []
    with closing(sqlite3.connect(file, timeout=PATIENCE, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        began = time.monotonic()
        for number in range(round(seconds * rate / BATCH)):
            time.sleep(max(0.0, began + number * BATCH / rate - time.monotonic()))
            rows = [_row(number * BATCH + n) for n in range(BATCH)]
            batches.append(_written(connection, rows))
    sys.stdout.write(json.dumps(batches))


def _written(connection: sqlite3.Connection, rows: list[tuple[object, ...]]) -> tuple[float, float]:
    began = time.monotonic()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(INSERT, rows)
    connection.execute("COMMIT")
    return began, time.monotonic()


def _row(number: int) -> tuple[object, ...]:
    """Never of the future. Every 20th is of a log that was read too late, some have equal times or a broken value."""
    moment = datetime.now(UTC)
    if number % LATE_EVERY == 0:
        moment -= LATEST * (number * 7919 % 1000) / 1000
    if number % 3 == 0:
        moment = moment.replace(microsecond=0)
    status = STATUSES[number // 3 % len(STATUSES)]
    reason = REASONS[number // 7 % len(REASONS)] if status == "failed" else None
    size: object = "12abc" if number % BROKEN_EVERY == 0 else number % 2_000_000
    satellite, name = SATELLITES[number // 5 % len(SATELLITES)], NAMES[number * number % 7 % len(NAMES)]
    action, duration = ACTIONS[number // 11 % len(ACTIONS)], number % 40 * 37
    place = ("10.0.0.1", "Germany", 51.0, 9.0)
    return (moment.isoformat(), action, status, size, f"piece {number}", satellite, *place, reason, name, duration)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
