"""Bytes that a node sent and received in a month, from the roll-ups and the events behind them.

Up to the last full hour before the end, as the roll-ups are by the hour. Sizes are those that clients asked for; what
satellites pay for is settled by orders, so that sums of events come near to it and are not equal.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import add, sub
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import behind
from comparison.actions import SUCCESS
from comparison.behind import Tails
from comparison.last_hour import Known
from comparison.spans import BY_DAY, hour_of, moment_of, pieces
from comparison.window import Window
from nodes.fields import from_stored, to_stored
from nodes.rollups import points
from nodes.rollups.codes import HOUR, HOURS_A_DAY, STATUS_CODES
from nodes.rollups.presence import rollups_exist
from nodes.satellites import satellite_of
from nodes.sql import paid, rolled
from nodes.sql.groups import EventGroup

# So long without an event means that the log is not read any more, not that nobody came.
SILENT_AFTER = timedelta(days=1)

Row = tuple[Any, ...]
# Bytes of each action of paid.PAID: egress, repair and audits.
Sent = tuple[int, int, int]
NOTHING_SENT: Sent = (0, 0, 0)
_1970 = date(1970, 1, 1).toordinal()


@dataclass
class Moved:
    """Bytes of successful attempts between `since` and `until`, None where there are no events at all: by satellite
    and day those that were `sent` and are paid for, and by satellite those that were `received`.

    `first` is the node's first known event. `is_whole` is False where too many events are not counted yet: then these
    are left out.
    """

    sent: dict[tuple[str, date], Sent] = field(default_factory=dict)
    received: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    is_whole: bool = True
    is_silent: bool = False

    def add(self, satellite: str, day: date, sent: Sent, received: int) -> None:
        if sent != NOTHING_SENT:
            so_far = self.sent.get((satellite, day))
            self.sent[satellite, day] = sent if so_far is None else _plus(so_far, sent)
        if received:
            self.received[satellite] += received


@dataclass(frozen=True)
class Counted:
    """Whom the roll-ups know: nodes by name, and satellites by number. `has_days` is whether nodes.sql.paid has all."""

    nodes: Mapping[str, Known]
    satellites: Mapping[int, str]
    has_days: bool


def counted(connection: BaseDatabaseWrapper, names: Sequence[str]) -> Counted | None:
    """None where there are no roll-ups."""
    if not rollups_exist(connection):
        return None
    nodes = {name: Known(*rest) for name, *rest in rolled.named(connection, names)}
    return Counted(nodes, rolled.satellites(connection), points.are_complete(connection))


def read(
    connection: BaseDatabaseWrapper,
    names: Sequence[str],
    window: Window,
    known: Counted | None,
    tails: Tails | None = None,
) -> dict[str, Moved]:
    """The window starts at midnight. Empty where there are no roll-ups. `tails` are what is not counted yet, where
    that was read before."""
    if known is None:
        return {}
    span = Window(window.start, moment_of(hour_of(window.end)))
    moved = {name: Moved() for name in names}
    _add_counted(connection, moved, span, known)
    uncounted = _within(span, behind.within(tails, span) if tails is not None else _tails(connection, names, span))
    for name, of_node in moved.items():
        tail = uncounted.get(name, [])
        of_node.is_whole = name in uncounted
        _add_events(of_node, tail)
        set_span(of_node, (span.start, span.end), _times(tail, known.nodes.get(name)))
    return moved


def _add_counted(connection: BaseDatabaseWrapper, moved: Mapping[str, Moved], span: Window, known: Counted) -> None:
    numbered = {node.number: moved[name] for name, node in known.nodes.items()}
    hours = range(hour_of(span.start), hour_of(span.end))
    sent = (_sent if known.has_days else _sent_by_pieces)(connection, list(numbered), hours)
    days = range(hours.start // HOURS_A_DAY, hours.stop // HOURS_A_DAY + 1)
    dates = {day: date.fromordinal(_1970 + day) for day in days}
    for node, satellite, start, egress, repair, audit, received in sent:
        numbered[node].add(
            known.satellites.get(satellite, ""), dates[start // HOURS_A_DAY], (egress, repair, audit), received
        )


def _sent_by_pieces(connection: BaseDatabaseWrapper, nodes: Sequence[int], hours: range) -> Iterator[Row]:
    for piece in pieces(hours.start, hours.stop, BY_DAY):
        of_piece = range(piece.first, piece.last)
        yield from whole(rolled.sent(connection, nodes, piece.span, of_piece, STATUS_CODES[SUCCESS]))


def _sent(connection: BaseDatabaseWrapper, nodes: Sequence[int], hours: range) -> list[Row]:
    """From a midnight on. A last day that is not over is less its other hours: mostly there is one of these with
    anything counted, the one that runs."""
    days, of_last_day = paid.days(connection, nodes, hours), len(hours) % HOURS_A_DAY
    if not of_last_day:
        return days
    last = hours.stop - of_last_day
    later = rolled.sent(connection, nodes, HOUR, range(hours.stop, last + HOURS_A_DAY), STATUS_CODES[SUCCESS])
    return [*(row for row in days if row[2] < last), *_less((row for row in days if row[2] == last), whole(later))]


def _less(day: Iterable[Row], hours: Iterable[Row]) -> Iterator[Row]:
    """The rows of a day less those of its hours."""
    later: dict[tuple[int, int], list[int]] = {}
    for node, satellite, _, *sizes in hours:
        later[node, satellite] = list(map(add, later.get((node, satellite), [0] * len(sizes)), sizes))
    for node, satellite, start, *sizes in day:
        yield node, satellite, start, *map(sub, sizes, later.get((node, satellite), [0] * len(sizes)))


def whole(rows: Iterable[Row]) -> list[Row]:
    """PostgreSQL's sums are decimals."""
    return [tuple(map(int, row)) for row in rows]


