"""What is known of the months before that of a comparison, and what was paid: a few statements for all nodes.

Each month's inputs are as `inputs.py` reads those of one month, but summed up by the database over whole months. Where
byte-hours come from snapshots, each day has the straight line from its first to its last snapshot: of a month of
hourly snapshots these are few enough to be read for a year of many nodes.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.actions import SUCCESS
from comparison.last_hour import Known
from comparison.money.estimates import MOST_EARNED, Estimates
from comparison.money.from_api import TABLES, Told
from comparison.money.inputs import Inputs, Sources
from comparison.money.month import Month
from comparison.money.moved import Counted, Moved, set_span, whole
from comparison.money.statement import Usage
from comparison.money.stored import BEYOND, Stored, stored
from comparison.spans import hour_of, moment_of
from nodes.catalog import has_tables
from nodes.fields import from_stored
from nodes.rollups.codes import DAY, STATUS_CODES
from nodes.soundness import is_number, is_whole
from nodes.sql import months as statements
from nodes.sql import rolled
from nodes.sql.snapshots import StoredDay

A_DAY = timedelta(days=1)
_MICRO = 10**6
_STUBS = ("sno_paystubs",)

Key = tuple[str, Month]


@dataclass(frozen=True)
class Stub:
    """What a pay stub says is held, and was given back of what was held, in US dollars; None where it does not."""

    held: Fraction | None
    returned: Fraction | None


@dataclass(frozen=True)
class Payments:
    """By satellite, in US dollars; `broken` counts amounts that were skipped."""

    paid: Mapping[str, Fraction] = field(default_factory=dict)
    stubs: Mapping[str, Stub] = field(default_factory=dict)
    broken: int = 0


def of_satellites(payments: Payments, only: Collection[str]) -> Payments:
    paid = {satellite: amount for satellite, amount in payments.paid.items() if satellite in only}
    stubs = {satellite: stub for satellite, stub in payments.stubs.items() if satellite in only}
    return replace(payments, paid=paid, stubs=stubs)


def payments(connection: BaseDatabaseWrapper, names: Sequence[str], months: Sequence[Month]) -> dict[Key, Payments]:
    """Of a satellite's month the newest entry counts."""
    paid: dict[Key, dict[str, Fraction]] = defaultdict(dict)
    broken: dict[Key, int] = defaultdict(int)
    told: dict[Key, dict[str, Stub]] = defaultdict(dict)
    span = str(months[0]), str(months[-1])
    for key, satellite, amount in _keyed(statements.payouts(connection, names, *span)):
        if is_number(amount) and abs(amount) <= MOST_EARNED:
            paid[key][str(satellite)] = Fraction(Decimal(str(amount)))
        else:
            broken[key] += 1
    if has_tables(connection, _STUBS):
        for key, satellite, held, returned in _keyed(statements.stubs(connection, names, *span)):
            told[key][satellite] = Stub(_dollars(held), _dollars(returned))
    return {key: Payments(paid[key], told[key], broken[key]) for key in {*paid, *told, *broken}}


def read(
    connection: BaseDatabaseWrapper, now: Mapping[str, Inputs], months: Sequence[Month], known: Sources
) -> dict[Key, Inputs]:
    """Of months that are over and follow on one another; `now` is what is known of the nodes' month after them."""
    if not months:
        return {}
    names = list(now)
    estimated = {key: found for key, found in known.estimated.items() if key[1] in months}
    told = _told(connection, now, months)
    untold = [(name, month) for name in names for month in months if (name, month) not in told]
    moved = _moved(connection, untold, known.counted)
    kept = _stored(connection, list(moved))

    # What is held in all is known of today only.
    satellites = {
        name: {of: replace(relation, held=None) for of, relation in before.told.satellites.items()}
        for name, before in now.items()
    }

    def of(name: str, month: Month) -> Inputs:
        key, before = (name, month), now[name]
        here, kind = told.get(key, Told()), estimated.get(key, Estimates())
        here.satellites = satellites[name]
        return Inputs(
            month,
            month.end,
            here,
            moved.get(key),
            kept.get(key, Stored()),
            kind,
            kind.stored_shares or before.shares,
            before.own,
            before.guess,
        )

    return {key: of(*key) for key in {*told, *moved, *estimated}}


