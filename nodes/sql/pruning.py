"""The statements of nodes/rollups/prune.py."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.soundness import DIALECTS

# `id` first: what a row is told by. The rest as the table has it, so that an archive is complete.
COLUMNS = (
    "id",
    "timestamp",
    "action",
    "status",
    "size",
    "piece_id",
    "satellite_id",
    "remote_ip",
    "country",
    "latitude",
    "longitude",
    "error_reason",
    "node_name",
    "duration_ms",
)
# Rows whose time is not in the stored form stay: how old they are cannot be told.
_PRUNABLE = "FROM events WHERE timestamp < %s AND id <= %s AND id < (SELECT MAX(id) FROM events) AND {stored_form}"
_NEXT = f"SELECT {', '.join(COLUMNS)} {_PRUNABLE} AND (timestamp, id) > (%s, %s) ORDER BY timestamp, id LIMIT %s"


def prunable(
    connection: BaseDatabaseWrapper, before: str, counted: int, after: tuple[str, int], limit: int
) -> list[tuple[Any, ...]]:
    """The oldest events that come after the time and id of `after`, with ids of at most `counted`, in COLUMNS."""
    statement = _NEXT.format(stored_form=DIALECTS[connection.vendor].stored_form)
    with connection.cursor() as cursor:
        cursor.execute(statement, (before, counted, *after, limit))
        return list(cursor.fetchall())


def count_prunable(connection: BaseDatabaseWrapper, before: str, counted: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) {_PRUNABLE.format(stored_form=DIALECTS[connection.vendor].stored_form)}",
            (before, counted),
        )
        return int(cursor.fetchone()[0])


def delete_events(connection: BaseDatabaseWrapper, ids_and_times: Sequence[tuple[int, str]]) -> int:
    """By time too: an id may meanwhile be that of another event. Returns how many there were."""
    if not ids_and_times:
        return 0
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM events WHERE id = %s AND timestamp = %s", ids_and_times)
        return int(cursor.rowcount)
