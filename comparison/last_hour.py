"""The clock hour in which a window ends, of which the roll-ups may have too much.

They are by the hour. Where something that they counted is later than the window's end, the hour's part is read from
the events themselves; where these are pruned, the window can only end with the hour before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import sql
from comparison.spans import BY_HOUR, hour_of, is_full_hour, moment_of, pieces
from comparison.window import Window
from nodes.fields import to_stored
from nodes.sql import rolled

# A window that ended no longer ago than this ends now.
LIVE = timedelta(seconds=10)


@dataclass(frozen=True)
class Known:
    """What the roll-ups know of a node: its number, and the stored times of its first and last counted event."""

    number: int
    first: str | None
    last: str | None


@dataclass(frozen=True)
class LastHour:
    """The window that can be described, the nodes whose events of its last hour are to be read, and those whose
    events of it are pruned, for which the window was shortened."""

    window: Window
    raw: frozenset[str] = frozenset()
    pruned: frozenset[str] = frozenset()


def settled(connection: BaseDatabaseWrapper, window: Window, known: Mapping[str, Known], counted: int) -> LastHour:
    """`counted` is the id up to which events are in the roll-ups."""
    if is_full_hour(window.end):
        return LastHour(window)
    end = to_stored(window.end)
    too_late = {name: node for name, node in known.items() if node.last is not None and node.last >= end}
    hour = hour_of(window.end)
    if datetime.now(UTC) - window.end < LIVE:
        # What is yet to come is not pruned: without an event later in this hour its sums are right, even if some
        # clock was years ahead once.
        rest = end, to_stored(moment_of(hour + 1))
        too_late = {
            name: node
            for name, node in too_late.items()
            if sql.has_more_than(connection, name, rest, most=0, ids=(0, counted))
        }
    sums = _counted_in(connection, too_late, hour)
    span = to_stored(moment_of(hour)), to_stored(moment_of(hour + 1))
    pruned = {name for name in too_late if sums[name] > sql.count_events(connection, name, span, counted)}
    if pruned:
        return LastHour(Window(window.start, moment_of(hour)), pruned=frozenset(pruned))
    return LastHour(window, raw=frozenset(too_late))


def _counted_in(connection: BaseDatabaseWrapper, nodes: Mapping[str, Known], hour: int) -> dict[str, int]:
    """How many events of that hour the roll-ups have, by name."""
    asked = [
        (node.number, piece.span, piece.first, piece.last)
        for node in nodes.values()
        for piece in pieces(hour, hour + 1, BY_HOUR)
    ]
    sums = dict.fromkeys((node.number for node in nodes.values()), 0)
    for number, _, _, _, attempts, _ in rolled.counts_by_satellite(connection, asked):
        sums[number] += int(attempts)
    return {name: sums[node.number] for name, node in nodes.items()}
