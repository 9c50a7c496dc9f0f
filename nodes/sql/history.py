"""The monitor's own sums per hour, which stay when it prunes its events."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes import soundness
from nodes.soundness import HOURLY_ATTEMPTS

# [start, end), as stored time stamps.
Span = tuple[str, str]

# All nodes at once, over the primary key (hour_timestamp, node_name), which leads to the rows of all nodes. CPU time on
# SQLite for a year of 40 nodes, 350,000 rows: 59 ms for one of them, 139 for five, 814 for all. With an index
# (node_name, hour_timestamp) it was 26, 134 and 1,170 ms, and that takes 42 bytes a row, 15 MB.
# `part` tells in which stretch between two ends of the asked spans a row is. DISTINCT: a table that has lost its
# key would make other hours of an hour that is there twice.
_HOURLY_SUMS = """
WITH judged AS MATERIALIZED (
    SELECT node_name, hour_timestamp, CASE {parts} END AS part, {attempts}, total_upload_size, {sound} AS sound
    FROM hourly_stats WHERE hour_timestamp >= %s AND hour_timestamp < %s AND node_name IN ({names})
)
SELECT CASE WHEN sound THEN substr(hour_timestamp, 1, 10) END, node_name, part,
    SUM(CASE WHEN sound THEN {operations} END), SUM(CASE WHEN sound THEN total_upload_size END),
    SUM(DISTINCT CASE WHEN sound THEN 1 << CAST(substr(hour_timestamp, 12, 2) AS INTEGER) END), COUNT(*)
FROM judged GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class HourlySums:
    """A node's rows of one day, None for the broken ones; bit n of `hours` is hour n. A day may not exist."""

    name: str
    day: str | None
    operations: int
    ingress: int
    hours: int
    rows: int


def hourly_sums(connection: BaseDatabaseWrapper, spans: Mapping[str, Span]) -> list[HourlySums]:
    """Of each node the rows in its span, a day in one or two parts; one statement for all nodes."""
    if not spans:
        return []
    ends = sorted({end for span in spans.values() for end in span})
    with connection.cursor() as cursor:
        cursor.execute(_statement(connection.vendor, len(ends), len(spans)), (*ends, ends[0], ends[-1], *spans))
        return [
            HourlySums(name, day, int(operations or 0), int(ingress or 0), int(hours or 0), rows)
            for day, name, part, operations, ingress, hours, rows in cursor.fetchall()
            if spans[name][0] < ends[part] <= spans[name][1]
        ]


def _statement(vendor: str, ends: int, names: int) -> str:
    return _HOURLY_SUMS.format(
        parts=" ".join(f"WHEN hour_timestamp < %s THEN {part}" for part in range(ends)),
        attempts=", ".join(HOURLY_ATTEMPTS),
        operations=" + ".join(HOURLY_ATTEMPTS),
        sound=soundness.sound_hour(vendor),
        names=", ".join(["%s"] * names),
    )
