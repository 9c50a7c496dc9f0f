"""What a month's earnings rest on: byte-hours from the storage snapshots, and when a node was first seen."""

from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes import soundness
from nodes.soundness import DIALECTS
from nodes.sql.figures import LONG_AGO

# Two snapshots further apart than this leave a gap.
GAP_SECONDS = 6 * 3600
# No node is larger; so bounded, the sums below stay in 64 bits.
MOST_BYTES = 10**16

_SECONDS = {
    "sqlite": "CAST(strftime('%%s', substr(timestamp, 1, 19)) AS INTEGER)",
    "postgresql": "CAST(EXTRACT(EPOCH FROM CAST(substr(timestamp, 1, 19) AS timestamp)) AS bigint)",
}
# Within a day, and apart on both sides of the end that was asked for: one row of them, however many they are.
# Twice the area below the line between two snapshots, in bytes and seconds, is summed in millions and their rest,
# as a day of it can be over 64 bits.
_STORED_DAYS = """
WITH judged AS MATERIALIZED (
    SELECT id, timestamp, used_bytes, total_bytes, trash_bytes,
        {sound} AND used_bytes <= {most} AND total_bytes <= {most} AS sound
    FROM storage_snapshots WHERE node_name = %s AND timestamp >= %s AND timestamp < %s
),
timed AS (
    SELECT id, timestamp, substr(timestamp, 1, 10) AS day, CASE WHEN timestamp >= %s THEN 1 ELSE 0 END AS later,
        {seconds} AS at, used_bytes, total_bytes,
        CASE WHEN {whole_trash} AND trash_bytes BETWEEN 0 AND {most} THEN trash_bytes END AS trash_bytes
    FROM judged WHERE sound
),
stepped AS (
    SELECT timed.*, at - LAG(at) OVER steps AS seconds, used_bytes + LAG(used_bytes) OVER steps AS used_twice,
        total_bytes + LAG(total_bytes) OVER steps AS total_twice, ROW_NUMBER() OVER steps AS number,
        ROW_NUMBER() OVER (PARTITION BY day, later ORDER BY timestamp DESC, id DESC) AS from_last
    FROM timed WINDOW steps AS (PARTITION BY day, later ORDER BY timestamp, id)
)
SELECT later, COUNT(*), MIN(at), MAX(at),
    MAX(CASE WHEN number = 1 THEN used_bytes END), MAX(CASE WHEN from_last = 1 THEN used_bytes END),
    MAX(CASE WHEN number = 1 THEN total_bytes END), MAX(CASE WHEN from_last = 1 THEN total_bytes END),
    SUM(used_twice / 1000000 * seconds), SUM(used_twice %% 1000000 * seconds),
    SUM(total_twice / 1000000 * seconds), SUM(total_twice %% 1000000 * seconds),
    MAX(seconds), SUM(CASE WHEN seconds > {gap} THEN 1 ELSE 0 END), SUM(trash_bytes * 1.0), COUNT(trash_bytes)
FROM stepped GROUP BY day, later
UNION ALL
SELECT NULL, COUNT(*), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM judged WHERE used_bytes IS NOT NULL AND total_bytes IS NOT NULL AND sound IS NOT TRUE
"""
# Jumps into indexes.
_FIRST_SEEN = f"""
SELECT
    (SELECT timestamp FROM storage_snapshots WHERE node_name = %s AND timestamp >= '{LONG_AGO}' AND {{stored_form}}
        ORDER BY timestamp LIMIT 1),
    (SELECT timestamp FROM events WHERE node_name = %s AND timestamp >= '{LONG_AGO}' AND {{stored_form}}
        ORDER BY timestamp LIMIT 1),
    (SELECT MIN(period) FROM earnings_estimates WHERE node_name = %s)
"""


class StoredDay(NamedTuple):
    """Snapshots of one day, `later` those of it from the asked end on; times in whole seconds from 1970 on.

    `used_area` and `total_area` are twice the bytes times seconds between the first and the last of them.
    """

    later: bool
    snapshots: int
    first_at: int
    last_at: int
    first_used: int
    last_used: int
    first_total: int
    last_total: int
    used_area: int
    total_area: int
    longest_gap: int
    gaps: int
    trash: float
    trash_count: int


def stored_days(
    connection: BaseDatabaseWrapper, name: str, span: tuple[str, str], end: str
) -> tuple[list[StoredDay], int]:
    """Of the snapshots in the span [start, end) of stored times, in the order of time; and how many are broken."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(connection.vendor), (name, *span, end))
        rows = cursor.fetchall()
    days = [_day(*row) for row in rows if row[0] is not None]
    return sorted(days, key=lambda day: (day.first_at, day.later)), sum(row[1] for row in rows if row[0] is None)


def first_seen(connection: BaseDatabaseWrapper, name: str) -> tuple[Any, Any, Any]:
    """The stored times of a node's first snapshot and first event, and the first month that it has an estimate of."""
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_SEEN.format(stored_form=DIALECTS[connection.vendor].stored_form), (name, name, name))
        snapshot, event, period = cursor.fetchone()
    return snapshot, event, period


def _statement(vendor: str) -> str:
    return _STORED_DAYS.format(
        sound=soundness.sound_snapshot(vendor),
        whole_trash=DIALECTS[vendor].whole.format("trash_bytes"),
        seconds=_SECONDS[vendor],
        most=MOST_BYTES,
        gap=GAP_SECONDS,
    )


def _day(later: int, *fields: Any) -> StoredDay:
    used, used_rest, total, total_rest, longest, gaps, trash, trash_count = fields[7:]
    areas = _area(used, used_rest), _area(total, total_rest)
    rest = int(longest or 0), int(gaps or 0), float(trash or 0), trash_count
    return StoredDay._make((bool(later), *map(int, fields[:7]), *areas, *rest))


def _area(millions: Any, rest: Any) -> int:
    """Nothing of a single snapshot."""
    return int(millions or 0) * 1_000_000 + int(rest or 0)
