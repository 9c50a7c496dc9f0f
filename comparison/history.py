"""What the monitor's own sums per hour say of hours whose events are gone and in no roll-up.

They have two numbers that mean the same as ours: all attempts, and the bytes of successful uploads, repair included.
Nothing else is taken from them, because it would falsify what it is put together with:

- success rates: customers' and repair traffic are one sum, and a canceled attempt counts as failed;
- audits: a canceled one counts as failed, so that a node would seem to fail audits;
- egress: the bytes of audits are missing;
- satellites, latencies, error reasons: not in them at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.measured import day
from comparison.spans import hour_of, moment_of
from comparison.units import counted
from nodes.fields import from_stored, to_stored
from nodes.sql import HourlySums, hourly_sums


@dataclass(frozen=True)
class History:
    """Sums of a node; hours and days as in the roll-ups: counted since 1970, a day as its first hour.

    Bit n of a day's mask in `hours` is set if its hour n has a row. `broken` rows are in no sum.
    """

    operations: int = 0
    ingress: int = 0
    hours: Mapping[int, int] = field(default_factory=dict)
    broken: int = 0

    @property
    def first(self) -> int | None:
        """The first hour that has a row."""
        if not self.hours:
            return None
        day = min(self.hours)
        return day + (self.hours[day] & -self.hours[day]).bit_length() - 1

    @property
    def last(self) -> int | None:
        """The last hour that has a row."""
        if not self.hours:
            return None
        day = max(self.hours)
        return day + self.hours[day].bit_length() - 1

    @property
    def count_of_hours(self) -> int:
        return sum(mask.bit_count() for mask in self.hours.values())


def read(connection: BaseDatabaseWrapper, spans: Mapping[str, tuple[int, int]]) -> dict[str, History]:
    """Of each node the hours in [first, last), counted since 1970; one statement, none if no span has an hour."""
    asked = {
        name: (to_stored(moment_of(first)), to_stored(moment_of(last)))
        for name, (first, last) in spans.items()
        if first < last
    }
    rows: dict[str, list[HourlySums]] = {name: [] for name in spans}
    for row in hourly_sums(connection, asked):
        rows[row.name].append(row)
    return {name: _history(of_node) for name, of_node in rows.items()}


def notes(history: History, until: int) -> list[str]:
    """Sentences for a node whose roll-ups or events begin with the hour `until`."""
    sentences = []
    if history.hours:
        sentences.append(
            f"Operations and ingress before {day(moment_of(until))} are the monitor's hourly sums "
            f"({counted(history.count_of_hours, 'hour')}); rates and latencies begin there."
        )
    if history.broken:
        was = "was" if history.broken == 1 else "were"
        sentences.append(
            f"{counted(history.broken, 'hourly sum')} of the monitor {was} skipped: "
            "the time stamp or a value is broken."
        )
    return sentences


def _history(rows: list[HourlySums]) -> History:
    operations = ingress = broken = 0
    hours: dict[int, int] = {}
    for row in rows:
        first = _first_hour(row.day)
        if first is None:
            broken += row.rows
            continue
        operations += row.operations
        ingress += row.ingress
        hours[first] = hours.get(first, 0) | row.hours
    return History(operations, ingress, hours, broken)


def _first_hour(date: str | None) -> int | None:
    """None for a day that does not exist."""
    moment = from_stored(f"{date}T00:00:00+00:00")
    return None if moment is None else hour_of(moment)
