"""What a host costs in a month, and how its nodes share it. Pure, in exact decimals.

    cost = fixed + watts x 24 x days of the month / 1000 x price per kWh, in the host's currency
    in US dollars = cost x rate, to the cent, half to even
    share of a node = cost x bytes allocated to it / bytes allocated to all nodes of the host

Shares are whole cents that add up to the cost: what is left after rounding down goes, a cent each, to the nodes with
the largest remainders. Where it is not known of each node of the host how much is allocated to it, all share alike.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, localcontext

from comparison.money.month import Month

HOURS_A_DAY, WATTS_A_KILOWATT = 24, 1000
CENT = Decimal("0.01")
NOTHING = Decimal(0)
# Anything that would be rounded unasked is an error. What the admin takes has 40 digits at the most.
_EXACT = Context(prec=100, traps=[Inexact])
_ROUNDING = Context(prec=100)


@dataclass(frozen=True)
class HostCosts:
    """Amounts in `currency`, of which `rate` US dollars are one unit; `fixed` a month, `watts` on average.

    `nodes` are the names of all nodes on it; `purchased` and `purchase` are both None, or neither.
    """

    name: str
    nodes: tuple[str, ...]
    fixed: Decimal = NOTHING
    watts: Decimal = NOTHING
    per_kwh: Decimal = NOTHING
    currency: str = "USD"
    rate: Decimal = Decimal(1)
    purchase: Decimal | None = None
    purchased: date | None = None


@dataclass(frozen=True)
class NodeCosts:
    """`own` is what the node costs beside its share of the host, in US dollars a month; None where not entered."""

    host: HostCosts | None
    own: Decimal | None

    @property
    def is_entered(self) -> bool:
        return self.host is not None or self.own is not None

    @property
    def purchased_on(self) -> date | None:
        return self.host.purchased if self.host else None


@dataclass(frozen=True)
class Shares:
    """Each node's part of a host, as whole numbers; `by_allocation` False: all alike, as not all is known."""

    parts: Mapping[str, int]
    by_allocation: bool


def days_of(month: Month) -> int:
    return monthrange(month.year, month.number)[1]


def monthly_cost(host: HostCosts, month: Month) -> Decimal:
    """In the host's currency, not rounded."""
    with localcontext(_EXACT):
        kilowatt_hours = host.watts * HOURS_A_DAY * days_of(month) / WATTS_A_KILOWATT
        return host.fixed + kilowatt_hours * host.per_kwh


def in_dollars(amount: Decimal, host: HostCosts) -> Decimal:
    """An amount in the host's currency, in US dollars to the cent."""
    with localcontext(_EXACT):
        exact = amount * host.rate
    return exact.quantize(CENT, ROUND_HALF_EVEN, _ROUNDING)


def shares(nodes: Sequence[str], allocated: Mapping[str, int]) -> Shares:
    """`allocated` has the bytes of each node of which they are known."""
    if all(allocated.get(name) for name in nodes):
        return Shares({name: allocated[name] for name in nodes}, by_allocation=True)
    return Shares(dict.fromkeys(nodes, 1), by_allocation=False)


def shared(amount: Decimal, parts: Mapping[str, int]) -> dict[str, Decimal]:
    """Whole cents by node, which add up to `amount`, itself of whole cents. Equal remainders: by name."""
    cents, whole = int(amount.scaleb(2)), sum(parts.values())
    found = {name: cents * part // whole for name, part in parts.items()}
    by_remainder = sorted(parts, key=lambda name: (-(cents * parts[name] % whole), name))
    for name in by_remainder[: cents - sum(found.values())]:
        found[name] += 1
    return {name: Decimal(part).scaleb(-2) for name, part in found.items()}
