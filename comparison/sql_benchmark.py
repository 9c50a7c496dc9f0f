"""The statement that comparisons are measured against."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.window import Window
from nodes.fields import to_stored

_ATTEMPTS_AND_BYTES = """
SELECT node_name, action, status, COUNT(*), SUM(size)
FROM events WHERE node_name IN ({names}) AND timestamp >= %s AND timestamp < %s
GROUP BY node_name, action, status
"""


def attempts_and_bytes(connection: BaseDatabaseWrapper, names: Sequence[str], window: Window) -> list[tuple[Any, ...]]:
    """Node, action, status, attempts and bytes of all events in the window, sound or not."""
    statement = _ATTEMPTS_AND_BYTES.format(names=", ".join(["%s"] * len(names)))
    with connection.cursor() as cursor:
        cursor.execute(statement, (*names, to_stored(window.start), to_stored(window.end)))
        return list(cursor.fetchall())
