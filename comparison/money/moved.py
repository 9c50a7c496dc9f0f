"""Bytes that a node sent and received in a month, from the roll-ups and the events behind them.

Up to the last full hour before the end, as the roll-ups are by the hour. Sizes are those that clients asked for; what
satellites pay for is settled by orders, so that sums of events come near to it and are not equal.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import behind, sql
from comparison.actions import SUCCESS
from comparison.spans import BY_DAY, hour_of, moment_of, pieces
from nodes.fields import from_stored, to_stored
from nodes.models import RollupSatellite
from nodes.rollups.codes import HOURS_A_DAY, STATUS_CODES
from nodes.rollups.presence import rollups_exist
from nodes.satellites import satellite_of
from nodes.soundness import ACTIONS
from nodes.sql import rolled
from nodes.sql.groups import LAST_ID, EventGroup, newest_groups

# So long without an event means that the log is not read any more, not that nobody came.
SILENT_AFTER = timedelta(days=1)

Key = tuple[str, date, str]


@dataclass
class Moved:
    """Bytes of successful attempts by satellite, day and action, between `since` and `until`; None: no events at all.

    `first` is the node's first known event. `is_whole` is False where too many events are not counted yet: then these
    are left out.
    """

    bytes: Counter[Key] = field(default_factory=Counter)
    first: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    is_whole: bool = True
    is_silent: bool = False


def read(connection: BaseDatabaseWrapper, name: str, start: datetime, end: datetime) -> Moved | None:
    """`start` is a full hour. None where there are no roll-ups."""
    if not rollups_exist(connection):
        return None
    last = moment_of(hour_of(end))
    known = next(iter(rolled.named(connection, [name])), None)
    done = behind.progress(connection)
    moved = Moved()
    if known:
        _add_counted(connection, moved, known[1], (hour_of(start), hour_of(last)))
    tail: Sequence[EventGroup] = []
    if done.behind and start < last:
        span, ids = (to_stored(start), to_stored(last)), (done.counted, LAST_ID)
        moved.is_whole = not sql.has_more_than(connection, name, span, settings.MAX_EVENTS_FOR_COMPARISON, ids)
        if moved.is_whole:
            tail = newest_groups(connection, name, span, settings.MAX_EVENTS_FOR_COMPARISON, ids)
            _add_events(moved, tail)
    _set_span(moved, (start, last), _times(tail, known))
    return moved


def _add_counted(connection: BaseDatabaseWrapper, moved: Moved, node: int, hours: tuple[int, int]) -> None:
    names = dict(RollupSatellite.objects.using(connection.alias).values_list("id", "name"))
    asked = [(node, piece.span, piece.first, piece.last) for piece in pieces(*hours, BY_DAY)]
    for satellite, day, action, size in rolled.bytes_by_day(connection, asked, STATUS_CODES[SUCCESS]):
        of = moment_of(day * HOURS_A_DAY).date()
        moved.bytes[names.get(satellite, ""), of, ACTIONS[action - 1]] += int(size)


def _add_events(moved: Moved, groups: Iterable[EventGroup]) -> None:
    for group in groups:
        if group.hour is not None and group.action and group.status == SUCCESS and group.bytes:
            day = date.fromisoformat(group.hour[:10])
            moved.bytes[satellite_of(group.satellite), day, group.action] += int(group.bytes)


def _times(groups: Iterable[EventGroup], known: tuple[object, ...] | None) -> list[datetime]:
    """Of the first and last events that are known of the node."""
    texts = [text for group in groups for text in (group.first, group.last)]
    return [at for at in map(from_stored, [*texts, *(known[2:4] if known else ())]) if at is not None]


def _set_span(moved: Moved, span: tuple[datetime, datetime], times: list[datetime]) -> None:
    start, end = span
    moved.first = min(times, default=None)
    if not times or min(times) >= end:
        return
    moved.since = max(start, min(times))
    moved.is_silent = end - max(times) > SILENT_AFTER
    moved.until = max(*times, moved.since) if moved.is_silent else end
