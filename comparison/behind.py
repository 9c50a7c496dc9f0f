"""The events that the roll-ups do not have yet: those behind their watermark."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import sql
from comparison.spans import hours_of
from comparison.window import Window
from nodes.fields import to_stored
from nodes.rollups import watermark
from nodes.rollups.codes import hour_of
from nodes.sql.groups import LAST_ID, EventGroup, counts_behind, groups_behind, newest_groups
from nodes.sql.rollups import newest_id

# Events of all nodes together that are read at once, and so many that not even their nodes are counted.
MOST_AT_ONCE, FAR_BEHIND = 100_000, 1_000_000


@dataclass(frozen=True)
class Progress:
    """Events with ids up to `counted` are in the roll-ups, `newest` is the highest id. `is_certain` is False where ids
    were given out again, so that some of the former may be new (nodes.rollups.watermark)."""

    counted: int
    newest: int
    is_certain: bool = True

    @property
    def behind(self) -> int:
        return self.newest - self.counted

    @property
    def percent(self) -> int:
        return 100 * self.counted // self.newest if self.newest else 100


def progress(connection: BaseDatabaseWrapper) -> Progress:
    cut = watermark.cut(connection, watermark.state(connection).watermark)
    return Progress(cut.counted, newest_id(connection), not cut.uncertain)


Tails = Mapping[str, list[EventGroup]]


@dataclass(frozen=True)
class Uncounted:
    """All events behind up to a window's end, by node, and since when any event of each is known, counted ones too."""

    tails: Tails
    since: Mapping[str, datetime | None]


def is_read_at_once(names: Sequence[str], done: Progress) -> bool:
    """Whether `groups_of` reads all events behind of these nodes, whenever they were."""
    return done.behind <= min(settings.MAX_EVENTS_FOR_COMPARISON * len(names), MOST_AT_ONCE)


def within(tails: Tails, window: Window) -> dict[str, list[EventGroup]]:
    """Of what was read at once for a longer window, what `groups_of` would say of this one."""
    most = settings.MAX_EVENTS_FOR_COMPARISON
    return {name: groups for name, groups in tails.items() if _attempts_in(window, groups) <= most}


def groups_of(
    connection: BaseDatabaseWrapper, names: Sequence[str], window: Window, done: Progress
) -> dict[str, list[EventGroup]]:
    """By name; without the nodes that have more than MAX_EVENTS_FOR_COMPARISON of these events in the window.

    Read once for all by the range of their ids. Where that range is long, it is read of the nodes that have few of
    its events, and those of the others by index. While the roll-ups are far behind, all are read by index.
    """
    most = settings.MAX_EVENTS_FOR_COMPARISON
    few = names if is_read_at_once(names, done) else _with_few(connection, names, done, most)
    found: dict[str, list[EventGroup]] = {name: [] for name in few}
    for group in groups_behind(connection, list(few), done.counted, to_stored(window.end)):
        # SQLite keeps a name as bytes too, which is no node's name.
        if group.node in found:
            found[str(group.node)].append(group)
    return within(found, window) | _by_index(connection, [name for name in names if name not in found], window, done)


def _with_few(connection: BaseDatabaseWrapper, names: Sequence[str], done: Progress, most: int) -> list[str]:
    if done.behind > FAR_BEHIND:
        return []
    counts = counts_behind(connection, done.counted)
    few, together = [], 0
    for name in sorted(names, key=lambda name: counts.get(name, 0)):
        together += counts.get(name, 0)
        if counts.get(name, 0) > most or together > max(most, MOST_AT_ONCE):
            break
        few.append(name)
    return few


def _by_index(
    connection: BaseDatabaseWrapper, names: Sequence[str], window: Window, done: Progress
) -> dict[str, list[EventGroup]]:
    most = settings.MAX_EVENTS_FOR_COMPARISON
    span, ids = (to_stored(window.start), to_stored(window.end)), (done.counted, LAST_ID)
    return {
        name: newest_groups(connection, name, span, most, ids)
        for name in names
        if not sql.has_more_than(connection, name, span, most, ids)
    }


def _attempts_in(window: Window, groups: Iterable[EventGroup]) -> int:
    hours = hours_of(window)
    return sum(group.attempts for group in groups if group.hour is not None and hour_of(group.hour) in hours)
