"""Whether nodes are worth keeping: what their hosts cost beside what they earn, as metrics and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.measured import Exact, Measured
from comparison.money.costs import HostCosts, in_dollars, monthly_cost, shares
from comparison.money.month import Month
from comparison.money.own import CostsByName
from comparison.money.paid import paid_by_month
from comparison.money.profit import (
    CostedNode,
    Costs,
    Payback,
    Stopping,
    earned_since,
    payback,
    per_tb_month,
    profit,
    so_far,
)
from comparison.money.report import dollars
from comparison.window import Window
from nodes.fields import to_stored
from nodes.known import printable
from nodes.soundness import is_whole
from nodes.sql import allocated_per_node

BY_ALLOCATION, ALIKE = "allocation", "alike"
NOTHING_ENTERED = "No profit: the admin has neither a host nor a cost of its own of this node."
NOTHING_EXPECTED = "No profit: it is not known what the month will have brought at its end."


@dataclass(frozen=True)
class Known:
    """The nodes with costs; of these and those beside them on their hosts bytes allocated; US dollars paid by month."""

    entered: CostsByName = field(default_factory=dict)
    allocated: Mapping[str, int] = field(default_factory=dict)
    paid: Mapping[str, Mapping[Month, Fraction]] = field(default_factory=dict)


@dataclass(frozen=True)
class Worth:
    """A node in a month; amounts in US dollars, None where it is not known what it earns."""

    node: CostedNode
    month: Month
    allocated: int
    costs: Costs
    expected: Fraction | None
    profit_so_far: Fraction | None
    profit: Fraction | None
    payback: Payback | None
    paid_months: int

    @property
    def per_tb(self) -> Fraction | None:
        return None if self.profit is None else per_tb_month(self.profit, self.allocated, self.month)


def read(connection: BaseDatabaseWrapper, names: Sequence[str], window: Window, costs_of: CostsByName) -> Known:
    """In one statement each, however many nodes; none where no costs are entered."""
    entered = {name: costs for name in names if (costs := costs_of.get(name)) and costs.is_entered}
    if not entered:
        return Known()
    asked = set(entered).union(*(costs.host.nodes for costs in entered.values() if costs.host))
    rows = allocated_per_node(connection, sorted(asked), to_stored(window.end))
    bought = {name: Month.of(day) for name, costs in entered.items() if (day := costs.purchased_on)}
    paid = paid_by_month(connection, list(bought), min(bought.values(), default=window.month), window.month)
    since = {
        name: {month: amount for month, amount in of.items() if month >= bought[name]} for name, of in paid.items()
    }
    return Known(entered, {name: size for name, size in rows if is_whole(size)}, since)


def measure(name: str, known: Known, earned: Measured, window: Window) -> Measured:
    """`earned` is what comparison.earnings measured of the node."""
    measured, entered = Measured(), known.entered.get(name)
    if entered is None:
        measured.note(NOTHING_ENTERED, "profit")
        return measured
    parts = shares(entered.host.nodes if entered.host else [name], known.allocated)
    found = _worth(CostedNode(name, entered, parts), known, earned, window)
    measured.values |= {"profit": found.profit, "profit_per_allocated_tb": found.per_tb}
    if earned.unranked:
        measured.unranked |= set(measured.values)
    for sentence in _notes(found):
        measured.note(sentence, "profit")
    measured.worth = _block(found, earned.statement)
    return measured


def _worth(node: CostedNode, known: Known, earned: Measured, window: Window) -> Worth:
    month = window.month
    costs, paid = node.costs(month), known.paid.get(node.name, {})
    gross, expected = (_exact(earned.values.get(key)) for key in ("total_earnings", "projected_earnings"))
    kept = None if expected is None else profit(expected, costs)
    now = None if gross is None else so_far(gross, costs, month, window.end - month.start)
    since = earned_since(paid, node) + (now or 0)
    allocated = known.allocated.get(node.name, 0)
    return Worth(node, month, allocated, costs, expected, now, kept, _payback(node, since, kept, window), len(paid))


def _exact(value: Exact) -> Fraction | None:
    return None if value is None else Fraction(value)


def _payback(node: CostedNode, since: Fraction, monthly: Fraction | None, window: Window) -> Payback | None:
    """None of what need not pay back, is not bought yet, or earns nobody knows what."""
    bought, end = node.entered.purchased_on, window.end.date()
    if node.price is None or bought is None or bought > end or monthly is None:
        return None
    return payback(node.price, since, monthly, window.month, end)


def _notes(found: Worth) -> Iterable[str]:
    host = found.node.entered.host
    if host and len(host.nodes) > 1 and not found.node.parts.by_allocation:
        yield (
            f"The {len(host.nodes)} nodes of {printable(host.name)} share its costs alike: it is not known of each how "
            "much is allocated to it."
        )
    if found.profit is None:
        yield NOTHING_EXPECTED


def _block(found: Worth, statement: Mapping[str, Any] | None) -> dict[str, Any]:
    """As comparison.result documents it."""
    return {
        "month": str(found.month),
        "host": _host(found.node.entered.host, found) if found.node.entered.host else None,
        "allocated_bytes": found.allocated or None,
        "host_share": float(found.costs.share),
        "own_cost": float(found.costs.own),
        "costs": float(found.costs.whole),
        "earnings": dollars(found.expected),
        "profit_so_far": dollars(found.profit_so_far),
        "profit": dollars(found.profit),
        "profit_per_allocated_tb": dollars(found.per_tb),
        "stopping": _stopping(found, found.expected, statement) if found.expected is not None else None,
        "payback": _paid_back(found.payback, found.paid_months) if found.payback else None,
    }


def _host(host: HostCosts, found: Worth) -> dict[str, Any]:
    cost = monthly_cost(host, found.month)
    return {
        "name": host.name,
        "nodes": len(host.nodes),
        "shared_by": BY_ALLOCATION if found.node.parts.by_allocation else ALIKE,
        "currency": host.currency,
        "usd_rate": float(host.rate),
        "cost": float(round(cost, 2)),
        "cost_usd": float(in_dollars(cost, host)),
    }


def _stopping(found: Worth, loses: Fraction, statement: Mapping[str, Any] | None) -> dict[str, Any]:
    stopping = Stopping(found.node.saved(found.month), loses)
    return {
        "saves": float(stopping.saves),
        "loses": dollars(stopping.loses),
        "marginal_profit": dollars(stopping.marginal_profit),
        "held_lost": _held_lost(statement),
    }


def _held_lost(statement: Mapping[str, Any] | None) -> float | None:
    """Once, without a graceful exit; None as soon as that of one satellite is not known."""
    held = [line["lost_if_stopped"] for line in statement["satellites"]] if statement else [None]
    return None if None in held else float(sum((Decimal(str(amount)) for amount in held), Decimal(0)))


def _paid_back(found: Payback, months: int) -> dict[str, Any]:
    return {
        "price": float(found.price),
        "earned": dollars(found.earned),
        "months": months,
        "state": found.state,
        "on": found.on.isoformat() if found.on else None,
    }