def _told(connection: BaseDatabaseWrapper, now: Mapping[str, Inputs], months: Sequence[Month]) -> dict[Key, Told]:
    """A month stands as one day, its first."""
    found: dict[Key, Told] = {}
    if not has_tables(connection, TABLES):
        return found
    span = f"{months[0].start:%Y-%m-%d}", f"{months[-1].end:%Y-%m-%d}"
    for name, satellite, period, days, *sizes in statements.api_months(connection, list(now), *span):
        month = Month.parse(period)
        if month is not None:
            told = found.setdefault((name, month), Told())
            first, known = month.start.date(), month.start + days * A_DAY
            told.days[satellite, first] = Usage(*(int(size or 0) for size in sizes))
            if days:
                told.stored[first] = max(known, told.stored.get(first, known))
    return found


def _moved(connection: BaseDatabaseWrapper, keys: Sequence[Key], counted: Counted | None) -> dict[Key, Moved]:
    """Of those of which the roll-ups know something."""
    if not keys or counted is None:
        return {}
    known = counted.nodes
    found = {(known[name].number, month): (name, _seen(known[name], month)) for name, month in keys if name in known}
    found = {key: (name, moved) for key, (name, moved) in found.items() if moved.since}
    asked = [(number, DAY, hour_of(month.start), hour_of(month.end)) for number, month in found]
    rows = whole(rolled.sent_by_piece(connection, asked, STATUS_CODES[SUCCESS]))
    for number, satellite, hour, egress, repair, audit, received in rows:
        month = Month.of(moment_of(hour))
        of = counted.satellites.get(satellite, "")
        found[number, month][1].add(of, month.start.date(), (egress, repair, audit), received)
    return {(name, month): moved for (_, month), (name, moved) in found.items()}


def _seen(known: Known, month: Month) -> Moved:
    moved = Moved()
    times = [at for at in map(from_stored, (known.first, known.last)) if at is not None]
    if times and max(times) >= month.start:
        set_span(moved, (month.start, month.end), times)
    return moved


def _stored(connection: BaseDatabaseWrapper, keys: Sequence[Key]) -> dict[Key, Stored]:
    if not keys:
        return {}
    names, months = sorted({name for name, _ in keys}), [month for _, month in keys]
    since, until = min(months).start - BEYOND, max(months).end + BEYOND
    asked = [f"{since + number * A_DAY:%Y-%m-%d}" for number in range((until - since) // A_DAY)]
    days: dict[str, list[StoredDay]] = defaultdict(list)
    for name, *ends in statements.day_ends(connection, names, asked):
        days[name].append(_day(*ends))
    for of_node in days.values():
        of_node.sort(key=_first_at)
    return {(name, month): _of_month(days[name], month) for name, month in keys}


def _of_month(days: Sequence[StoredDay], month: Month) -> Stored:
    """Byte-hours and hours stand as those of one day, its first."""
    start, end, beyond = int(month.start.timestamp()), int(month.end.timestamp()), int(BEYOND.total_seconds())
    near = days[bisect_left(days, start - beyond, key=_first_at) : bisect_left(days, end + beyond, key=_first_at)]
    found = stored([replace(day, later=day.first_at >= end) for day in near], start, end)
    first = month.start.date()
    if found.areas:
        found.areas, found.seconds = {first: found.area}, {first: sum(found.seconds.values())}
    return found


def _day(*ends: int) -> StoredDay:
    """Of seconds, bytes used and bytes in all of the first snapshot, and of the last; what is between is not known."""
    first_at, first_used, first_total, last_at, last_used, last_total = ends
    seconds = last_at - first_at
    used, total = (first_used + last_used) * seconds, (first_total + last_total) * seconds
    return StoredDay(
        False, first_at, first_used, first_total, last_at, last_used, last_total, 1 + (seconds > 0), used, total
    )


def _first_at(day: StoredDay) -> int:
    return day.first_at


def _keyed(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """With the name and the month as a key in their place; without those whose month cannot be read."""
    for name, period, *rest in rows:
        month = Month.parse(period)
        if month is not None:
            yield (name, month), *rest


def _dollars(micro: object) -> Fraction | None:
    return Fraction(micro, _MICRO) if is_whole(micro) else None
