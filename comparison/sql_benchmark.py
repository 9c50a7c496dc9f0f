"""The statements that comparisons are measured against."""

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

_OF_MONTH = "FROM events WHERE node_name = %s AND timestamp >= %s AND timestamp < %s AND status = 'success'"
_TRAFFIC = f"SELECT satellite_id, action, COUNT(*), SUM(size) {_OF_MONTH} GROUP BY satellite_id, action"
_SATELLITES = f"SELECT DISTINCT satellite_id {_OF_MONTH}"
_SHARE = f"""
SELECT COUNT(*), SUM(CASE WHEN satellite_id = %s AND action IN ('PUT', 'PUT_REPAIR') THEN size ELSE 0 END),
    SUM(CASE WHEN action IN ('PUT', 'PUT_REPAIR') THEN size ELSE 0 END)
{_OF_MONTH}
"""


def attempts_and_bytes(connection: BaseDatabaseWrapper, names: Sequence[str], window: Window) -> list[tuple[Any, ...]]:
    """Node, action, status, attempts and bytes of all events in the window, sound or not."""
    statement = _ATTEMPTS_AND_BYTES.format(names=", ".join(["%s"] * len(names)))
    return _rows(connection, statement, (*names, *_span(window)))


def month_traffic(connection: BaseDatabaseWrapper, name: str, window: Window) -> list[tuple[Any, ...]]:
    """Satellite, action, successful attempts and bytes of a node's events, all of them looked at."""
    return _rows(connection, _TRAFFIC, (name, *_span(window)))


def month_shares(connection: BaseDatabaseWrapper, name: str, window: Window) -> list[tuple[Any, ...]]:
    """Satellite, successful attempts, bytes received of it and of all: a look at all events for each satellite."""
    satellites = [satellite for (satellite,) in _rows(connection, _SATELLITES, (name, *_span(window)))]
    return [(of, *_rows(connection, _SHARE, (of, name, *_span(window)))[0]) for of in satellites]


def _span(window: Window) -> tuple[str, str]:
    return to_stored(window.start), to_stored(window.end)


def _rows(connection: BaseDatabaseWrapper, statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
