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
from functools import lru_cache

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

    @property
    def gross(self) -> Fraction:
        return self.storage + self.traffic


@dataclass(frozen=True)
class Account:
    """A node on a satellite. `joined` None: not known, so neither is what is held.

    `held_before` is what the satellite holds from earlier months, less what it gave back; None where not known.
    `told` is an amount that somebody else computed, in the place of one from usage and rates.
    """

    satellite: str
    usage: Usage = Usage()
    rates: Rates = Rates()
    joined: date | None = None
    held_before: Fraction | None = None
    told: Fraction | None = None


@dataclass(frozen=True)
class Line:
    """The month on one satellite, in US dollars; None where it is not known."""

    account: Account
    amounts: Amounts
    gross: Fraction
    month_number: int | None
    held_share: Fraction | None
    held: Fraction | None
    payout: Fraction | None
    returned: Fraction | None


@dataclass(frozen=True)
class Statement:
    month: Month
    lines: tuple[Line, ...]

    @property
    def gross(self) -> Fraction:
        return sum((line.gross for line in self.lines), NOTHING)

    @property
    def held(self) -> Fraction | None:
        """None as soon as that of one satellite is not known."""
        return total(line.held for line in self.lines)

    @property
    def payout(self) -> Fraction | None:
        return total(line.payout for line in self.lines)

    @property
    def returned(self) -> Fraction | None:
        return total(line.returned for line in self.lines)

    @property
    def usage(self) -> Usage:
        return sum((line.account.usage for line in self.lines), Usage())


def statement(accounts: Sequence[Account], month: Month) -> Statement:
    """A line for each account; formulas and their source are at the head of this module."""
    return Statement(month, tuple(_line(account, month) for account in accounts))


def amounts(usage: Usage, rates: Rates) -> Amounts:
    return Amounts(
        storage=usage.byte_hours * _per_byte(rates.storage) / HOURS_A_MONTH if usage.byte_hours else NOTHING,
        egress=usage.egress * _per_byte(rates.egress) if usage.egress else NOTHING,
        repair=usage.repair * _per_byte(rates.repair) if usage.repair else NOTHING,
        audit=usage.audit * _per_byte(rates.audit) if usage.audit else NOTHING,
    )


@lru_cache(maxsize=1000)
def _per_byte(rate: Decimal) -> Fraction:
    """Of a rate per TB; there are few, and each day of a month has its amounts."""
    return Fraction(rate) / TB


def held_share(month_number: int) -> Fraction:
    return next((share for last, share in _HELD if month_number <= last), NOTHING)


def total(parts: Iterable[Fraction | None]) -> Fraction | None:
    """None as soon as a part is not known."""
    found = NOTHING
    for part in parts:
        if part is None:
            return None
        found += part
    return found


def _line(account: Account, month: Month) -> Line:
    earned = amounts(account.usage, account.rates)
    gross = earned.gross if account.told is None else account.told
    if account.joined is None:
        return Line(account, earned, gross, None, None, None, None, None)
    number = max(month.number_since(account.joined), 1)
    share = held_share(number)
    held = gross * share
    return Line(account, earned, gross, number, share, held, gross - held, _returned(account, number))


def _returned(account: Account, month_number: int) -> Fraction | None:
    if month_number != RETURNED_IN_MONTH:
        return NOTHING
    return None if account.held_before is None else account.held_before * RETURNED_SHARE
