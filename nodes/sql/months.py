"""Statements over many months of many nodes, whose rows are few: sums of months, and the ends of days."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes import soundness
from nodes.sql.snapshots import MOST_BYTES, seconds_of

Rows = list[tuple[Any, ...]]

# Not the days after a disqualification: the satellite does not pay for these.
_API_MONTHS = """
SELECT days.node, days.satellite, substr(days.day, 1, 7), COUNT(CASE WHEN days.byte_hours > 0 THEN 1 END),
    SUM(days.byte_hours), SUM(days.egress), SUM(days.repair_egress), SUM(days.audit_egress)
FROM sno_days AS days LEFT JOIN sno_satellites AS on_it ON on_it.node = days.node AND on_it.satellite = days.satellite
WHERE days.node IN ({names}) AND days.day >= %s AND days.day < %s
    AND (on_it.disqualified IS NULL OR on_it.disqualified >= days.day)
GROUP BY 1, 2, 3
"""
# Two jumps into the index for each node and day, however many snapshots a day has.
_DAY_ENDS = """
WITH named(name) AS (VALUES {names}), asked(day) AS (VALUES {days}),
ends AS MATERIALIZED (
    SELECT named.name, (
        SELECT id FROM storage_snapshots
        WHERE node_name = named.name AND timestamp >= asked.day || 'T' AND timestamp < asked.day || 'U' AND {sound}
        ORDER BY timestamp, id LIMIT 1
    ) AS first, (
        SELECT id FROM storage_snapshots
        WHERE node_name = named.name AND timestamp >= asked.day || 'T' AND timestamp < asked.day || 'U' AND {sound}
        ORDER BY timestamp DESC, id DESC LIMIT 1
    ) AS last
    FROM named CROSS JOIN asked
)
SELECT ends.name, {first_at}, first.used_bytes, first.total_bytes, {last_at}, last.used_bytes, last.total_bytes
FROM ends CROSS JOIN storage_snapshots AS first CROSS JOIN storage_snapshots AS last
WHERE first.id = ends.first AND last.id = ends.last
"""
_PAYOUTS = """
SELECT node_name, period, satellite, actual_payout FROM payout_history
WHERE node_name IN ({names}) AND period >= %s AND period <= %s ORDER BY timestamp, id
"""
_STUBS = """
SELECT node, period, satellite, held, disposed FROM sno_paystubs
WHERE node IN ({names}) AND period >= %s AND period <= %s
"""


def api_months(connection: BaseDatabaseWrapper, names: Sequence[str], first: str, last: str) -> Rows:
    """Node, satellite, month, days on which something was stored, byte-hours, and bytes of egress, repair and audits,
    of the days in [first, last).
    """
    return _rows(connection, _API_MONTHS.format(names=_marks(names)), (*names, first, last))


def day_ends(connection: BaseDatabaseWrapper, names: Sequence[str], days: Sequence[str]) -> Rows:
    """Node, and of the first and the last sound snapshot of each of the days that has any: seconds since 1970, bytes
    used, and bytes in all.
    """
    vendor = connection.vendor
    sound = f"{soundness.sound_snapshot(vendor)} AND used_bytes <= {MOST_BYTES} AND total_bytes <= {MOST_BYTES}"
    statement = _DAY_ENDS.format(
        names=", ".join(["(%s)"] * len(names)),
        days=", ".join(["(%s)"] * len(days)),
        sound=sound,
        first_at=seconds_of(vendor, "first.timestamp"),
        last_at=seconds_of(vendor, "last.timestamp"),
    )
    return _rows(connection, statement, (*names, *days))


def payouts(connection: BaseDatabaseWrapper, names: Sequence[str], first: str, last: str) -> Rows:
    """Node, month, satellite and US dollars, of the months from `first` to `last`, the newest entry last."""
    return _rows(connection, _PAYOUTS.format(names=_marks(names)), (*names, first, last))


def stubs(connection: BaseDatabaseWrapper, names: Sequence[str], first: str, last: str) -> Rows:
    """Node, month, satellite, and what its pay stub says is held and was given back, in millionths of a US dollar."""
    return _rows(connection, _STUBS.format(names=_marks(names)), (*names, first, last))


def _marks(names: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(names))


def _rows(connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any]) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
