"""What a month's earnings rest on: byte-hours from the storage snapshots, and when a node was first seen."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes import soundness
from nodes.soundness import DIALECTS
from nodes.sql.figures import LONG_AGO

# Two snapshots further apart than this leave a gap.
GAP_SECONDS = 6 * 3600
# No node is larger.
MOST_BYTES = 10**16
SECONDS_A_DAY = 86_400
ROWS_AT_A_TIME = 2_000
_EPOCH = date(1970, 1, 1).toordinal() * SECONDS_A_DAY

_SECONDS = {
    "sqlite": "CAST(strftime('%%s', substr({0}, 1, 19)) AS INTEGER)",
    "postgresql": "CAST(EXTRACT(EPOCH FROM CAST(substr({0}, 1, 19) AS timestamp)) AS bigint)",
}
# In the order of its index. Windows and sums in SQL took more than twice the time of handing the rows over.
_SNAPSHOTS = """
SELECT node_name, timestamp, used_bytes, total_bytes,
    CASE WHEN {whole_trash} AND trash_bytes BETWEEN 0 AND {most} THEN trash_bytes END,
    {sound} AND used_bytes <= {most} AND total_bytes <= {most}
FROM storage_snapshots
WHERE node_name IN ({names}) AND timestamp >= %s AND timestamp < %s
    AND used_bytes IS NOT NULL AND total_bytes IS NOT NULL
ORDER BY node_name, timestamp, id
"""
# Jumps into indexes.
_FIRST_SEEN = f"""
WITH asked(name) AS (VALUES {{names}})
SELECT asked.name,
    (SELECT timestamp FROM storage_snapshots
        WHERE node_name = asked.name AND timestamp >= '{LONG_AGO}' AND {{stored_form}} ORDER BY timestamp LIMIT 1),
    (SELECT timestamp FROM events
        WHERE node_name = asked.name AND timestamp >= '{LONG_AGO}' AND {{stored_form}} ORDER BY timestamp LIMIT 1),
    (SELECT MIN(period) FROM earnings_estimates WHERE node_name = asked.name)
FROM asked
"""


@dataclass(slots=True)
class StoredDay:
    """Snapshots of one day, `later` those of it from the asked end on; times in whole seconds from 1970 on.

    `used_area` and `total_area` are twice the bytes times seconds between the first and the last of them. `gaps` are
    longer than GAP_SECONDS.
    """

    later: bool
    first_at: int
    first_used: int
    first_total: int
    last_at: int
    last_used: int
    last_total: int
    snapshots: int = 1
    used_area: int = 0
    total_area: int = 0
    longest_gap: int = 0
    gaps: int = 0
    trash: int = 0
    trash_count: int = 0

    def add(self, at: int, used: int, total: int) -> None:
        """The next snapshot."""
        seconds = at - self.last_at
        self.used_area += (self.last_used + used) * seconds
        self.total_area += (self.last_total + total) * seconds
        self.longest_gap = max(self.longest_gap, seconds)
        self.gaps += seconds > GAP_SECONDS
        self.last_at, self.last_used, self.last_total = at, used, total
        self.snapshots += 1


def seconds_of(vendor: str, column: str) -> str:
    """The whole seconds from 1970 on of a column of stored times, in SQL."""
    return _SECONDS[vendor].format(column)


def stored_days(
    connection: BaseDatabaseWrapper, names: Sequence[str], span: tuple[str, str], end: str
) -> tuple[dict[str, list[StoredDay]], dict[str, int]]:
    """Of the snapshots in [start, end) of stored times, by name in the order of time; and how many are broken."""
    days: dict[str, list[StoredDay]] = defaultdict(list)
    broken: Counter[str] = Counter()
    current: tuple[str, str, bool] | None = None
    midnight = 0
    for name, timestamp, used, total, trash, sound in _snapshots(connection, names, span):
        if not sound:
            broken[name] += 1
            continue
        key = name, timestamp[:10], timestamp >= end
        is_new = key != current
        if is_new:
            current, midnight = key, date.fromisoformat(key[1]).toordinal() * SECONDS_A_DAY - _EPOCH
        at = midnight + int(timestamp[11:13]) * 3600 + int(timestamp[14:16]) * 60 + int(timestamp[17:19])
        if is_new:
            days[name].append(StoredDay(key[2], at, used, total, at, used, total))
        else:
            days[name][-1].add(at, used, total)
        if trash is not None:
            days[name][-1].trash += trash
            days[name][-1].trash_count += 1
    return days, broken


def first_seen(connection: BaseDatabaseWrapper, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Name, the stored times of its first snapshot and first event, and the first month that it has an estimate of."""
    marks, stored_form = ", ".join(["(%s)"] * len(names)), DIALECTS[connection.vendor].stored_form
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_SEEN.format(names=marks, stored_form=stored_form), tuple(names))
        return list(cursor.fetchall())


def _snapshots(
    connection: BaseDatabaseWrapper, names: Sequence[str], span: tuple[str, str]
) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_statement(connection.vendor, len(names)), (*names, *span))
        while rows := cursor.fetchmany(ROWS_AT_A_TIME):
            yield from rows


def _statement(vendor: str, names: int) -> str:
    return _SNAPSHOTS.format(
        names=", ".join(["%s"] * names),
        sound=soundness.sound_snapshot(vendor),
        whole_trash=DIALECTS[vendor].whole.format("trash_bytes"),
        most=MOST_BYTES,
    )
