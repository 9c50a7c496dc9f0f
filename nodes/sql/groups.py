"""Events summed up by the database, for the roll-ups, for what is not in them yet, and for samples.

The database does the work and sends few rows: it works outside Python's lock, while threads that fetch the events
themselves wait for one another.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes import soundness
from nodes.soundness import DIALECTS
from nodes.sql.figures import FAR_AHEAD, LONG_AGO

# An error is told by its beginning; the rest of a long one is stack and addresses.
LONGEST_REASON = 200
LAST_ID = 2**63 - 1

# Two steps. The first goes over the events, and works out of each only what differs within a second or so; the second
# goes over its few groups, works out the rest, and makes one group of those that are equal by then.
# `form` is 0 where the rest of the time stamp is not in the stored form, and 2 where the numbers are sound too. One
# CASE for both: outside of one, SQLite works out both sides of every OR and AND, which took a sixth of the time.
# MATERIALIZED, or whether a group is sound would be worked out once for every column that asks.
_GROUPS = f"""
WITH alike AS (
    SELECT node_name, substr(timestamp, 1, 13) AS hour, satellite_id, action, status,
        CASE WHEN status = 'failed' THEN substr(error_reason, 1, {LONGEST_REASON}) END AS reason,
        CASE WHEN {{stored_rest}} THEN CASE WHEN {{sound_numbers}} THEN 2 ELSE 1 END ELSE 0 END AS form,
        COUNT(*) AS attempts, SUM(CASE WHEN size BETWEEN 0 AND {soundness.MAX_SIZE} THEN size END) AS bytes,
        MIN(timestamp) AS first, MAX(timestamp) AS last, MAX(id) AS last_id, {{durations}} AS durations
    FROM (
        SELECT id, node_name, timestamp, satellite_id, action, status, size, duration_ms, error_reason
        FROM events WHERE {{chosen}}
    ) AS chosen
    GROUP BY 1, 2, 3, 4, 5, 6, 7
),
stored AS MATERIALIZED (SELECT *, form > 0 AND {{stored_hour}} AS stored FROM alike),
judged AS MATERIALIZED (SELECT *, stored AND form = 2 AND {soundness.sound_kind()} AS sound FROM stored)
SELECT node_name, CASE WHEN stored THEN hour END, satellite_id,
    CASE WHEN sound THEN action END, CASE WHEN sound THEN status END, CASE WHEN sound THEN reason END,
    CAST(SUM(attempts) AS BIGINT), SUM(CASE WHEN sound THEN bytes END),
    MIN(CASE WHEN stored AND hour >= '{LONG_AGO}' THEN first END),
    MAX(CASE WHEN stored AND hour < '{FAR_AHEAD}' THEN last END),
    MAX(last_id), {{all_durations}}
FROM judged GROUP BY 1, 2, 3, 4, 5, 6
"""
_IN_ORDER = "id > %s AND id <= %s ORDER BY id LIMIT %s"
# Not the name itself: SQLite would rather read all events of these nodes by their index than the new ones by id.
_BEHIND = "id > %s AND node_name || '' IN ({names}) AND (timestamp >= %s AND {stored_form}) IS NOT TRUE"
_COUNTS = "SELECT node_name || '', COUNT(*) FROM events WHERE id > %s GROUP BY 1"
# The newest events are found by index and then read in the order of their ids: read backwards, as the index
# has them, a disk cannot read ahead, and a cold comparison took twice as long (490 to 240 ms for five nodes).
_NEWEST = """id IN (
    SELECT id FROM events WHERE node_name = %s AND timestamp >= %s AND timestamp < %s AND id > %s AND id <= %s
    ORDER BY timestamp DESC, id DESC LIMIT %s
)"""


class EventGroup(NamedTuple):
    """Events that are alike. `hour` is "2026-11-23T11", None for a time stamp that is not in the stored form.

    `action` and `status` are None for broken events, `reason` for all but failed ones; `satellite`, `reason` and
    `node` may be whatever SQLite has kept. `bytes` and `durations` ("7,12", in ms, of successful downloads and
    uploads) are of sound events; `first` and `last` are stored time stamps.
    """

    node: object
    hour: str | None
    satellite: object
    action: str | None
    status: str | None
    reason: object
    attempts: int
    bytes: int | None
    first: str | None
    last: str | None
    last_id: int
    durations: str | None


def next_groups(connection: BaseDatabaseWrapper, after: int, last: int, limit: int) -> list[EventGroup]:
    """Of the first `limit` events with ids in (after, last]."""
    return _groups(connection, _IN_ORDER, (after, last, limit))


def groups_behind(connection: BaseDatabaseWrapper, names: Sequence[str], after: int, before: str) -> list[EventGroup]:
    """Of the events of these nodes with ids above `after`, but for those from the stored time `before` on."""
    if not names:
        return []
    marks, stored_form = ", ".join(["%s"] * len(names)), DIALECTS[connection.vendor].stored_form
    return _groups(connection, _BEHIND.format(names=marks, stored_form=stored_form), (after, *names, before))


def counts_behind(connection: BaseDatabaseWrapper, after: int) -> dict[object, int]:
    """How many events with ids above `after` there are of each node."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, (after,))
        return dict(cursor.fetchall())


def newest_groups(
    connection: BaseDatabaseWrapper,
    name: str,
    span: tuple[str, str],
    limit: int,
    ids: tuple[int, int] = (0, LAST_ID),
) -> list[EventGroup]:
    """Of the newest `limit` events of a node in the span [start, end) of stored times, with ids in (ids[0], ids[1]].

    Broken time stamps are among them where their text lies in the span.
    """
    return _groups(connection, _NEWEST, (name, *span, *ids, limit))


def _groups(connection: BaseDatabaseWrapper, chosen: str, parameters: Sequence[Any]) -> list[EventGroup]:
    with connection.cursor() as cursor:
        cursor.execute(_statement(connection.vendor, chosen), parameters)
        return [EventGroup._make(row) for row in cursor.fetchall()]


def _statement(vendor: str, chosen: str) -> str:
    dialect = DIALECTS[vendor]
    return _GROUPS.format(
        chosen=chosen,
        stored_hour=dialect.stored_hour("hour"),
        stored_rest=dialect.stored_rest,
        sound_numbers=soundness.sound_numbers(vendor),
        durations=dialect.joined.format("duration_ms"),
        all_durations=dialect.joined.format(f"CASE WHEN sound AND {soundness.timed_kind()} THEN durations END"),
    )
