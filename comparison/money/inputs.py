"""All that is known of a node's month, and what of it a statement is made from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cached_property

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.behind import Uncounted
from comparison.money import estimates, from_api, moved, seen, stored
from comparison.money.estimates import Estimates
from comparison.money.from_api import Told
from comparison.money.month import Month
from comparison.money.moved import NOTHING_SENT, Counted, Moved, Sent
from comparison.money.own import Own
from comparison.money.statement import Usage
from comparison.money.stored import Stored
from comparison.money.terms import Terms
from comparison.window import Window
from nodes.sql.snapshots import SECONDS_A_DAY

API, ROLLUP, ESTIMATES = "api", "rollup", "estimates"
# The line of all satellites together, where nothing tells them apart.
ALL = "all satellites"
_SECONDS_AN_HOUR = 3_600


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


# Nearly all are whole.
Seconds = int | Fraction


@dataclass(frozen=True)
class Covered:
    """The time that storage or traffic is known of: of each day in UTC the seconds in `parts`, or else all of it."""

    since: datetime | None = None
    until: datetime | None = None
    parts: Mapping[date, Seconds] | None = None

    @cached_property
    def whole(self) -> Fraction:
        """Hours."""
        part, whole = self._seconds.as_integer_ratio()
        return Fraction(part, whole * _SECONDS_AN_HOUR)

    @property
    def whole_days(self) -> list[date]:
        if self.parts is not None:
            return [day for day, seconds in self.parts.items() if seconds == SECONDS_A_DAY]
        return list(_days_between(self.since, self.until)) if self.since and self.until else []

    @property
    def _seconds(self) -> Seconds:
        if self.parts is not None:
            return sum(self.parts.values())
        return max(_seconds(self.until - self.since), 0) if self.since and self.until else 0


# A satellite, and its share in byte-hours of days; a satellite and a day, and the bytes sent. Rounded, as days only
# tell how much they differ, and no amount is a sum of them.
StoredDaily = tuple[str, float, Mapping[date, float]]
SentDaily = tuple[tuple[str, date], Sent]


@dataclass(frozen=True)
class Basis:
    """What the statement is made from.

    `left_out` are satellites on which something was earned, and of which no statement is wanted.
    """

    source: str
    usage: Mapping[str, Usage]
    storage: Covered
    traffic: Covered
    left_out: tuple[str, ...] = ()

    @property
    def earning(self) -> list[str]:
        """The satellites on which something was earned."""
        return [of for of, usage in self.usage.items() if self.source == ESTIMATES or usage != Usage()]

    @property
    def counted(self) -> bool:
        """Whether its traffic is known of a time of its own."""
        return self.source == ROLLUP


# By name and month, where there are any.
Estimated = Mapping[tuple[str, Month], Estimates]


@dataclass(frozen=True)
class Sources:
    """What is read at once for a month and those before it; `uncounted` is that up to the window's end, where it was
    read before."""

    counted: Counted | None
    estimated: Estimated
    uncounted: Uncounted | None = None


def sources(
    connection: BaseDatabaseWrapper,
    names: Sequence[str],
    window: Window,
    before: Sequence[Month],
    uncounted: Uncounted | None = None,
) -> Sources:
    """For the window's month, and others that are over; of the month before it what may have to stand in."""
    last = window.month.plus(-1)
    estimated = estimates.read(connection, names, [*before, window.month], window.end)
    if last not in before:
        lacking = [name for name in names if not _estimates(estimated, name, window.month).stored_shares]
        estimated |= estimates.read(connection, lacking, [last], window.end)
    return Sources(moved.counted(connection, names), estimated, uncounted)


def _estimates(estimated: Estimated, name: str, month: Month) -> Estimates:
    return estimated.get((name, month), Estimates())


def read(
    connection: BaseDatabaseWrapper, names: Sequence[str], window: Window, own: Own, known: Sources
) -> dict[str, Inputs]:
    """By name; the number of statements does not grow with the nodes."""
    month, end, estimated = window.month, window.end, known.estimated
    told = from_api.read(connection, names, month.start, end)
    tails = known.uncounted.tails if known.uncounted else None
    found = moved.read(connection, names, Window(month.start, end), known.counted, tails)
    kept = stored.read(connection, names, month.start, end)
    first = seen.read(connection, names, window, known.uncounted)

    def of(name: str) -> Inputs:
        now, before = (_estimates(estimated, name, of_month) for of_month in (month, month.plus(-1)))
        return Inputs(
            month,
            end,
            told[name],
            found.get(name),
            kept[name],
            now,
            now.stored_shares or before.stored_shares,
            own.get(name, {}),
            first[name].earliest(found.get(name), now),
        )

    return {name: of(name) for name in names}


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
    return replace(found, usage=usage, left_out=left_out)


