"""The events that the roll-ups do not have yet: those behind their watermark."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import sql
from comparison.spans import hours_of
from comparison.window import Window
from nodes.fields import to_stored
from nodes.rollups import watermark
from nodes.rollups.codes import hour_of
from nodes.sql.groups import LAST_ID, EventGroup, groups_behind, newest_groups
from nodes.sql.rollups import newest_id


@dataclass(frozen=True)
class Progress:
    """Events with ids up to `counted` are in the roll-ups, `newest` is the highest id."""

    counted: int
    newest: int

    @property
    def behind(self) -> int:
        return self.newest - self.counted

    @property
    def percent(self) -> int:
        return 100 * self.counted // self.newest if self.newest else 100


def progress(connection: BaseDatabaseWrapper) -> Progress:
    counted = watermark.cut(connection, watermark.state(connection).watermark).counted
    return Progress(counted, newest_id(connection))


def groups_of(
    connection: BaseDatabaseWrapper, names: Sequence[str], window: Window, done: Progress
) -> dict[str, list[EventGroup]]:
    """By name; without the nodes that have more than MAX_EVENTS_FOR_COMPARISON of these events in the window.

    Read once for all by the range of their ids. While the roll-ups are far behind that range is too long: then each
    node's by index.
    """
    most = settings.MAX_EVENTS_FOR_COMPARISON
    if done.behind <= most * len(names):
        found: dict[str, list[EventGroup]] = defaultdict(list)
        for group in groups_behind(connection, names, done.counted, to_stored(window.end)):
            found[str(group.node)].append(group)
        return {name: found[name] for name in names if _attempts_in(window, found[name]) <= most}
    span, ids = (to_stored(window.start), to_stored(window.end)), (done.counted, LAST_ID)
    return {
        name: newest_groups(connection, name, span, most, ids)
        for name in names
        if not sql.has_more_than(connection, name, span, most, ids)
    }


def _attempts_in(window: Window, groups: Iterable[EventGroup]) -> int:
    hours = hours_of(window)
    return sum(group.attempts for group in groups if group.hour is not None and hour_of(group.hour) in hours)
