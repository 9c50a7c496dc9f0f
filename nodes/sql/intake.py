"""The statements of nodes/intake/."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.sql.fetching import fetched

Row = Sequence[Any]

# Makes the row where there is none, and holds it until the end of the transaction.
_TAKE_NODE = """
INSERT INTO intake_nodes (node, last_event_id) VALUES (%s, 0)
ON CONFLICT (node) DO UPDATE SET last_event_id = intake_nodes.last_event_id
"""
_OF_NODE = "SELECT id, timestamp FROM events WHERE {of_node} AND timestamp >= %s AND timestamp < %s AND id > %s LIMIT 1"
_FOREIGN = _OF_NODE.format(of_node="node_name = %s")
# The same by the ids, which are few: the name is no longer a column that an index has.
_FOREIGN_OF_FEW = _OF_NODE.format(of_node="node_name || '' = %s")
FEW_IDS = 5_000

_KNOWN = "SELECT source, path, head, length, hash, block_hash, lines, events FROM intake_sources WHERE node = %s"
_STATE_BEFORE = """
SELECT state FROM intake_sources WHERE node = %s AND latest >= %s AND latest <= %s ORDER BY latest DESC, source LIMIT 1
"""
_ADD_SOURCE = """
INSERT INTO intake_sources
    (path, head, length, hash, block_hash, latest, state, updated, lines, events, node, source)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (node, source) DO NOTHING
"""
_MOVE_SOURCE = """
UPDATE intake_sources
SET path = %s, head = %s, length = %s, hash = %s, block_hash = %s, latest = %s, state = %s, updated = %s,
    lines = lines + %s, events = events + %s
