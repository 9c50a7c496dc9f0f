"""The traffic of one node from its newest events alone: exact percentiles, of a part of the window only."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import sql
from comparison.tally import Tallying, Traffic
from comparison.window import Window
from nodes.fields import from_stored, to_stored
from nodes.rollups.presence import rollups_exist
from nodes.satellites import satellite_of
from nodes.sql import rolled
from nodes.sql.groups import LAST_ID, EventGroup, newest_groups


def read(
    connection: BaseDatabaseWrapper, name: str, window: Window, satellites: Collection[str] | None = None
) -> Traffic:
    """The newest MAX_EVENTS_FOR_COMPARISON events of the node in the window, aggregated by the database.

    With `satellites`, what these events are of is that of those alone.
    """
    limit, span = settings.MAX_EVENTS_FOR_COMPARISON, (to_stored(window.start), to_stored(window.end))
    groups = newest_groups(connection, name, span, limit)
    traffic = from_groups(groups, window)
    if satellites is not None:
        traffic = _of(satellites, groups, traffic)
    traffic.limited = traffic.rows_read >= limit and sql.has_more_than(connection, name, span, limit, (0, LAST_ID))
    ((_, first, last),) = sql.edges(connection, [name], window.end)
    traffic.known_since, traffic.known_until = from_stored(first), from_stored(last)
    if rollups_exist(connection):
        traffic.summed_since = next((from_stored(of) for _, _, of, _ in rolled.named(connection, [name])), None)
    return traffic


def from_groups(groups: list[EventGroup], window: Window) -> Traffic:
    tallying = Tallying(Traffic(window))
    tallying.add_groups(groups)
    traffic = tallying.finish(exact=True)
    # Of a sample it is known where in the window a broken time stamp stands.
    traffic.broken += sum(group.attempts for group in groups if group.hour is None)
    traffic.rows_read = sum(group.attempts for group in groups)
    traffic.oldest, traffic.newest = _outer_times(groups)
    return traffic


def _of(satellites: Collection[str], groups: Sequence[EventGroup], whole: Traffic) -> Traffic:
    """With durations, reasons and points of these satellites; of all events what is broken, and when they were."""
    part = from_groups([group for group in groups if satellite_of(group.satellite) in satellites], whole.window)
    return replace(
        whole,
        total=part.total,
        satellites=part.satellites,
        points=part.points,
        point_durations=part.point_durations,
        durations=part.durations,
        reasons=part.reasons,
        explained=part.explained,
        spoiled=part.spoiled,
        whole=whole.total,
        whole_timed=whole.timed_in_all,
    )


def _outer_times(groups: list[EventGroup]) -> tuple[datetime | None, datetime | None]:
    """Of the sound events."""
    sound = [group for group in groups if group.action is not None]
    first = min((group.first for group in sound if group.first), default=None)
    last = max((group.last for group in sound if group.last), default=None)
    return from_stored(first), from_stored(last)
