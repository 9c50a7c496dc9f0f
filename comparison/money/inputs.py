"""All that is known of a node's month, and what of it a statement is made from."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.actions import AUDIT, DOWNLOAD, INGRESS, REPAIR_DOWNLOAD
from comparison.money import estimates, from_api, moved, own, stored
from comparison.money.estimates import Estimates
from comparison.money.from_api import A_DAY, Told
from comparison.money.month import Month
from comparison.money.moved import Moved
from comparison.money.statement import Usage
from comparison.money.stored import Stored
from comparison.money.terms import Terms
from comparison.window import Window
from nodes.fields import from_stored
from nodes.sql.money import first_seen

API, ROLLUP, ESTIMATES = "api", "rollup", "estimates"
# The line of all satellites together, where nothing tells them apart.
ALL = "all satellites"
_AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Inputs:
    """`shares` are those of the satellites in what is stored; `guess` is the earliest date that the data shows."""

    month: Month
    end: datetime
    told: Told
    moved: Moved | None
    stored: Stored
    estimates: Estimates
    shares: Mapping[str, Fraction]
    own: Mapping[str, Terms]
    guess: date | None


@dataclass(frozen=True)
class Covered:
    """The time that storage or traffic is known of; `hours` of each day in UTC."""

    since: datetime | None = None
    until: datetime | None = None
    hours: Mapping[date, Fraction] = field(default_factory=dict)

    @property
    def whole(self) -> Fraction:
        return sum(self.hours.values(), Fraction(0))


@dataclass(frozen=True)
class Basis:
    """What the statement is made from; `days` by satellite and day, where they are told apart."""

    source: str
    usage: Mapping[str, Usage]
    storage: Covered
    traffic: Covered
    days: Mapping[tuple[str, date], Usage] = field(default_factory=dict)


def read(connection: BaseDatabaseWrapper, name: str, window: Window) -> Inputs:
    month, end = window.month, window.end
    told = from_api.read(connection, name, month.start, end)
    estimated = estimates.read(connection, name, month, end)
    found = moved.read(connection, name, month.start, end)
    return Inputs(
        month,
        end,
        told,
        found,
        stored.read(connection, name, month.start, end),
        estimated,
        estimated.stored_shares() or estimates.read(connection, name, month.plus(-1), end).stored_shares(),
        own.terms_of(name),
        _earliest(connection, name, found, estimated),
    )


def _earliest(connection: BaseDatabaseWrapper, name: str, found: Moved | None, estimated: Estimates) -> date | None:
    snapshot, event, period = first_seen(connection, name)
    month = Month.parse(period)
    moments = [*map(from_stored, (snapshot, event)), found.first if found else None, month.start if month else None]
    ages = [estimate.joined for estimate in estimated.satellites.values()]
    return min([*(moment.date() for moment in moments if moment), *(age for age in ages if age)], default=None)


def basis(inputs: Inputs) -> Basis | None:
    """The best that there is; None where there is nothing."""
    found = inputs.moved
    has_traffic = found is not None and found.is_whole and found.since is not None
    if inputs.told.days:
        return _from_api(inputs.told)
    if inputs.stored.hours and (has_traffic or not inputs.estimates.satellites):
        return _counted(inputs)
    if inputs.estimates.satellites:
        return _estimated(inputs)
    return _counted(inputs) if has_traffic or inputs.stored.snapshots else None


def _from_api(told: Told) -> Basis:
    hours = {day: _hours(until - _midnight(until, day)) for day, until in told.stored.items()}
    storage = Covered(
        min((_midnight(until, day) for day, until in told.stored.items()), default=None),
        max(told.stored.values(), default=None),
        hours,
    )
    return Basis(API, _summed(told.days), storage, _between(told.since, told.until), told.days)


def _counted(inputs: Inputs) -> Basis:
    found, kept = inputs.moved or Moved(), inputs.stored
    shares = dict(inputs.shares) or _shares_by_uploads(found)
    days: Counter[tuple[str, date, str]] = found.bytes
    usage: dict[tuple[str, date], Usage] = {}
    for (satellite, day, action), size in days.items():
        sent = {DOWNLOAD: "egress", REPAIR_DOWNLOAD: "repair", AUDIT: "audit"}.get(action)
        if sent:
            of = satellite if shares or not kept.days else ALL
            usage[of, day] = usage.get((of, day), Usage()) + Usage(**{sent: size})
    for day, byte_hours in kept.days.items():
        for satellite, share in (shares or {ALL: Fraction(1)}).items():
            usage[satellite, day] = usage.get((satellite, day), Usage()) + Usage(byte_hours * share)
    storage = Covered(kept.since, kept.until, kept.hours)
    return Basis(ROLLUP, _summed(usage), storage, _between(found.since, found.until), usage)


def _estimated(inputs: Inputs) -> Basis:
    known = inputs.estimates.satellites
    covered = _between(inputs.month.start, min(inputs.estimates.newest or inputs.end, inputs.month.end))
    return Basis(ESTIMATES, {of: estimate.usage for of, estimate in known.items()}, covered, covered)


def _shares_by_uploads(found: Moved) -> dict[str, Fraction]:
    received: Counter[str] = Counter()
    for (satellite, _, action), size in found.bytes.items():
        if action in INGRESS:
            received[satellite] += size
    whole = received.total()
    return {satellite: Fraction(size, whole) for satellite, size in received.items() if size} if whole else {}


def _summed(days: Mapping[tuple[str, date], Usage]) -> dict[str, Usage]:
    found: dict[str, Usage] = {}
    for (satellite, _), usage in days.items():
        found[satellite] = found.get(satellite, Usage()) + usage
    return found


def _between(since: datetime | None, until: datetime | None) -> Covered:
    if since is None or until is None:
        return Covered()
    return Covered(since, until, {start.date(): _hours(end - start) for start, end in _days(since, until)})


def _days(since: datetime, until: datetime) -> Iterable[tuple[datetime, datetime]]:
    while since < until:
        end = min(_midnight(since, since.date()) + A_DAY, until)
        yield since, end
        since = end


def _midnight(like: datetime, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=like.tzinfo)


def _hours(span: timedelta) -> Fraction:
    return Fraction(span // timedelta(microseconds=1), _AN_HOUR // timedelta(microseconds=1))
