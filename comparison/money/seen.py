"""The earliest date that anything shows of a node, which a date of joining is guessed from where none is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.behind import Uncounted
from comparison.money.estimates import Estimates
from comparison.money.month import Month
from comparison.money.moved import Moved
from comparison.sql import edges
from comparison.window import Window
from nodes.fields import from_stored
from nodes.sql.money import first_seen


@dataclass(frozen=True)
class Seen:
    """Times of the first snapshot and event that there are, and the first month that has an estimate."""

    snapshot: datetime | None
    event: datetime | None
    month: Month | None

    def earliest(self, moved: Moved | None, estimated: Estimates) -> date | None:
        """Of these, of the first event that is counted, and of the ages that the month's estimates tell."""
        moments = (self.snapshot, self.event, self.month.start if self.month else None, moved.first if moved else None)
        ages = (estimate.joined for estimate in estimated.satellites.values())
        return min([*(moment.date() for moment in moments if moment), *filter(None, ages)], default=None)


def read(
    connection: BaseDatabaseWrapper, names: Sequence[str], window: Window, uncounted: Uncounted | None
) -> dict[str, Seen]:
    """By name. Events are looked up by index only of nodes of which `uncounted` does not tell the first one."""
    known: Mapping[str, datetime | None] = uncounted.since if uncounted else {}
    others = edges(connection, [name for name in names if name not in known], window.end)
    events = {name: from_stored(first) for name, first, _ in others}
    return {
        name: Seen(from_stored(snapshot), known[name] if name in known else events[name], Month.parse(period))
        for name, snapshot, period in first_seen(connection, names)
    }
