"""The statement of a node as JSON, as comparison.result documents it, with its amounts rounded to millionths."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from comparison.exact import half_even, rounded
from comparison.money.accounting import Earnings
from comparison.money.inputs import API, ESTIMATES, ROLLUP, Covered, Inputs
from comparison.money.month import Month
from comparison.money.statement import RETURNED_IN_MONTH, RETURNED_SHARE, Account, Amounts, Line
from comparison.money.terms import Agreed
from comparison.names import satellite_name
from nodes.satellites import short_name

MICRO = 6
KINDS = ("storage", "egress", "repair", "audit")
ORIGINS = {
    API: "The node's own daily storage and bandwidth on each satellite.",
    ROLLUP: "Byte-hours from the storage snapshots, which contain trash and garbage that is not paid; traffic from the "
    "events, whose sizes come near to what satellites settle and pay.",
    ESTIMATES: "Estimates on record, from the monitor or the node's own API; those computed per TiB are computed anew "
    "per TB.",
}


def report(inputs: Inputs, earned: Earnings) -> dict[str, Any]:
    made = earned.statement
    return {
        "month": str(made.month),
        "source": earned.basis.source,
        "origin": ORIGINS[earned.basis.source],
        "until": _iso(until(earned)),
        "is_whole": earned.is_whole,
        "storage": _covered(earned.basis.storage) | _snapshots(inputs, earned),
        "traffic": _covered(earned.basis.traffic),
        **_amounts(made.amounts),
        "gross": dollars(made.gross),
        "held": dollars(made.held),
        "payout": dollars(made.payout),
        "returned": dollars(made.returned),
        "projected": _projected(earned),
        "satellites": [_line(line, earned) for line in _largest_first(earned)],
        "left_out": [satellite_name(satellite) for satellite in sorted(earned.basis.left_out)],
    }


def until(earned: Earnings) -> datetime | None:
    """Up to when the data reaches."""
    return max(filter(None, (earned.basis.storage.until, earned.basis.traffic.until)), default=None)


def _covered(covered: Covered) -> dict[str, Any]:
    return {"from": _iso(covered.since), "until": _iso(covered.until), "hours": rounded(covered.whole, 2)}


def _snapshots(inputs: Inputs, earned: Earnings) -> dict[str, Any]:
    kept = inputs.stored
    counted = earned.basis.source == ROLLUP
    return {
        "snapshots": kept.snapshots if counted else None,
        "gaps": kept.gaps if counted else None,
        "longest_gap_hours": round(kept.longest, 2) if counted else None,
    }


def _projected(earned: Earnings) -> dict[str, Any] | None:
    found = earned.projection
    if found is None:
        return None
    return {"gross": dollars(found.gross), "low": dollars(found.low), "high": dollars(found.high)}


def _largest_first(earned: Earnings) -> list[Line]:
    return sorted(earned.statement.lines, key=lambda line: (-line.gross, line.account.satellite))


def _line(line: Line, earned: Earnings) -> dict[str, Any]:
    account = line.account
    known = earned.agreed[account.satellite]
    return {
        "satellite": account.satellite,
        "name": short_name(account.satellite),
        "byte_hours": half_even(*account.usage.byte_hours.as_integer_ratio()),
        **{f"{kind}_bytes": getattr(account.usage, kind) for kind in KINDS[1:]},
        **_told_or(line.amounts, account),
        "gross": dollars(line.gross),
        "held_percent": None if line.held_share is None else int(100 * line.held_share),
        "held": dollars(line.held),
        "payout": dollars(line.payout),
        "returned": dollars(line.returned),
        **_relation(line, known, earned.statement.month),
        "rates": {kind: float(getattr(known.rates, kind)) for kind in KINDS},
        "rates_source": known.rates_source,
    }


def _told_or(parts: Amounts, account: Account) -> dict[str, Any]:
    """An amount that somebody else computed is not told apart."""
    return _amounts(parts) if account.told is None else dict.fromkeys(f"{kind}_earned" for kind in KINDS)


def _relation(line: Line, known: Agreed, month: Month) -> dict[str, Any]:
    before, number, joined = line.account.held_before, line.month_number, known.joined
    in_all = None if before is None or line.held is None else before + line.held
    coming = joined is not None and number is not None and number <= RETURNED_IN_MONTH
    returned_in = Month.of(joined).plus(RETURNED_IN_MONTH - 1) if joined and coming else None
    held_in_all = dollars(in_all)
    return {
        "joined": joined.isoformat() if joined else None,
        "joined_source": known.joined_source,
        "month_number": number,
        "held_in_all": held_in_all,
        "returned_in": None if returned_in is None or returned_in < month else str(returned_in),
        "to_be_returned": dollars(in_all * RETURNED_SHARE) if in_all is not None and returned_in else None,
        "lost_if_stopped": held_in_all,
    }


def _amounts(parts: Amounts) -> dict[str, Any]:
    return {f"{kind}_earned": dollars(getattr(parts, kind)) for kind in KINDS}


def dollars(amount: Fraction | None) -> float | None:
    return None if amount is None else rounded(amount, MICRO)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
