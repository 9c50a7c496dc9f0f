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

# MATERIALIZED, or whether an event is sound would be worked out once for every column that asks.
_GROUPS = f"""
WITH batch AS MATERIALIZED (
    SELECT id, node_name, timestamp, satellite_id, action, status, size, duration_ms, error_reason,
        {{stored_form}} AS stored, {{sound_values}} AS sound_values
    FROM events WHERE {{chosen}}
),
judged AS (SELECT *, stored AND sound_values AS sound FROM batch)
SELECT node_name, CASE WHEN stored THEN substr(timestamp, 1, 13) END, satellite_id,
    CASE WHEN sound THEN action END, CASE WHEN sound THEN status END,
    CASE WHEN sound AND status = 'failed' THEN substr(error_reason, 1, {LONGEST_REASON}) END,
    COUNT(*), SUM(CASE WHEN sound THEN size END),
    MIN(CASE WHEN stored AND timestamp >= '{LONG_AGO}' THEN timestamp END),
    MAX(CASE WHEN stored AND timestamp < '{FAR_AHEAD}' THEN timestamp END),
    MAX(id), {{durations}}
FROM judged {{filtered}} GROUP BY 1, 2, 3, 4, 5, 6
"""
_IN_ORDER = "id > %s AND id <= %s ORDER BY id LIMIT %s"
# Not the name itself: SQLite would rather read all events of these nodes by their index than the new ones by id.
_BEHIND = "id > %s AND node_name || '' IN ({names})"
_BEFORE = "WHERE stored IS NOT TRUE OR timestamp < %s"
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
    chosen = _BEHIND.format(names=", ".join(["%s"] * len(names)))
    return _groups(connection, chosen, (after, *names, before), _BEFORE)


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


def _groups(
    connection: BaseDatabaseWrapper, chosen: str, parameters: Sequence[Any], filtered: str = ""
) -> list[EventGroup]:
    vendor = connection.vendor
    statement = _GROUPS.format(
        chosen=chosen,
        filtered=filtered,
        stored_form=DIALECTS[vendor].stored_form,
        sound_values=soundness.sound_values(vendor),
        durations=soundness.durations(vendor),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [EventGroup._make(row) for row in cursor.fetchall()]