def _plus(one: Sent, other: Sent) -> Sent:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _tails(connection: BaseDatabaseWrapper, names: Sequence[str], span: Window) -> Tails:
    """What is not counted yet; without the nodes that have too much of it."""
    done = behind.progress(connection)
    if not done.behind or span.start >= span.end:
        return {name: [] for name in names}
    return behind.groups_of(connection, names, span, done)


def _within(span: Window, tails: Tails) -> dict[str, list[EventGroup]]:
    first, last = to_stored(span.start)[:13], to_stored(span.end)[:13]
    return {
        name: [group for group in tail if group.hour is not None and first <= group.hour < last]
        for name, tail in tails.items()
    }


def _add_events(moved: Moved, groups: Iterable[EventGroup]) -> None:
    for group in groups:
        if group.hour is not None and group.action and group.status == SUCCESS and group.bytes:
            day, size = date.fromisoformat(group.hour[:10]), int(group.bytes)
            egress, repair, audit = (size if group.action == action else 0 for action in paid.PAID)
            received = size if group.action in paid.UNPAID else 0
            moved.add(satellite_of(group.satellite), day, (egress, repair, audit), received)


def _times(groups: Iterable[EventGroup], known: Known | None) -> list[datetime]:
    """Of the first and last events that are known of the node."""
    texts = [text for group in groups for text in (group.first, group.last)]
    return [at for at in map(from_stored, [*texts, *((known.first, known.last) if known else ())]) if at is not None]


def set_span(moved: Moved, span: tuple[datetime, datetime], times: Sequence[datetime]) -> None:
    """`times` are those of the first and the last known events, as far as there are any."""
    start, end = span
    moved.first = min(times, default=None)
    if not times or min(times) >= end:
        return
    moved.since = max(start, min(times))
    moved.is_silent = end - max(times) > SILENT_AFTER
    moved.until = max(*times, moved.since) if moved.is_silent else end
