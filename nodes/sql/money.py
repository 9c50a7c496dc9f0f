"""What a month's earnings rest on beside storage and traffic: when a node was first seen, and what its API tells."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.soundness import DIALECTS
from nodes.sql.figures import LONG_AGO

Rows = Sequence[tuple[Any, ...]]

# Jumps into indexes.
_FIRST_SEEN = f"""
WITH asked(name) AS (VALUES {{names}})
SELECT asked.name,
    (SELECT timestamp FROM storage_snapshots
        WHERE node_name = asked.name AND timestamp >= '{LONG_AGO}' AND {{stored_form}} ORDER BY timestamp LIMIT 1),
    (SELECT MIN(period) FROM earnings_estimates WHERE node_name = asked.name)
FROM asked
"""
_API_SATELLITES = """
SELECT node, satellite, joined, disqualified, held_total, held_disposed, storage_price, egress_price, repair_price,
    audit_price
FROM sno_satellites WHERE node IN ({names})
"""
_API_DAYS = """
SELECT node, satellite, day, byte_hours, egress, repair_egress, audit_egress, updated
FROM sno_days WHERE node IN ({names}) AND day >= %s AND day <= %s
"""


def first_seen(connection: BaseDatabaseWrapper, names: Sequence[str]) -> Rows:
    """Name, the stored time of its first snapshot, and the first month that it has an estimate of."""
    marks, stored_form = ", ".join(["(%s)"] * len(names)), DIALECTS[connection.vendor].stored_form
    return _rows(connection, _FIRST_SEEN.format(names=marks, stored_form=stored_form), names)


def api_satellites(connection: BaseDatabaseWrapper, names: Sequence[str]) -> Rows:
    """Node, satellite, stored times of joining and of a disqualification, what is held and of that given back in
    millionths of a US dollar, and cents per TB-month of storage and per TB of egress, repair and audits."""
    return _rows(connection, _API_SATELLITES.format(names=_marks(names)), names)


def api_days(connection: BaseDatabaseWrapper, names: Sequence[str], first: str, last: str) -> Rows:
    """Node, satellite, day, byte-hours, bytes of egress, repair and audits, and when that was told, of the days from
    `first` to `last`."""
    return _rows(connection, _API_DAYS.format(names=_marks(names)), names, first, last)


def _marks(names: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(names))


def _rows(connection: BaseDatabaseWrapper, sql: str, names: Sequence[str], *parameters: str) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, (*names, *parameters))
        return list(cursor.fetchall())