def _bases(inputs: Inputs) -> Iterator[Basis]:
    found, kept = inputs.moved, inputs.stored
    has_traffic = found is not None and found.is_whole and found.since is not None
    if inputs.told.days:
        yield _from_api(inputs.told)
    if kept.seconds and has_traffic:
        yield _counted(inputs)
    if inputs.estimates.satellites:
        yield _estimated(inputs)
    if (kept.seconds or kept.snapshots or has_traffic) and not (kept.seconds and has_traffic):
        yield _counted(inputs)


def stored_daily(inputs: Inputs, found: Basis) -> Iterator[StoredDaily]:
    """Where days are told apart, of the basis' satellites. There may be several of a day on one, which add up."""
    if found.source == API:
        for (satellite, day), of in inputs.told.days.items():
            if satellite in found.usage:
                yield satellite, 1.0, {day: float(of.byte_hours)}
    elif found.source == ROLLUP:
        byte_hours = inputs.stored.rounded_days
        for satellite, share in _stored_shares(inputs, _shares(inputs)).items():
            if satellite in found.usage:
                yield satellite, float(share), byte_hours


def sent_daily(inputs: Inputs, found: Basis) -> Iterable[SentDaily]:
    """As `stored_daily`."""
    sent = _sent_daily(inputs, found.source)
    return sent if inputs.only is None else [each for each in sent if each[0][0] in found.usage]


def _sent_daily(inputs: Inputs, source: str) -> Iterable[SentDaily]:
    if source == API:
        return [(of, (used.egress, used.repair, used.audit)) for of, used in inputs.told.days.items()]
    return _sent(inputs, _shares(inputs)) if source == ROLLUP else []


def _from_api(told: Told) -> Basis:
    parts = {day: _seconds(until - _midnight(until, day)) for day, until in told.stored.items()}
    since = min((_midnight(until, day) for day, until in told.stored.items()), default=None)
    storage = Covered(since, max(told.stored.values(), default=None), parts)
    return Basis(API, _summed(told.days), storage, _between(told.since, told.until))


def _counted(inputs: Inputs) -> Basis:
    found, kept, shares = inputs.moved or Moved(), inputs.stored, _shares(inputs)
    sent: dict[str, Sent] = {}
    for (satellite, _), (egress, repair, audit) in _sent(inputs, shares):
        so_far = sent.get(satellite, NOTHING_SENT)
        sent[satellite] = so_far[0] + egress, so_far[1] + repair, so_far[2] + audit
    stored = {of: kept.byte_hours * share for of, share in _stored_shares(inputs, shares).items()}
    usage = {of: Usage(stored.get(of, 0), *sent.get(of, NOTHING_SENT)) for of in sent | stored}
    return Basis(ROLLUP, usage, Covered(kept.since, kept.until, kept.seconds), _between(found.since, found.until))


def _shares(inputs: Inputs) -> Mapping[str, Fraction]:
    """Of the satellites in what is stored; empty where they are not told apart."""
    return inputs.shares or (_shares_by_uploads(inputs.moved) if inputs.moved else {})


def _stored_shares(inputs: Inputs, shares: Mapping[str, Fraction]) -> Mapping[str, Fraction]:
    return (shares or {ALL: Fraction(1)}) if inputs.stored.areas else {}


def _sent(inputs: Inputs, shares: Mapping[str, Fraction]) -> Iterable[SentDaily]:
    """By satellite and day; all satellites are one where storage is not told apart."""
    sent = inputs.moved.sent.items() if inputs.moved else ()
    return sent if shares or not inputs.stored.areas else [((ALL, day), sizes) for (_, day), sizes in sent]


def _estimated(inputs: Inputs) -> Basis:
    known = inputs.estimates.satellites
    covered = _between(inputs.month.start, min(inputs.estimates.newest or inputs.end, inputs.month.end))
    return Basis(ESTIMATES, {of: estimate.usage for of, estimate in known.items()}, covered, covered)


def _shares_by_uploads(found: Moved) -> dict[str, Fraction]:
    whole = found.received.total()
    return {satellite: Fraction(size, whole) for satellite, size in found.received.items() if size}


def _summed(days: Mapping[tuple[str, date], Usage]) -> dict[str, Usage]:
    found: dict[str, Usage] = {}
    for (satellite, _), usage in days.items():
        found[satellite] = found.get(satellite, Usage()) + usage
    return found


def _between(since: datetime | None, until: datetime | None) -> Covered:
    return Covered(since, until) if since and until else Covered()


def _days_between(since: datetime, until: datetime) -> Iterator[date]:
    """From midnight to midnight."""
    is_cut = since.time() != time.min
    return map(date.fromordinal, range(since.toordinal() + is_cut, until.toordinal()))


def _midnight(like: datetime, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=like.tzinfo)


def _seconds(span: timedelta) -> Seconds:
    if span.microseconds:
        return Fraction(span // timedelta(microseconds=1), 10**6)
    return span.days * SECONDS_A_DAY + span.seconds
