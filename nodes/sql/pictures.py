"""What pictures are drawn from beside a comparison's result: few rows of each node, however much is stored.

Times are in the stored form.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes import soundness

Rows = list[tuple[Any, ...]]
# A node, and the span of a step of time [since, until).
Steps = Sequence[tuple[str, str, str]]

# One jump into the index for each step, and one by the id that it finds.
_SPACE = """
WITH asked(name, since, until) AS (VALUES {steps})
SELECT asked.name, found.timestamp, found.used_bytes, found.total_bytes, found.available_bytes, found.trash_bytes
FROM asked CROSS JOIN storage_snapshots AS found
WHERE found.id = (
    SELECT id FROM storage_snapshots
    WHERE node_name = asked.name AND timestamp >= asked.since AND timestamp < asked.until AND {sound}
    ORDER BY timestamp DESC, id DESC LIMIT 1
)
ORDER BY 1, 2
"""
_COMPACTIONS = """
SELECT node_name, satellite, store, last_run_iso, duration FROM hashstore_compaction_history
WHERE node_name IN ({nodes}) AND last_run_iso >= %s AND last_run_iso < %s
ORDER BY last_run_iso DESC LIMIT %s
"""
_STARTS = "SELECT node, seen, version, started FROM sno_starts WHERE node IN ({nodes}) ORDER BY node, seen"


def space(connection: BaseDatabaseWrapper, steps: Steps) -> Rows:
    """Node, stored time, used, total, available and trash of the last sound snapshot of each step that has one."""
    if not steps:
        return []
    marks = ", ".join(["(%s, %s, %s)"] * len(steps))
    statement = _SPACE.format(steps=marks, sound=soundness.sound_snapshot(connection.vendor))
    return _rows(connection, statement, [part for step in steps for part in step])


def compactions(connection: BaseDatabaseWrapper, names: Sequence[str], span: tuple[str, str], most: int) -> Rows:
    """Node, satellite, store, time as the monitor wrote it, and seconds, of the newest that ended in [start, end)."""
    if not names:
        return []
    statement = _COMPACTIONS.format(nodes=", ".join(["%s"] * len(names)))
    return _rows(connection, statement, [*names, *span, most])


def starts(connection: BaseDatabaseWrapper, names: Sequence[str]) -> Rows:
    """Node, when it was first seen, version and start of each process that is known, the oldest first."""
    if not names:
        return []
    return _rows(connection, _STARTS.format(nodes=", ".join(["%s"] * len(names))), names)


def _rows(connection: BaseDatabaseWrapper, statement: str, parameters: Sequence[Any]) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
