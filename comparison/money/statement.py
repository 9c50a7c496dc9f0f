"""The money of a month, as a pure function in exact fractions of US dollars.

    storage = byte-hours / 720 / 10^12 x rate per TB-month
    egress, repair, audit = bytes / 10^12 x rate per TB
    gross = storage + egress + repair + audit
    held = gross x 75 % in months 1 to 3 on a satellite, 50 % in 4 to 6, 25 % in 7 to 9, nothing after
    payout = gross - held
    returned = half of all that was held, in month 16; the rest comes back with a graceful exit only

A TB is 10^12 bytes and a month has 720 hours, also one of 28 or 31 days. Month 1 is the calendar month in UTC in which
the node joined the satellite, whatever the day. The default rates are those that Storj publishes for node operators
(storj.io/node); the rules of what is held are storagenode's (payouts.GetHeldRate) and the satellites' own accounting
(compensation.NodeWithheldPercent, with half of it returned after 15 months). Ingress is not paid.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm

from comparison.exact import summed
from comparison.money.month import Month

TB = 10**12
HOURS_A_MONTH = 720
RETURNED_IN_MONTH = 16
RETURNED_SHARE = Fraction(1, 2)
_HELD = ((3, Fraction(3, 4)), (6, Fraction(1, 2)), (9, Fraction(1, 4)))
NOTHING = Fraction(0)


@dataclass(frozen=True)
class Rates:
    """US dollars per TB, `storage` per TB and month."""

    storage: Decimal = Decimal("1.50")
    egress: Decimal = Decimal("2.00")
    repair: Decimal = Decimal("2.00")
    audit: Decimal = Decimal("2.00")

    @cached_property
    def per_byte(self) -> tuple[int, int, int, int, int]:
        """What a byte-hour of storage, and a byte of egress, repair and audits brings: whole numbers, of which the
        last is that of a dollar. There are few rates, and many amounts.
        """
        hourly = Fraction(self.storage) / HOURS_A_MONTH
        per_tb = hourly, Fraction(self.egress), Fraction(self.repair), Fraction(self.audit)
        dollar = lcm(*(rate.denominator for rate in per_tb))
        storage, egress, repair, audit = (rate.numerator * (dollar // rate.denominator) for rate in per_tb)
        return storage, egress, repair, audit, dollar * TB


DEFAULT_RATES = Rates()


@dataclass(frozen=True)
class Usage:
    """What a satellite pays for: byte-hours stored, and bytes sent."""

    byte_hours: Fraction | int = 0
    egress: int = 0
    repair: int = 0
    audit: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.byte_hours + other.byte_hours,
            self.egress + other.egress,
            self.repair + other.repair,
            self.audit + other.audit,
        )


@dataclass(frozen=True)
class Amounts:
    """US dollars."""

    storage: Fraction = NOTHING
    egress: Fraction = NOTHING
    repair: Fraction = NOTHING
    audit: Fraction = NOTHING

    @property
    def traffic(self) -> Fraction:
        return self.egress + self.repair + self.audit


@dataclass(frozen=True)
class Account:
    """A node on a satellite. `joined` None: not known, so neither is what is held.

    `held_before` is what the satellite holds from earlier months, less what it gave back; None where not known.
    `told` is an amount that somebody else computed, in the place of one from usage and rates.
    """

    satellite: str
    usage: Usage = Usage()
    rates: Rates = DEFAULT_RATES
    joined: date | None = None
    held_before: Fraction | None = None
    told: Fraction | None = None


@dataclass(frozen=True)
class Line:
    """The month on one satellite, in US dollars; None where it is not known."""

    account: Account
    gross: Fraction
    month_number: int | None = None
    held_share: Fraction | None = None
    held: Fraction | None = None
    payout: Fraction | None = None
    returned: Fraction | None = None

    @cached_property
    def amounts(self) -> Amounts:
        """From usage and rates, also where the gross amount is not."""
        return amounts(self.account.usage, self.account.rates)


@dataclass(frozen=True)
class Statement:
    month: Month
    lines: tuple[Line, ...]

    @cached_property
    def gross(self) -> Fraction:
        return summed(line.gross for line in self.lines)

    @cached_property
    def held(self) -> Fraction | None:
        """None as soon as that of one satellite is not known."""
        return total(line.held for line in self.lines)

    @cached_property
    def payout(self) -> Fraction | None:
        return total(line.payout for line in self.lines)

    @cached_property
    def returned(self) -> Fraction | None:
        return total(line.returned for line in self.lines)

    @cached_property
    def amounts(self) -> Amounts:
        return sum_of([line.amounts for line in self.lines])

    @property
    def byte_hours(self) -> Fraction:
        return summed(line.account.usage.byte_hours for line in self.lines)


def statement(accounts: Sequence[Account], month: Month) -> Statement:
    """A line for each account; formulas and their source are at the head of this module."""
    return Statement(month, tuple(_line(account, month) for account in accounts))


def amounts(usage: Usage, rates: Rates) -> Amounts:
    storage, egress, repair, audit, dollar = rates.per_byte
    part, whole = usage.byte_hours.as_integer_ratio()
    return Amounts(
        storage=Fraction(part * storage, whole * dollar) if part else NOTHING,
        egress=Fraction(usage.egress * egress, dollar) if usage.egress else NOTHING,
        repair=Fraction(usage.repair * repair, dollar) if usage.repair else NOTHING,
        audit=Fraction(usage.audit * audit, dollar) if usage.audit else NOTHING,
    )


def sum_of(parts: Sequence[Amounts]) -> Amounts:
    return Amounts(
        summed(part.storage for part in parts),
        summed(part.egress for part in parts),
        summed(part.repair for part in parts),
        summed(part.audit for part in parts),
    )


def gross(usage: Usage, rates: Rates) -> Fraction:
    """The sum of its amounts."""
    storage, egress, repair, audit, dollar = rates.per_byte
    part, whole = usage.byte_hours.as_integer_ratio()
    sent = usage.egress * egress + usage.repair * repair + usage.audit * audit
    return Fraction(part * storage + sent * whole, whole * dollar)


def held_share(month_number: int) -> Fraction:
    return next((share for last, share in _HELD if month_number <= last), NOTHING)


def total(parts: Iterable[Fraction | None]) -> Fraction | None:
    """None as soon as a part is not known."""
    known: list[Fraction] = []
    for part in parts:
        if part is None:
            return None
        known.append(part)
    return summed(known)


def _line(account: Account, month: Month) -> Line:
    earned = gross(account.usage, account.rates) if account.told is None else account.told
    if account.joined is None:
        return Line(account, earned)
    number = max(month.number_since(account.joined), 1)
    share = held_share(number)
    held, payout = _split(earned, share)
    return Line(account, earned, number, share, held, payout, _returned(account, number))


def _split(earned: Fraction, share: Fraction) -> tuple[Fraction, Fraction]:
    """What is held, and what is paid out."""
    if not share:
        return NOTHING, earned
    part, whole = earned.numerator * share.numerator, earned.denominator * share.denominator
    rest = earned.numerator * (share.denominator - share.numerator)
    return Fraction(part, whole), Fraction(rest, whole)


def _returned(account: Account, month_number: int) -> Fraction | None:
    if month_number != RETURNED_IN_MONTH:
        return NOTHING
    return None if account.held_before is None else account.held_before * RETURNED_SHARE
