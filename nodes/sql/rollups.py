"""The statements of nodes/rollups/."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.rollups.codes import DAY, HOUR, HOURS_A_DAY, HOURS_A_WEEK, HOURS_FROM_MONDAY, WEEK
from nodes.sql.fetching import fetched

_FACTS = "id, timestamp, piece_id, satellite_id, node_name, size"
_MARKED = f"SELECT {_FACTS} FROM events WHERE id > %s AND id <= %s AND (id %% %s = 0 OR id = %s)"
_AT = f"SELECT {_FACTS} FROM events WHERE id IN ({{ids}})"

_LATENCIES = """
WITH wanted(a, b, c, d) AS (VALUES {keys})
SELECT node, span, start, action, buckets FROM wanted CROSS JOIN rollup_latencies
WHERE node = a AND span = b AND start = c AND action = d
"""
_ADD_COUNTS = """
INSERT INTO rollup_counts (node, span, start, satellite, action, status, attempts, bytes)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (node, span, start, satellite, action, status) DO UPDATE
SET attempts = rollup_counts.attempts + excluded.attempts, bytes = rollup_counts.bytes + excluded.bytes
"""
_PUT_LATENCIES = """
INSERT INTO rollup_latencies (node, span, start, action, buckets) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (node, span, start, action) DO UPDATE SET buckets = excluded.buckets
"""
_ADD_HOURS = """
INSERT INTO rollup_hours (node, day, hours) VALUES (%s, %s, %s)
ON CONFLICT (node, day) DO UPDATE SET hours = rollup_hours.hours | excluded.hours
"""
# The remainder of hours before 1970 is negative in SQL.
_HOURS_OF_COUNTS = f"""
WITH known AS (
    SELECT DISTINCT node, start, ((start %% {HOURS_A_DAY}) + {HOURS_A_DAY}) %% {HOURS_A_DAY} AS hour
    FROM rollup_counts WHERE span = %s
)
INSERT INTO rollup_hours (node, day, hours)
SELECT node, start - hour, SUM(1 << CAST(hour AS INTEGER)) FROM known WHERE TRUE GROUP BY 1, 2
ON CONFLICT (node, day) DO UPDATE SET hours = rollup_hours.hours | excluded.hours
"""
_ADD_FAILURES = """
INSERT INTO rollup_failures (node, span, start, action, reason, attempts) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (node, span, start, action, reason) DO UPDATE SET attempts = rollup_failures.attempts + excluded.attempts
"""
_PUT_NODES = """
INSERT INTO rollup_nodes (id, name, first_event, last_event) VALUES (%s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET first_event = excluded.first_event, last_event = excluded.last_event
"""
# The remainder of what is before 1970 is negative.
_WEEK = f"start - (((start + {HOURS_FROM_MONDAY}) %% {HOURS_A_WEEK}) + {HOURS_A_WEEK}) %% {HOURS_A_WEEK}"
_COUNTS_OF_WEEKS = f"""
INSERT INTO rollup_counts (node, span, start, satellite, action, status, attempts, bytes)
SELECT node, %s, {_WEEK}, satellite, action, status, SUM(attempts), SUM(bytes)
FROM rollup_counts WHERE span = %s GROUP BY node, {_WEEK}, satellite, action, status
"""
_FAILURES_OF_WEEKS = f"""
INSERT INTO rollup_failures (node, span, start, action, reason, attempts)
SELECT node, %s, {_WEEK}, action, reason, SUM(attempts)
FROM rollup_failures WHERE span = %s GROUP BY node, {_WEEK}, action, reason
"""
_FIRST_STATE = """
INSERT INTO rollup_state (id, watermark, turn, points_turn) VALUES (1, 0, 0, 0) ON CONFLICT (id) DO NOTHING
"""
_NEXT_TURN = "UPDATE rollup_state SET turn = turn + 1, points_turn = points_turn + 1"
_EMPTY = "NOT EXISTS (SELECT 1 FROM events WHERE id > after_id AND id <= last_id)"
_EMPTY_BATCHES = f"SELECT last_id FROM rollup_batches WHERE last_id < %s AND {_EMPTY} LIMIT %s"
_DROP_BATCHES = f"DELETE FROM rollup_batches WHERE last_id = %s AND {_EMPTY}"


@contextmanager
def snapshot(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """All reads inside see one moment. On SQLite without the write lock that a transaction of `events` takes."""
    if connection.vendor == "sqlite":
        _execute(connection, "BEGIN DEFERRED")
        try:
            yield
        finally:
            # An error of the disk has ended it already.
            if connection.connection.in_transaction:
                _execute(connection, "ROLLBACK")
        return
    with transaction.atomic(using=connection.alias):
        _execute(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def state(connection: BaseDatabaseWrapper) -> tuple[int, int] | None:
    """Watermark and turn; None before the first roll-up."""
    rows = fetched(connection, "SELECT watermark, turn FROM rollup_state WHERE id = 1")
    return (int(rows[0][0]), int(rows[0][1])) if rows else None


def marks_of_batch(connection: BaseDatabaseWrapper, last_id: int) -> bytes | None:
    """Those of the batch that ends with this id; None where there is none."""
    rows = fetched(connection, "SELECT marks FROM rollup_batches WHERE last_id = %s", last_id)
    return bytes(rows[0][0]) if rows else None


def newest_id(connection: BaseDatabaseWrapper, table: str = "events") -> int:
    """0 where there are no rows."""
    return int(fetched(connection, f"SELECT COALESCE(MAX(id), 0) FROM {table}")[0][0])


def marked(connection: BaseDatabaseWrapper, after: int, last: int, every: int) -> list[tuple[Any, ...]]:
    """Id, and what tells an event from others, of each `every`th id in (after, last] and of `last`."""
    return fetched(connection, _MARKED, after, last, every, last)


def events_at(connection: BaseDatabaseWrapper, ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """As `marked`, of those of the ids that there are."""
    return fetched(connection, _AT.format(ids=", ".join(["%s"] * len(ids))), *ids) if ids else []


def first_id_between(connection: BaseDatabaseWrapper, after: int, last: int) -> int | None:
    found = fetched(connection, "SELECT MIN(id) FROM events WHERE id > %s AND id <= %s", after, last)[0][0]
    return None if found is None else int(found)


def count_between(connection: BaseDatabaseWrapper, after: int, last: int) -> int:
    return int(fetched(connection, "SELECT COUNT(*) FROM events WHERE id > %s AND id <= %s", after, last)[0][0])


def latencies(connection: BaseDatabaseWrapper, keys: Sequence[tuple[int, ...]]) -> list[tuple[Any, ...]]:
    """Node, span, start, action and packed histogram of those of the keys that there are."""
    if not keys:
        return []
    statement = _LATENCIES.format(keys=", ".join(["(%s, %s, %s, %s)"] * len(keys)))
    return fetched(connection, statement, *(part for key in keys for part in key))


def empty_batches(connection: BaseDatabaseWrapper, before: int, most: int) -> list[int]:
    """The last ids of batches before this id none of whose events is left."""
    return [last for (last,) in fetched(connection, _EMPTY_BATCHES, before, most)]


def take_turn(connection: BaseDatabaseWrapper, turn: int, watermark: int) -> bool:
    """Moves the watermark if the roll-ups are still as they were at this turn; the first write of a transaction."""
    _execute(connection, _FIRST_STATE)
    with connection.cursor() as cursor:
        cursor.execute(f"{_NEXT_TURN}, watermark = %s WHERE id = 1 AND turn = %s", (watermark, turn))
        return bool(cursor.rowcount == 1)


def put_nodes(connection: BaseDatabaseWrapper, rows: Sequence[tuple[Any, ...]]) -> None:
    _many(connection, _PUT_NODES, rows)


def add_satellites(connection: BaseDatabaseWrapper, rows: Sequence[tuple[Any, ...]]) -> None:
    _many(connection, "INSERT INTO rollup_satellites (id, name) VALUES (%s, %s)", rows)


def add_reasons(connection: BaseDatabaseWrapper, rows: Sequence[tuple[Any, ...]]) -> None:
    _many(connection, "INSERT INTO rollup_reasons (id, text) VALUES (%s, %s)", rows)


def add_hours(connection: BaseDatabaseWrapper, rows: Sequence[tuple[int, ...]]) -> None:
    _many(connection, _ADD_HOURS, rows)


def add_hours_of_counts(connection: BaseDatabaseWrapper) -> None:
    """For what was counted before there were rows of hours."""
    _execute(connection, _HOURS_OF_COUNTS, HOUR)


def end_turn(connection: BaseDatabaseWrapper) -> None:
    """Batches that were prepared before are not written any more."""
    _execute(connection, _NEXT_TURN)


def drop_weeks(connection: BaseDatabaseWrapper) -> None:
    for table in ("rollup_counts", "rollup_latencies", "rollup_failures"):
        _execute(connection, f"DELETE FROM {table} WHERE span = %s", WEEK)


def add_weeks_of_days(connection: BaseDatabaseWrapper) -> None:
    """Counts and failures, as they follow from the days."""
    for statement in (_COUNTS_OF_WEEKS, _FAILURES_OF_WEEKS):
        _execute(connection, statement, WEEK, DAY)


def latencies_of_days(connection: BaseDatabaseWrapper) -> list[tuple[Any, ...]]:
    """Node, action, start and packed histogram, in this order."""
    return fetched(
        connection,
        "SELECT node, action, start, buckets FROM rollup_latencies WHERE span = %s ORDER BY node, action, start",
        DAY,
    )


def all_latencies(connection: BaseDatabaseWrapper) -> list[tuple[Any, ...]]:
    return fetched(connection, "SELECT node, span, start, action, buckets FROM rollup_latencies")


def add_failures(connection: BaseDatabaseWrapper, rows: Sequence[tuple[int, ...]]) -> None:
    _many(connection, _ADD_FAILURES, rows)


def add_counts(connection: BaseDatabaseWrapper, rows: Sequence[tuple[int, ...]]) -> None:
    _many(connection, _ADD_COUNTS, rows)


def put_latencies(connection: BaseDatabaseWrapper, rows: Sequence[tuple[Any, ...]]) -> None:
    _many(connection, _PUT_LATENCIES, rows)


def put_batch(connection: BaseDatabaseWrapper, last_id: int, after_id: int, marks: bytes) -> None:
    statement = "INSERT INTO rollup_batches (last_id, after_id, marks) VALUES (%s, %s, %s)"
    _execute(connection, statement, last_id, after_id, marks)


def drop_batches(connection: BaseDatabaseWrapper, last_ids: Sequence[int]) -> None:
    """Those of them that are still empty."""
    _many(connection, _DROP_BATCHES, [(last,) for last in last_ids])


def drop_batches_after(connection: BaseDatabaseWrapper, id_: int) -> None:
    _execute(connection, "DELETE FROM rollup_batches WHERE last_id > %s", id_)


def _execute(connection: BaseDatabaseWrapper, sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)


def _many(connection: BaseDatabaseWrapper, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)
