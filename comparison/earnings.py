"""Metrics from a node's statement of the month: what it earned, what is held, what each TB brings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.behind import Uncounted
from comparison.exact import rounded
from comparison.measured import Measured, day
from comparison.money import inputs, past
from comparison.money.accounting import Earnings, earnings, told_apart
from comparison.money.inputs import API, ESTIMATES, ROLLUP, Inputs
from comparison.money.month import Month
from comparison.money.months import NO_PAYMENTS, Settled, month_row, settled_month
from comparison.money.months import report as history
from comparison.money.own import Asked
from comparison.money.past import Payments
from comparison.money.report import ORIGINS, report, until
from comparison.money.terms import GUESS
from comparison.money_metrics import TOTALS
from comparison.names import satellite_name
from comparison.units import counted, volume
from comparison.window import Window


@dataclass(frozen=True)
class Known:
    """All that is known of a node's month; and for its history of the months `before` it, and what was paid of each."""

    now: Inputs
    months: Sequence[Month] = ()
    before: Mapping[Month, Inputs] = field(default_factory=dict)
    paid: Mapping[Month, Payments] = field(default_factory=dict)


def read(
    connection: BaseDatabaseWrapper,
    names: Sequence[str],
    window: Window,
    asked: Asked,
    uncounted: Uncounted | None = None,
) -> dict[str, Known]:
    """By name; the number of statements does not grow with the nodes. `uncounted` as `inputs.Sources` has it."""
    months = window.month.plus(1 - asked.months).up_to(window.month) if asked.months else []
    known = inputs.sources(connection, names, window, months[:-1], uncounted)
    now = inputs.read(connection, names, window, asked.own, known)
    if not months:
        return {name: Known(found) for name, found in now.items()}
    before, paid = past.read(connection, now, months[:-1], known), past.payments(connection, names, months)

    def of(name: str) -> Known:
        return Known(
            now[name],
            months,
            {month: before[name, month] for month in months if (name, month) in before},
            {month: paid[name, month] for month in months if (name, month) in paid},
        )

    return {name: of(name) for name in names}


def satellites(known: Known) -> set[str]:
    """Those on which something was earned in the month."""
    found = inputs.basis(known.now)
    return told_apart(found) & set(found.earning) if found else set()


def of_satellites(known: Known, only: frozenset[str]) -> Known:
    """That of these satellites; what is told of all together is not known of them."""
    before = {month: replace(found, only=only) for month, found in known.before.items()}
    paid = {month: past.of_satellites(payments, only) for month, payments in known.paid.items()}
    return replace(known, now=replace(known.now, only=only), before=before, paid=paid)


STALE_AFTER = timedelta(days=2)
NO_SHARE = (
    "What is allocated, and what the node costs, is not known per satellite: no earnings per TB allocated, no unpaid "
    "share and no profit."
)


def measure(known: Known, window: Window) -> Measured:
    measured, found = Measured(), known.now
    if found.estimates.broken:
        measured.note(f"{found.estimates.broken} earnings estimates were skipped: the amount or time stamp is broken.")
    earned = earnings(found)
    if known.months:
        measured.history = _history(known, earned)
    if broken := sum(paid.broken for paid in known.paid.values()):
        measured.note(f"{broken} payouts were skipped: the amount is broken.")
    if earned is None:
        of_these = "" if found.only is None else " on each of these satellites"
        measured.note(f"Nothing is recorded of what this node earned in {found.month}{of_these}.")
        return measured
    _values(earned, measured)
    for sentence in _notes(found, earned):
        measured.note(sentence)
    if too_little := _unranked(found, earned):
        measured.note(too_little)
        measured.unranked |= TOTALS
    measured.basis["earnings"] = _basis(found, earned)
    measured.statement = report(found, earned)
    return measured


def _history(known: Known, earned: Earnings | None) -> dict[str, Any]:
    """The month itself is as its statement says; those before are made from what is known of whole months."""
    *before, last = known.months
    rows = []
    for month in before:
        made = settled_month(known.before[month]) if month in known.before else None
        rows.append(month_row(month, True, made, known.paid.get(month, NO_PAYMENTS)))
    now = None
    if earned is not None:
        now = Settled(earned.statement, earned.basis.source, earned.is_whole)
    is_over = known.now.end >= last.end
    return history([*rows, month_row(last, is_over, now, known.paid.get(last, NO_PAYMENTS))])


