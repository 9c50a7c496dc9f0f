"""Whether a node is worth keeping: pure, in exact fractions of US dollars.

    profit = gross earnings - costs, of a whole calendar month
    profit so far = gross earnings so far - costs x hours so far / hours of the month
    per TB-month allocated = profit / (bytes allocated / 10^12 x hours of the month / 720)
    marginal profit = gross earnings - what stopping the node saves
    paid back on = end + (price - earned since the purchase) / (profit / days of the month) days, rounded up

Gross earnings of the month are those projected to its end; of a month that is over, what was earned. They are before
anything is held back, because that comes back in part and later. Stopping a node saves what it costs alone, and all
costs of its host if it is the last node there. Otherwise the host runs on, and it is assumed to draw the same power:
what a single disk draws is for the operator to enter as the node's own cost.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from comparison.money.costs import HostCosts, NodeCosts, Shares, days_of, in_dollars, monthly_cost, shared
from comparison.money.month import Month
from comparison.money.statement import HOURS_A_MONTH, TB

NO_COST = Decimal(0)
# What takes longer than this to pay back never does: no disk lives as long.
MOST_DAYS = 36_525
PAID, COMING, NEVER = "paid", "coming", "never"


@dataclass(frozen=True)
class Costs:
    """Of a node in a month, in US dollars: its share of the host, and its own."""

    share: Decimal
    own: Decimal

    @property
    def whole(self) -> Decimal:
        return self.share + self.own


@dataclass(frozen=True)
class CostedNode:
    """A node with what was entered of its costs; `parts` are those of the nodes on its host."""

    name: str
    entered: NodeCosts
    parts: Shares

    def costs(self, month: Month) -> Costs:
        host = self.entered.host
        return Costs(self._share(monthly_cost(host, month), host) if host else NO_COST, self.entered.own or NO_COST)

    @property
    def price(self) -> Decimal | None:
        """Its share of what its host was bought for, in US dollars; None where the host need not pay back."""
        host = self.entered.host
        return self._share(host.purchase, host) if host and host.purchase is not None else None

    def saved(self, month: Month) -> Decimal:
        """What is not spent in a month without the node, in US dollars."""
        host, own = self.entered.host, self.entered.own or NO_COST
        return own + in_dollars(monthly_cost(host, month), host) if host and len(host.nodes) == 1 else own

    def _share(self, amount: Decimal, host: HostCosts) -> Decimal:
        return shared(in_dollars(amount, host), self.parts.parts)[self.name]


@dataclass(frozen=True)
class Stopping:
    """What stopping a node would save and lose, in US dollars a month."""

    saves: Decimal
    loses: Fraction

    @property
    def marginal_profit(self) -> Fraction:
        """Below zero: without the node more would be left."""
        return self.loses - Fraction(self.saves)


@dataclass(frozen=True)
class Payback:
    """Of the node's share of the purchase price. `state` is PAID, COMING on the date, or NEVER."""

    price: Decimal
    earned: Fraction
    state: str
    on: date | None = None


def profit(gross: Fraction, costs: Costs) -> Fraction:
    return gross - Fraction(costs.whole)


def so_far(gross: Fraction, costs: Costs, month: Month, elapsed: timedelta) -> Fraction:
    """`elapsed` since the month's start."""
    return gross - Fraction(costs.whole) * _ratio(elapsed, month.end - month.start)


def per_tb_month(amount: Fraction, allocated: int, month: Month) -> Fraction | None:
    """None where nothing is known to be allocated."""
    hours = _ratio(month.end - month.start, timedelta(hours=1))
    return amount / (Fraction(allocated, TB) * hours / HOURS_A_MONTH) if allocated else None


def earned_since(paid: Mapping[Month, Fraction], node: CostedNode) -> Fraction:
    """Profit of earlier months: what was paid in them, less what they cost by the costs and shares of today."""
    return sum((profit(amount, node.costs(month)) for month, amount in paid.items()), Fraction(0))


def payback(price: Decimal, earned: Fraction, monthly: Fraction, month: Month, end: date) -> Payback:
    """`monthly` is the profit of `month`, with which it goes on from `end`."""
    left = Fraction(price) - earned
    if left <= 0:
        return Payback(price, earned, PAID)
    days = math.ceil(left / monthly * days_of(month)) if monthly > 0 else None
    if days is None or days > MOST_DAYS:
        return Payback(price, earned, NEVER)
    return Payback(price, earned, COMING, end + timedelta(days=days))


def _ratio(span: timedelta, whole: timedelta) -> Fraction:
    return Fraction(span // timedelta(microseconds=1), whole // timedelta(microseconds=1))
