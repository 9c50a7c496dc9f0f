"""What a node's own API told: the days of a month on each satellite, join dates, prices, and what is held."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.money.statement import Usage
from comparison.money.terms import Terms
from nodes.catalog import has_tables
from nodes.fields import from_stored
from nodes.soundness import is_whole
from nodes.sql.money import api_days, api_satellites

TABLES = ("sno_days", "sno_satellites")
A_DAY = timedelta(days=1)
_CENTS, _MICRO = 100, 10**6


@dataclass(frozen=True)
class Relation:
    """`held` is in US dollars what the satellite holds of earlier months, less what it gave back."""

    terms: Terms
    disqualified: datetime | None
    held: Fraction | None


@dataclass
class Told:
    """`days` has the usage by satellite and day, `stored` until when each day was told that something was stored.

    `since` and `until` are those of the traffic.
    """

    satellites: dict[str, Relation] = field(default_factory=dict)
    days: dict[tuple[str, date], Usage] = field(default_factory=dict)
    stored: dict[date, datetime] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None


def read(connection: BaseDatabaseWrapper, names: Sequence[str], start: datetime, end: datetime) -> dict[str, Told]:
    """Of the days from `start` on; of one that `end` is in, only what was told before that."""
    told = {name: Told() for name in names}
    if not has_tables(connection, TABLES):
        return told
    for name, satellite, *fields in api_satellites(connection, names):
        told[name].satellites[satellite] = _relation(*fields)
    for name, satellite, *fields in api_days(connection, names, f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}"):
        _add_day(told[name], satellite, fields, end)
    return told


def _relation(joined: object, disqualified: object, held: object, disposed: object, *prices: object) -> Relation:
    moment = from_stored(joined)
    rates = [Decimal(price) / _CENTS if is_whole(price) else None for price in prices]
    kept = Fraction(held - (disposed if is_whole(disposed) else 0), _MICRO) if is_whole(held) else None
    return Relation(Terms(moment.date() if moment else None, *rates), from_stored(disqualified), kept)


def _add_day(told: Told, satellite: str, fields: list[Any], end: datetime) -> None:
    """Nothing of a day after a disqualification: the satellite does not pay for it."""
    text, *sizes, updated = fields
    begin, written = _midnight(text), from_stored(updated)
    if begin is None or written is None or begin >= end or (begin + A_DAY > end and written > end):
        return
    relation = told.satellites.get(satellite)
    if relation and relation.disqualified and relation.disqualified < begin:
        return
    until = min(begin + A_DAY, end, max(written, begin))
    byte_hours, *sent = (size if is_whole(size) else 0 for size in sizes)
    told.days[satellite, begin.date()] = Usage(byte_hours, *sent)
    if byte_hours:
        told.stored[begin.date()] = max(until, told.stored.get(begin.date(), until))
    if any(is_whole(size) for size in sizes[1:]):
        told.since, told.until = min(told.since or begin, begin), max(told.until or until, until)


def _midnight(text: object) -> datetime | None:
    try:
        day = date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