def _values(earned: Earnings, measured: Measured) -> None:
    made = earned.statement
    measured.values |= {
        "total_earnings": made.gross,
        "held_amount": made.held,
        "payout_after_held": made.payout,
        "projected_earnings": earned.projection.gross if earned.projection else None,
        "earnings_per_stored_tb": earned.per_stored,
        "earnings_per_allocated_tb": earned.per_allocated,
        "unpaid_percent": earned.unpaid,
    }


def _basis(found: Inputs, earned: Earnings) -> dict[str, object]:
    reaches = until(earned)
    projected = earned.projection
    return {
        "source": {API: "sno_days", ROLLUP: "rollup", ESTIMATES: "earnings_estimates"}[earned.basis.source],
        "count": len(earned.statement.lines),
        "period": str(found.month),
        "as_of": reaches.isoformat() if reaches else None,
        "projected_low": _cents(projected.low) if projected else None,
        "projected_high": _cents(projected.high) if projected else None,
    }


def _cents(amount: Fraction | None) -> float | None:
    return None if amount is None else rounded(amount, 2)


def _notes(found: Inputs, earned: Earnings) -> Iterator[str]:
    reaches = until(earned)
    known = f" They reach up to {day(reaches)}." if reaches else ""
    yield f"Earnings of {found.month}: {ORIGINS[earned.basis.source]}{known}"
    if earned.basis.source == ROLLUP:
        yield from _about_storage(found)
        yield from _about_traffic(found)
    if earned.basis.source == ESTIMATES:
        yield from _about_estimates(found)
    if earned.statement.held is None:
        yield "What is held back is not known of every satellite, so there is no payout after it."
    elif any(known.joined_source == GUESS for known in earned.agreed.values()):
        yield "When the node joined a satellite is guessed from the earliest date in the data, and so is what is held."
    if earned.per_stored is None:
        yield "No earnings per TB stored: nothing was stored so far this month, or it is not known of every satellite."
    if earned.basis.left_out:
        names = ", ".join(sorted(map(satellite_name, earned.basis.left_out)))
        yield f"What it earned on {names} is left out. {NO_SHARE}"
    elif earned.per_allocated is None:
        yield "No earnings per TB allocated: the month has no two storage snapshots."
    if earned.projection is None:
        yield "No projection to the end of the month: storage is known of less than two days of it."


def _about_storage(found: Inputs) -> Iterator[str]:
    kept = found.stored
    if kept.broken:
        yield f"{kept.broken} storage snapshots were skipped: a value or time stamp is broken."
    if kept.snapshots < 2:
        yield f"Storage earns nothing here: the month has {counted(kept.snapshots, 'storage snapshot')}."
    if kept.gaps:
        longest = f"{kept.longest:.0f} hours" if kept.gaps == 1 else f"the longest of {kept.longest:.0f} hours"
        yield f"Between storage snapshots {counted(kept.gaps, 'gap')} of over 6 hours, {longest}: bridged by a line."
    if kept.trash:
        yield f"Of the occupied space {volume(round(kept.trash))} are trash on average, which is not paid."


def _about_traffic(found: Inputs) -> Iterator[str]:
    moved = found.moved
    if moved is None or not moved.is_whole:
        yield "Traffic earns nothing here: its events are not counted yet."
    elif moved.since is None or moved.until is None:
        yield "Traffic earns nothing here: no events of the node are known."
    elif moved.is_silent:
        yield f"No events of the node since {day(moved.until)}: what it sent after that is not known."
    elif moved.since > found.month.start:
        yield f"Events of the node begin on {day(moved.since)}: what it sent before that is not known."


def _about_estimates(found: Inputs) -> Iterator[str]:
    each = list(found.estimates.satellites.values())
    recorded = sum(estimate.computed_per is None for estimate in each)
    if recorded:
        yield (
            f"{recorded} of {counted(len(each), 'estimate')} cannot be computed anew from what is recorded: taken as "
            "they are, whether before or after what is held."
        )


def _unranked(found: Inputs, earned: Earnings) -> str:
    reaches = until(earned)
    if not earned.is_whole:
        return "Amounts of the month are not ranked: storage is known of less than 90 % of it."
    if reaches is not None and found.end - reaches > STALE_AFTER and found.end < found.month.end:
        return f"Amounts of the month are not ranked: the data ends on {day(reaches)}, over two days before the end."
    return ""
