"""From what is known of a node's month to its statement, what it will have earned, and what each TB earned."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from comparison.exact import summed
from comparison.money.estimates import AGGREGATE, Estimate
from comparison.money.inputs import ALL, ESTIMATES, Basis, Covered, Inputs, basis, sent_daily, stored_daily
from comparison.money.month import Month
from comparison.money.projection import Earned, Projection, projection
from comparison.money.statement import (
    HOURS_A_MONTH,
    NOTHING,
    TB,
    Account,
    Rates,
    Statement,
    statement,
)
from comparison.money.terms import ALL_SATELLITES, GUESS, UNTOLD, Agreed, agreed
from nodes.sql.snapshots import SECONDS_A_DAY

# Amounts of a month can be compared where storage is known of nearly all of it so far.
NEARLY_ALL = Fraction(9, 10)


@dataclass(frozen=True)
class Earnings:
    """`agreed` by satellite. `is_whole`: storage is known of nearly all of the month so far. `per_stored` and
    `per_allocated` in US dollars per TB-month, `unpaid` in per cent.
    """

    basis: Basis
    statement: Statement
    agreed: Mapping[str, Agreed]
    projection: Projection | None
    is_whole: bool
    per_stored: Fraction | None
    per_allocated: Fraction | None
    unpaid: Fraction | None


def earnings(inputs: Inputs) -> Earnings | None:
    """None where nothing is known of the month."""
    found = basis(inputs)
    if found is None:
        return None
    terms = terms_of(inputs, found)
    made = settled(inputs, found, terms)
    stored = NOTHING if _lacks_byte_hours(inputs, found) else made.byte_hours
    return Earnings(
        found,
        made,
        terms,
        projection(*_earned(inputs, found, made, terms), _begun(terms, inputs.month), inputs.month.end),
        hours_known(found, terms, inputs.month, inputs.end) >= NEARLY_ALL,
        _per_tb_month(made.gross, stored),
        None if found.left_out else _per_tb_month(made.gross, _allocated(inputs, found)),
        None if found.left_out else _unpaid(inputs),
    )


def terms_of(inputs: Inputs, found: Basis) -> dict[str, Agreed]:
    """By satellite."""
    return {satellite: _agreed(satellite, inputs, found) for satellite in sorted(found.usage)}


def settled(inputs: Inputs, found: Basis, terms: Mapping[str, Agreed]) -> Statement:
    return statement([_account(satellite, inputs, found, terms[satellite]) for satellite in terms], inputs.month)


def hours_known(found: Basis, terms: Mapping[str, Agreed], month: Month, end: datetime) -> Fraction:
    """The share of the month up to `end` of which storage is known; from the day on which the node joined its first
    satellite, where that is surely known.
    """
    elapsed = Fraction((min(end, month.end) - _begun(terms, month)) // timedelta(seconds=1), 3600)
    return found.storage.whole / elapsed if elapsed > 0 else Fraction(1)


def _begun(terms: Mapping[str, Agreed], month: Month) -> datetime:
    sure = [known.joined for known in terms.values() if known.joined_source != GUESS]
    start = month.start
    if not sure or None in sure or len(sure) < len(terms):
        return start
    first = min(joined for joined in sure if joined)
    return start.replace(day=first.day) if Month.of(first) == month else start


def _agreed(satellite: str, inputs: Inputs, found: Basis) -> Agreed:
    relation = inputs.told.satellites.get(satellite)
    estimate = inputs.estimates.satellites.get(satellite)
    guesses = [guess for guess in (inputs.guess, estimate.joined if estimate else None) if guess]
    known = agreed(satellite, inputs.own, relation.terms if relation else UNTOLD, min(guesses, default=None))
    if known.joined_source == GUESS and satellite not in told_apart(found):
        return Agreed(known.rates, known.rates_source, None, None)
    return known


def told_apart(found: Basis) -> set[str]:
    """Those of which it can be told when the node joined them: not the sum over all."""
    return set(found.usage) - {ALL, ALL_SATELLITES, AGGREGATE}


def _account(satellite: str, inputs: Inputs, found: Basis, known: Agreed) -> Account:
    relation = inputs.told.satellites.get(satellite)
    held = relation.held if relation else None
    told = _as_recorded(inputs.estimates.satellites.get(satellite)) if found.source == ESTIMATES else None
    return Account(satellite, found.usage[satellite], known.rates, known.joined, held, told)


def _as_recorded(estimate: Estimate | None) -> Fraction | None:
    return estimate.gross if estimate and estimate.computed_per is None else None


def _lacks_byte_hours(inputs: Inputs, found: Basis) -> bool:
    """A part of them would make the yield too high."""
    known = inputs.estimates.satellites.values()
    return found.source == ESTIMATES and not all(estimate.has_byte_hours for estimate in known)


def _earned(inputs: Inputs, found: Basis, made: Statement, terms: Mapping[str, Agreed]) -> tuple[Earned, Earned]:
    """Of storage and of traffic; of estimates, which have no days, all is as storage."""
    rates = {satellite: _rounded(known.rates) for satellite, known in terms.items()}
    storage: dict[date, float] = defaultdict(float)
    for satellite, share, byte_hours in stored_daily(inputs, found):
        dollars = share * rates[satellite][0] / HOURS_A_MONTH
        for day, of_day in byte_hours.items():
            storage[day] += of_day * dollars
    traffic: dict[date, float] = defaultdict(float)
    for (satellite, day), (egress, repair, audit) in sent_daily(inputs, found):
        _, per_egress, per_repair, per_audit = rates[satellite]
        traffic[day] += egress * per_egress + repair * per_repair + audit * per_audit
    if not storage and not traffic:
        return Earned(made.gross, found.storage, {}), Earned(NOTHING, Covered(), {})
    whole = made.amounts
    return Earned(whole.storage, found.storage, storage), Earned(whole.traffic, found.traffic, traffic)


def _rounded(rates: Rates) -> tuple[float, float, float, float]:
    """Per byte."""
    return float(rates.storage) / TB, float(rates.egress) / TB, float(rates.repair) / TB, float(rates.audit) / TB


def by_day(parts: Iterable[tuple[date, Fraction]]) -> dict[date, Fraction]:
    found: dict[date, Fraction] = {}
    for day, part in parts:
        found[day] = found.get(day, NOTHING) + part
    return found


def _allocated(inputs: Inputs, found: Basis) -> Fraction:
    """Byte-hours allocated in the time of what is known of storage; the snapshots' mean, where these are of another."""
    kept = inputs.stored
    if found.counted or not kept.covered_hours:
        return kept.allocated
    return kept.allocated / kept.covered_hours * found.storage.whole


def _per_tb_month(gross: Fraction, byte_hours: Fraction) -> Fraction | None:
    part, whole = byte_hours.as_integer_ratio()
    return gross * Fraction(HOURS_A_MONTH * TB * whole, part) if part else None


def _unpaid(inputs: Inputs) -> Fraction | None:
    """Of the whole days of which it is known what is occupied and what is paid."""
    if not inputs.told.days:
        return None
    paid = by_day((day, Fraction(usage.byte_hours)) for (_, day), usage in inputs.told.days.items())
    kept = inputs.stored
    days = [day for day, seconds in kept.seconds.items() if seconds == SECONDS_A_DAY and paid.get(day)]
    in_all = kept.days
    occupied = summed(in_all[day] for day in days)
    if not occupied:
        return None
    return max(100 * (occupied - summed(paid[day] for day in days)) / occupied, NOTHING)
