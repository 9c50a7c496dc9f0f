"""All that is known of a node's month, and what of it a statement is made from."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.actions import AUDIT, DOWNLOAD, INGRESS, REPAIR_DOWNLOAD
from comparison.money import estimates, from_api, moved, stored
from comparison.money.estimates import Estimates
from comparison.money.from_api import A_DAY, Told
from comparison.money.month import Month
from comparison.money.moved import Moved
from comparison.money.own import Own
from comparison.money.statement import Usage
from comparison.money.stored import Stored
from comparison.money.terms import Terms
from comparison.window import Window
from nodes.fields import from_stored
from nodes.sql.money import first_seen

API, ROLLUP, ESTIMATES = "api", "rollup", "estimates"
# The line of all satellites together, where nothing tells them apart.
ALL = "all satellites"
_PAID = {DOWNLOAD: "egress", REPAIR_DOWNLOAD: "repair", AUDIT: "audit"}
_AN_HOUR, _A_DAYS_HOURS = timedelta(hours=1), Fraction(24)


@dataclass(frozen=True)
class Inputs:
    """`shares` are those of the satellites in what is stored; `guess` is the earliest date that the data shows.

    `only` are the satellites of which a statement is wanted; None for all.
    """

    month: Month
    end: datetime
    told: Told
    moved: Moved | None
    stored: Stored
    estimates: Estimates
    shares: Mapping[str, Fraction]
    own: Mapping[str, Terms]
    guess: date | None
    only: frozenset[str] | None = None


@dataclass(frozen=True)
class Covered:
    """The time that storage or traffic is known of; `hours` of each day in UTC."""

    since: datetime | None = None
    until: datetime | None = None
    hours: Mapping[date, Fraction] = field(default_factory=dict)

    @cached_property
    def whole(self) -> Fraction:
        return sum(self.hours.values(), Fraction(0))


class Daily(NamedTuple):
    """As Usage, of one day, rounded: days only tell how much they differ, and no amount is a sum of them."""

    byte_hours: float = 0.0
    egress: int = 0
    repair: int = 0
    audit: int = 0


@dataclass(frozen=True)
class Basis:
    """What the statement is made from; `days` by satellite and day, where they are told apart.

    `left_out` are satellites on which something was earned, and of which no statement is wanted.
    """

    source: str
    usage: Mapping[str, Usage]
    storage: Covered
    traffic: Covered
    days: Mapping[tuple[str, date], Daily] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    @property
    def earning(self) -> list[str]:
        """The satellites on which something was earned."""
        return [of for of, usage in self.usage.items() if self.source == ESTIMATES or usage != Usage()]

    @property
    def counted(self) -> bool:
        """Whether its traffic is known of a time of its own."""
        return self.source == ROLLUP


def read(connection: BaseDatabaseWrapper, names: Sequence[str], window: Window, own: Own) -> dict[str, Inputs]:
    """By name; the number of statements does not grow with the nodes."""
    month, end = window.month, window.end
    told = from_api.read(connection, names, month.start, end)
    estimated = estimates.read(connection, names, (month, month.plus(-1)), end)
    found = moved.read(connection, names, month.start, end)
    kept = stored.read(connection, names, month.start, end)
    seen = {name: _Seen(*rest) for name, *rest in first_seen(connection, names)}

    def of(name: str) -> Inputs:
        now, before = (estimated.get((name, of_month), Estimates()) for of_month in (month, month.plus(-1)))
        return Inputs(
            month,
            end,
            told[name],
            found.get(name),
            kept[name],
            now,
            now.stored_shares() or before.stored_shares(),
            own.get(name, {}),
            _earliest(seen[name], found.get(name), now),
        )

    return {name: of(name) for name in names}


class _Seen(NamedTuple):
    """Stored times of the first snapshot and event, and the first month that has an estimate."""

    snapshot: object
    event: object
    period: object


def _earliest(seen: _Seen, found: Moved | None, estimated: Estimates) -> date | None:
    month = Month.parse(seen.period)
    moments = [from_stored(seen.snapshot), from_stored(seen.event), month.start if month else None]
    moments.append(found.first if found else None)
    ages = [estimate.joined for estimate in estimated.satellites.values()]
    return min([*(moment.date() for moment in moments if moment), *(age for age in ages if age)], default=None)


def basis(inputs: Inputs) -> Basis | None:
    """The best that there is; None where there is nothing."""
    return next(bases(inputs), None)


def bases(inputs: Inputs) -> Iterator[Basis]:
    """All that there are, best first; of some satellites only, those that tell these apart."""
    for found in _bases(inputs):
        kept = found if inputs.only is None else _restricted(found, inputs.only)
        if kept is not None:
            yield kept


def _restricted(found: Basis, only: frozenset[str]) -> Basis | None:
    """None where nothing is told of any of them."""
    usage = {satellite: used for satellite, used in found.usage.items() if satellite in only}
    left_out = tuple(satellite for satellite in found.earning if satellite not in only)
    if not usage:
        return None
    days = {key: daily for key, daily in found.days.items() if key[0] in only}
    return replace(found, usage=usage, days=days, left_out=left_out)


def _bases(inputs: Inputs) -> Iterator[Basis]:
    found, kept = inputs.moved, inputs.stored
    has_traffic = found is not None and found.is_whole and found.since is not None
    if inputs.told.days:
        yield _from_api(inputs.told)
    if kept.hours and has_traffic:
        yield _counted(inputs)
    if inputs.estimates.satellites:
        yield _estimated(inputs)
    if (kept.hours or kept.snapshots or has_traffic) and not (kept.hours and has_traffic):
        yield _counted(inputs)


def _from_api(told: Told) -> Basis:
    hours = {day: _hours(until - _midnight(until, day)) for day, until in told.stored.items()}
    storage = Covered(
        min((_midnight(until, day) for day, until in told.stored.items()), default=None),
        max(told.stored.values(), default=None),
        hours,
    )
    days = {key: Daily(float(of.byte_hours), of.egress, of.repair, of.audit) for key, of in told.days.items()}
    return Basis(API, _summed(told.days), storage, _between(told.since, told.until), days)


def _counted(inputs: Inputs) -> Basis:
    found, kept = inputs.moved or Moved(), inputs.stored
    shares = dict(inputs.shares) or _shares_by_uploads(found)
    sent = _sent(found, apart=bool(shares) or not kept.days)
    usage, whole = _summed(sent), kept.byte_hours
    days = {key: Daily(0.0, of.egress, of.repair, of.audit) for key, of in sent.items()}
    for satellite, share in (shares or {ALL: Fraction(1)}).items() if kept.days else ():
        usage[satellite] = usage.get(satellite, Usage()) + Usage(whole * share)
        rounded = float(share)
        for day, byte_hours in kept.days.items():
            key = satellite, day
            days[key] = days.get(key, Daily())._replace(byte_hours=float(byte_hours) * rounded)
    storage = Covered(kept.since, kept.until, kept.hours)
    return Basis(ROLLUP, usage, storage, _between(found.since, found.until), days)


def _sent(found: Moved, apart: bool) -> dict[tuple[str, date], Usage]:
    """By satellite and day; `apart` unless all satellites are one."""
    sent: dict[tuple[str, date], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (satellite, day, action), size in found.bytes.items():
        kind = _PAID.get(action)
        if kind:
            sent[satellite if apart else ALL, day][kind] += size
    return {key: Usage(**sizes) for key, sizes in sent.items()}


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
    if span == A_DAY:
        return _A_DAYS_HOURS
    return Fraction(span // timedelta(microseconds=1), _AN_HOUR // timedelta(microseconds=1))
