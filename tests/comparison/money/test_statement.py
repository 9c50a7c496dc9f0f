"""Statements computed by hand from the published rates: every cent equal."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from comparison.money.month import Month
from comparison.money.statement import Account, Rates, Usage, held_share, statement

TB = 10**12
NOVEMBER, FEBRUARY, DECEMBER = Month(2026, 11), Month(2026, 2), Month(2026, 12)


def cents(amount: Fraction | None) -> int | None:
    return None if amount is None else round(amount * 100)


def stored(terabytes: int, days: int) -> int:
    return terabytes * TB * days * 24


# Storage: TB x hours / 720 x 1.50. Traffic: TB x 2.00. Held: 75, 50, 25 or 0 % of both together.
BY_HAND = [
    # 4 TB for all of November: 4 x 1.50 = 6.00; 0.5 TB egress 1.00, 0.25 TB repair 0.50, 0.05 TB audit 0.10.
    ("month 2", NOVEMBER, date(2026, 10, 31), (4, 30), (500, 250, 50), (600, 100, 50, 10), 760, 570, 190),
    ("month 5", NOVEMBER, date(2026, 7, 1), (4, 30), (500, 250, 50), (600, 100, 50, 10), 760, 380, 380),
    ("month 8", NOVEMBER, date(2026, 4, 30), (4, 30), (500, 250, 50), (600, 100, 50, 10), 760, 190, 570),
    ("month 12", NOVEMBER, date(2025, 12, 15), (4, 30), (500, 250, 50), (600, 100, 50, 10), 760, 0, 760),
    # 28 days are 672 hours: 4 x 672 / 720 x 1.50 = 5.60. 31 are 744: 4 x 744 / 720 x 1.50 = 6.20.
    ("28 days", FEBRUARY, date(2025, 1, 1), (4, 28), (0, 0, 0), (560, 0, 0, 0), 560, 0, 560),
    ("31 days", DECEMBER, date(2025, 1, 1), (4, 31), (0, 0, 0), (620, 0, 0, 0), 620, 0, 620),
    ("zero traffic", NOVEMBER, date(2026, 11, 20), (2, 10), (0, 0, 0), (100, 0, 0, 0), 100, 75, 25),
    ("nothing stored", NOVEMBER, date(2026, 11, 1), (0, 0), (1000, 0, 0), (0, 200, 0, 0), 200, 150, 50),
]


@pytest.mark.parametrize("case", [row[1:] for row in BY_HAND], ids=[row[0] for row in BY_HAND])
def test_each_cent_is_that_of_the_hand_computed_statement(case: tuple[Any, ...]) -> None:
    month, joined, storage, sent, amounts, gross, held, payout = case
    usage = Usage(stored(*storage), *(gigabytes * 10**9 for gigabytes in sent))
    (line,) = statement([Account("us1", usage, joined=joined)], month).lines
    earned = line.amounts
    assert tuple(map(cents, (earned.storage, earned.egress, earned.repair, earned.audit))) == amounts
    assert (cents(line.gross), cents(line.held), cents(line.payout)) == (gross, held, payout)


def test_satellites_that_were_joined_in_different_months_hold_different_shares() -> None:
    usage = Usage(stored(1, 30))
    joined = {"a": date(2026, 10, 1), "b": date(2026, 7, 1), "c": date(2026, 4, 1), "d": date(2025, 12, 1)}
    found = statement([Account(of, usage, joined=at) for of, at in joined.items()], NOVEMBER)
    assert [line.month_number for line in found.lines] == [2, 5, 8, 12]
    assert (cents(found.gross), cents(found.held), cents(found.payout)) == (600, 225, 375)


def test_half_of_what_is_held_is_returned_in_month_16_and_in_no_other() -> None:
    accounts = [
        Account("month 16", Usage(stored(1, 30)), joined=date(2025, 8, 9), held_before=Fraction("12.34")),
        Account("month 15", joined=date(2025, 9, 9), held_before=Fraction("12.34")),
        Account("month 17", joined=date(2025, 7, 9), held_before=Fraction("12.34")),
    ]
    found = statement(accounts, NOVEMBER)
    assert [cents(line.returned) for line in found.lines] == [617, 0, 0]
    assert (cents(found.payout), cents(found.returned)) == (150, 617)


def test_what_is_returned_is_not_known_where_nobody_says_what_is_held() -> None:
    assert statement([Account("a", joined=date(2025, 8, 1))], NOVEMBER).returned is None


def test_rates_of_its_own_make_other_amounts() -> None:
    rates = Rates(Decimal("1.20"), Decimal("6"), Decimal("3.5"), Decimal("0"))
    usage = Usage(stored(5, 30), 100 * 10**9, 200 * 10**9, 300 * 10**9)
    (line,) = statement([Account("a", usage, rates, date(2026, 1, 1))], NOVEMBER).lines
    earned = line.amounts
    assert [cents(part) for part in (earned.storage, earned.egress, earned.repair, earned.audit)] == [600, 60, 70, 0]


def test_without_a_date_of_joining_what_is_held_is_not_known_and_neither_is_the_sum() -> None:
    found = statement([Account("a", Usage(stored(1, 30))), Account("b", joined=date(2026, 1, 1))], NOVEMBER)
    assert (cents(found.gross), found.held, found.payout) == (150, None, None)


def test_a_terabyte_has_a_million_million_bytes() -> None:
    (line,) = statement([Account("a", Usage(0, 10**12))], NOVEMBER).lines
    assert line.gross == 2


@pytest.mark.parametrize(
    ("number", "percent"), [(1, 75), (3, 75), (4, 50), (6, 50), (7, 25), (9, 25), (10, 0), (99, 0)]
)
def test_the_held_share_steps_down_every_three_months(number: int, percent: int) -> None:
    assert held_share(number) * 100 == percent


@pytest.mark.parametrize(
    ("joined", "number"),
    [(date(2026, 11, 30), 1), (date(2026, 11, 1), 1), (date(2026, 10, 31), 2), (date(2025, 8, 31), 16)],
)
def test_the_month_of_joining_is_month_1_whatever_the_day(joined: date, number: int) -> None:
    assert NOVEMBER.number_since(joined) == number