WHERE node = %s AND source = %s AND hash = %s
"""
_FORGET_STATES = "UPDATE intake_sources SET state = %s WHERE node = %s AND updated < %s AND state <> %s"
_ADD_SCORES = """
INSERT INTO reputation_history (
    timestamp, node_name, satellite, audit_score, suspension_score, online_score,
    audit_success_count, audit_total_count, is_disqualified, is_suspended
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, NULL, NULL)
"""
_ADD_COMPACTIONS = """
INSERT INTO hashstore_compaction_history (
    node_name, satellite, store, last_run_iso, duration, data_reclaimed_bytes, data_rewritten_bytes,
    table_load, trash_percent
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (node_name, satellite, store, last_run_iso) DO NOTHING
"""
_ADD_SKIPPED = """
INSERT INTO intake_skipped (node, reason, lines, example, updated) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (node, reason) DO UPDATE
SET lines = intake_skipped.lines + excluded.lines, example = excluded.example, updated = excluded.updated
"""
_ADD_COARSE = """
INSERT INTO intake_timings (node, hour, coarse) VALUES (%s, %s, %s)
ON CONFLICT (node, hour) DO UPDATE SET coarse = intake_timings.coarse + excluded.coarse
"""
_ADD_AUDITS = """
INSERT INTO intake_audits (node, started, satellite, piece_id) VALUES (%s, %s, %s, %s)
ON CONFLICT (node, started, satellite, piece_id) DO NOTHING
"""
_PUSH_BEFORE = "SELECT digest, answer FROM intake_pushes WHERE node = %s AND key = %s"
_ADD_PUSH = "INSERT INTO intake_pushes (node, key, digest, answer, received) VALUES (%s, %s, %s, %s, %s)"
_FORGET_PUSHES = "DELETE FROM intake_pushes WHERE node = %s AND received < %s"
_DROP_AUDITS = "DELETE FROM intake_audits WHERE node = %s AND started = %s AND satellite = %s AND piece_id = %s"


class Moved(NamedTuple):
    """Where a log was read to; `lines` and `events` since `stored`, its hash as it was, "" where it is new."""

    path: str
    head: bytes
    length: int
    hash: str
    block_hash: str
    latest: int
    state: bytes
    updated: str
    lines: int
    events: int
    node: str
    source: str
    stored: str


def take_node(connection: BaseDatabaseWrapper, node: str) -> int:
    """The node's last id; no other transaction takes the node until this one has ended."""
    _execute(connection, _TAKE_NODE, node)
    return last_event_id(connection, node)


def last_event_id(connection: BaseDatabaseWrapper, node: str) -> int:
    """0 where the intake never wrote an event of this node."""
    rows = fetched(connection, "SELECT last_event_id FROM intake_nodes WHERE node = %s", node)
    return int(rows[0][0]) if rows else 0


def put_last_event_id(connection: BaseDatabaseWrapper, node: str, id_: int) -> None:
    _execute(connection, "UPDATE intake_nodes SET last_event_id = %s WHERE node = %s", id_, node)


def foreign_event(
    connection: BaseDatabaseWrapper, node: str, ids: tuple[int, int], times: tuple[str, str]
) -> tuple[int, str] | None:
    """Id and time of some event of the node with an id in (first, last] and a stored time in [first, last)."""
    few = ids[1] - ids[0] <= FEW_IDS
    rows = fetched(connection, _FOREIGN_OF_FEW if few else _FOREIGN, node, *times, ids[0])
    return rows[0] if rows else None


def known_sources(connection: BaseDatabaseWrapper, node: str) -> list[tuple[Any, ...]]:
    """Source, path, head, length, hash, block_hash, lines and events of each log of the node."""
    return fetched(connection, _KNOWN, node)


def state_of(connection: BaseDatabaseWrapper, node: str, source: str) -> bytes:
    statement = "SELECT state FROM intake_sources WHERE node = %s AND source = %s"
    return _state(fetched(connection, statement, node, source))


def state_before(connection: BaseDatabaseWrapper, node: str, earliest: int, latest: int) -> bytes:
    """Of the log of the node that ends last of those that end in this span; empty where there is none."""
    return _state(fetched(connection, _STATE_BEFORE, node, earliest, latest))


def move_source(connection: BaseDatabaseWrapper, moved: Moved) -> bool:
    """Whether the log was where it was thought to be."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_SOURCE if moved.stored else _ADD_SOURCE, moved if moved.stored else moved[:-1])
        return bool(cursor.rowcount == 1)


def forget_states(connection: BaseDatabaseWrapper, node: str, before: str) -> None:
    """Of logs of the node of which nothing was read since; they stay known."""
    _execute(connection, _FORGET_STATES, b"", node, before, b"")


def add_scores(connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> None:
    _many(connection, _ADD_SCORES, rows)


def add_compactions(connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> None:
    _many(connection, _ADD_COMPACTIONS, rows)


def add_skipped(connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> None:
    _many(connection, _ADD_SKIPPED, rows)


def add_coarse(connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> None:
    _many(connection, _ADD_COARSE, rows)


def add_audits(connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> None:
    _many(connection, _ADD_AUDITS, rows)


def drop_audits(connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> None:
    _many(connection, _DROP_AUDITS, rows)


def push_before(connection: BaseDatabaseWrapper, node: str, key: str) -> tuple[str, str] | None:
    """Digest and answer of what was sent under this key."""
    rows = fetched(connection, _PUSH_BEFORE, node, key)
    return rows[0] if rows else None


def add_push(connection: BaseDatabaseWrapper, row: Row) -> None:
    """Node, key, digest, answer and when it was received."""
    _execute(connection, _ADD_PUSH, *row)


def forget_pushes(connection: BaseDatabaseWrapper, node: str, before: str) -> None:
    _execute(connection, _FORGET_PUSHES, node, before)


def _state(rows: list[tuple[Any, ...]]) -> bytes:
    return bytes(rows[0][0]) if rows else b""


def _execute(connection: BaseDatabaseWrapper, sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)


def _many(connection: BaseDatabaseWrapper, sql: str, rows: Sequence[Row]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)
