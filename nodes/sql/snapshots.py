"""Storage snapshots, day by day: byte-hours between the first and the last of each."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, groupby
from operator import add, itemgetter, mul, sub
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes import soundness
from nodes.fields import are_stored, from_stored
from nodes.soundness import DIALECTS

Rows = Sequence[tuple[Any, ...]]

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
_MINUTES = {f"{hour:02}:{minute:02}": hour * 3600 + minute * 60 for hour in range(24) for minute in range(60)}
_SECONDS_OF = {f"{second:02}": second for second in range(60)}
# In the order of its index. Windows and sums in SQL took more than twice the time of handing the rows over, and a look
# at the form of each time stamp as long as that.
_SNAPSHOTS = """
SELECT node_name, timestamp, CASE WHEN {sound} AND used_bytes <= {most} AND total_bytes <= {most} THEN used_bytes END,
    total_bytes, CASE WHEN {whole_trash} AND trash_bytes BETWEEN 0 AND {most} THEN trash_bytes END
FROM storage_snapshots
WHERE node_name IN ({names}) AND timestamp >= %s AND timestamp < %s
    AND used_bytes IS NOT NULL AND total_bytes IS NOT NULL
ORDER BY node_name, timestamp, id
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


def seconds_of(vendor: str, column: str) -> str:
    """The whole seconds from 1970 on of a column of stored times, in SQL."""
    return _SECONDS[vendor].format(column)


def stored_days(
    connection: BaseDatabaseWrapper, names: Sequence[str], span: tuple[str, str], end: str
) -> tuple[dict[str, list[StoredDay]], dict[str, int]]:
    """Of the snapshots in [start, end) of stored times, by name in the order of time; and how many are broken."""
    days: dict[str, list[StoredDay]] = {}
    broken: dict[str, int] = {}
    for name, of_node in groupby(_snapshots(connection, names, span), key=itemgetter(0)):
        rows = list(of_node)
        sound = _sound(rows)
        broken[name] = len(rows) - len(sound)
        days[name] = list(_days(sound, end)) if sound else []
    return days, broken


def _sound(rows: Rows) -> Rows:
    """Those that can be computed with: nearly always all, which is told at once."""
    if None not in [row[2] for row in rows] and are_stored([row[1] for row in rows]):
        return rows
    return [row for row in rows if row[2] is not None and from_stored(row[1]) is not None]


def _days(rows: Rows, end: str) -> Iterator[StoredDay]:
    """Of the sound snapshots of a node."""
    _, times, used, total, trash = zip(*rows, strict=True)
    at = _seconds(times)
    lines = list(map(sub, at[1:], at))
    used_areas, total_areas = _areas(used, lines), _areas(total, lines)
    later, first = bisect_left(times, end), 0
    while first < len(at):
        next_midnight = at[first] // SECONDS_A_DAY * SECONDS_A_DAY + SECONDS_A_DAY
        stop = bisect_left(at, next_midnight, first)
        stop = later if first < later < stop else stop
        last = stop - 1
        day = StoredDay(first >= later, at[first], used[first], total[first], at[last], used[last], total[last])
        day.snapshots = stop - first
        day.used_area = used_areas[last] - used_areas[first]
        day.total_area = total_areas[last] - total_areas[first]
        _add_gaps(day, lines[first:last])
        _add_trash(day, trash[first:stop])
        yield day
        first = stop


def _seconds(times: Sequence[str]) -> list[int]:
    """From 1970 on."""
    midnights = {day: date.fromisoformat(day).toordinal() * SECONDS_A_DAY - _EPOCH for day in {at[:10] for at in times}}
    return [midnights[at[:10]] + _MINUTES[at[11:16]] + _SECONDS_OF[at[17:19]] for at in times]


def _areas(sizes: Sequence[int], lines: Sequence[int]) -> list[int]:
    """Twice that from the first snapshot to each."""
    return list(accumulate(map(mul, map(add, sizes, sizes[1:]), lines), initial=0))


def _add_gaps(day: StoredDay, lines: Sequence[int]) -> None:
    day.longest_gap = max(lines, default=0)
    if day.longest_gap > GAP_SECONDS:
        day.gaps = sum(seconds > GAP_SECONDS for seconds in lines)


def _add_trash(day: StoredDay, sizes: Sequence[int | None]) -> None:
    known = [size for size in sizes if size is not None]
    day.trash, day.trash_count = sum(known), len(known)


def _snapshots(
    connection: BaseDatabaseWrapper, names: Sequence[str], span: tuple[str, str]
) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_statement(connection.vendor, names), (*names, *span))
        while rows := cursor.fetchmany(ROWS_AT_A_TIME):
            yield from rows


def _statement(vendor: str, names: Sequence[str]) -> str:
    return _SNAPSHOTS.format(
        names=_marks(names),
        sound=soundness.sound_space(vendor),
        whole_trash=DIALECTS[vendor].whole.format("trash_bytes"),
        most=MOST_BYTES,
    )


def _marks(names: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(names))
