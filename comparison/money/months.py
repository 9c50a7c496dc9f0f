"""Months side by side: what each should have paid, what was paid, and by how much they differ. Pure; US dollars.

`estimated` is what a month's statement says is paid out: after what is held back, with what is given back of what was
held before, where that is known. `held` is what the pay stubs say, else what the statement does. `difference` is paid
less estimated, of a month that is over and of which both are known of the same satellites.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from comparison.exact import summed
from comparison.money.accounting import NEARLY_ALL, hours_known, settled, terms_of
from comparison.money.estimates import AGGREGATE
from comparison.money.inputs import ALL, Basis, Inputs, bases
from comparison.money.month import Month
from comparison.money.past import Payments
from comparison.money.report import KINDS, dollars
from comparison.money.statement import Amounts, Line, Rates, Statement, Usage, amounts, sum_of, total
from comparison.money.terms import ALL_SATELLITES, Agreed
from nodes.satellites import short_name

AMOUNTS = ("gross", "held", "estimated", "paid", "difference")
# What stands for all satellites together.
_WHOLE = {ALL, AGGREGATE, ALL_SATELLITES}
NO_PAYMENTS = Payments()


@dataclass(frozen=True)
class Settled:
    """A month's statement, the source of its figures, and whether these are known of nearly all of it."""

    statement: Statement
    source: str
    is_whole: bool


@dataclass(frozen=True)
class MonthRow:
    """`unpaid` are satellites on which something was earned, and of which no payout is known though of others it is;
    `unestimated` are those of which only the payout is known. `kinds` are the parts of the gross amount, of satellites
    of which these are told apart.
    """

    month: Month
    is_over: bool
    source: str | None = None
    is_whole: bool = False
    kinds: Amounts | None = None
    gross: Fraction | None = None
    held: Fraction | None = None
    estimated: Fraction | None = None
    paid: Fraction | None = None
    unpaid: Sequence[str] = field(default=())
    unestimated: Sequence[str] = field(default=())

    @property
    def difference(self) -> Fraction | None:
        if not self.is_over or self.paid is None or self.estimated is None or self.unpaid or self.unestimated:
            return None
        return self.paid - self.estimated

    @property
    def is_known(self) -> bool:
        return self.gross is not None or self.paid is not None


def settled_month(inputs: Inputs) -> Settled | None:
    """From the best source that knows nearly all of the month, else from the best that there is."""
    first: tuple[Basis, Mapping[str, Agreed]] | None = None
    for found in bases(inputs):
        terms = terms_of(inputs, found)
        if _knows(found, terms, inputs):
            return Settled(settled(inputs, found, terms), found.source, is_whole=True)
        first = first or (found, terms)
    return Settled(settled(inputs, *first), first[0].source, is_whole=False) if first else None


def _knows(found: Basis, terms: Mapping[str, Agreed], inputs: Inputs) -> bool:
    """Nearly all of the month; of what is counted also nearly all of the time for its traffic."""
    share = hours_known(found, terms, inputs.month, inputs.end)
    return share >= NEARLY_ALL and (found.traffic.whole >= NEARLY_ALL * found.storage.whole or not found.counted)


def month_row(month: Month, is_over: bool, made: Settled | None, paid: Payments) -> MonthRow:
    whole = sum(paid.paid.values(), Fraction(0)) if paid.paid else None
    if made is None:
        held = total(stub.held for stub in paid.stubs.values()) if paid.stubs else None
        return MonthRow(month, is_over, held=held, paid=whole, unestimated=_names(paid.paid))
    lines = {line.account.satellite: line for line in made.statement.lines}
    earning = {satellite for satellite, line in lines.items() if line.payout != 0}
    apart = not _WHOLE & {*lines, *paid.paid}
    return MonthRow(
        month,
        is_over,
        made.source,
        made.is_whole,
        _kinds_of(made.statement.lines),
        made.statement.gross,
        total(_held(line, paid) for line in lines.values()),
        total(_estimated(line, paid) for line in lines.values()),
        whole,
        _names(earning - set(paid.paid)) if apart and paid.paid else (),
        _names(of for of, amount in paid.paid.items() if amount and of not in lines) if apart else (),
    )


def _kinds_of(lines: Iterable[Line]) -> Amounts:
    """At each rate of all satellites at once, which takes half the time."""
    usages: dict[Rates, list[Usage]] = {}
    for line in lines:
        if line.account.told is None:
            usages.setdefault(line.account.rates, []).append(line.account.usage)
    return sum_of([amounts(_in_all(of), rates) for rates, of in usages.items()])


def _in_all(usages: Sequence[Usage]) -> Usage:
    return Usage(
        summed(usage.byte_hours for usage in usages),
        sum(usage.egress for usage in usages),
        sum(usage.repair for usage in usages),
        sum(usage.audit for usage in usages),
    )


def _held(line: Line, paid: Payments) -> Fraction | None:
    stub = paid.stubs.get(line.account.satellite)
    return line.held if stub is None or stub.held is None else stub.held


def _estimated(line: Line, paid: Payments) -> Fraction | None:
    if line.payout is None:
        return None
    stub = paid.stubs.get(line.account.satellite)
    returned = line.returned if stub is None or stub.returned is None else stub.returned
    return line.payout + (returned or 0)


def _names(satellites: Iterable[str]) -> Sequence[str]:
    return tuple(sorted(short_name(satellite) or satellite for satellite in satellites))


def report(rows: Sequence[MonthRow]) -> dict[str, Any]:
    """As comparison.result documents it, from the first month of which anything is known on."""
    first = next((number for number, row in enumerate(rows) if row.is_known), len(rows))
    months = [_month(row) for row in rows[first:]]
    return {"months": months, "totals": totals(months)}


def _month(row: MonthRow) -> dict[str, Any]:
    return {
        "month": str(row.month),
        "is_over": row.is_over,
        "source": row.source,
        "is_whole": row.is_whole,
        "kinds": None if row.kinds is None else {kind: dollars(getattr(row.kinds, kind)) for kind in KINDS},
        **{amount: dollars(getattr(row, amount)) for amount in AMOUNTS},
        "unpaid": list(row.unpaid),
        "unestimated": list(row.unestimated),
    }


def fleet(histories: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The months of all these nodes together; each with how many `nodes` something is known of."""
    months = sorted({month["month"] for history in histories for month in history["months"]})
    of = [{month["month"]: month for month in history["months"]} for history in histories]
    rows = [_together(month, [each[month] for each in of if month in each]) for month in months]
    return {"months": rows, "totals": totals(rows)}


def _together(month: str, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    known = [part for part in parts if part["gross"] is not None or part["paid"] is not None]
    is_over = all(part["is_over"] for part in parts)
    return {"month": month, "is_over": is_over, "nodes": len(known), "kinds": _kinds_together(parts), **totals(parts)}


def _kinds_together(parts: Sequence[Mapping[str, Any]]) -> dict[str, float | None] | None:
    told = [part["kinds"] for part in parts if part["kinds"] is not None]
    return {kind: _sum([each[kind] for each in told]) for kind in KINDS} if told else None


def totals(rows: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """The sums of what is known; None where nothing is."""
    return {amount: _sum([row[amount] for row in rows if row[amount] is not None]) for amount in AMOUNTS}


def _sum(amounts: Sequence[float]) -> float | None:
    """Of amounts that are rounded already, so that they add up."""
    return round(sum(amounts), 6) if amounts else None
