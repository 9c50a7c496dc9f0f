"""Reading a file of payouts: pure, without a database."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.payouts.lines import AMOUNT, FIELDS, PERIOD, SATELLITE, Parsed, parsed
from nodes.satellites import EU1, SALTLAKE, US1

NAMES = {"attic", " odd name ", "a,b"}
TODAY = date(2026, 11, 21)


def read(content: bytes | str) -> Parsed:
    return parsed(content, NAMES, TODAY)


def only(content: bytes | str) -> tuple[str, str, str, Decimal]:
    found = read(content)
    assert found.bad == []
    (line,) = found.lines
    return line.node, line.period, line.satellite, line.amount


def reasons(content: bytes | str) -> list[tuple[int, str]]:
    return [(bad.number, bad.reason) for bad in read(content).bad]


class TestLine:
    def test_has_node_period_satellite_and_amount(self) -> None:
        assert only("attic,2026-10,us1,12.34\n") == ("attic", "2026-10", US1, Decimal("12.34"))

    @pytest.mark.parametrize("satellite", [EU1, "eu1", "EU1", "eu1.storj.io", "eu1.storj.io:7777"])
    def test_names_the_satellite_by_id_name_or_address(self, satellite: str) -> None:
        assert only(f"attic,2026-10,{satellite},1")[2] == EU1

    @pytest.mark.parametrize(
        ("amount", "dollars"), [("1", "1.00"), ("0", "0.00"), ("1.5", "1.50"), ("2.340000", "2.34")]
    )
    def test_has_whole_cents(self, amount: str, dollars: str) -> None:
        assert str(only(f"attic,2026-10,us1,{amount}")[3]) == dollars

    def test_may_have_spaces_around_its_fields(self) -> None:
        assert only(" attic , 2026-10 , us1 , 1.00 \r\n")[:3] == ("attic", "2026-10", US1)

    def test_names_a_node_exactly_as_it_is(self) -> None:
        assert only(" odd name ,2026-10,us1,1")[0] == " odd name "
        assert only('"a,b",2026-10,us1,1')[0] == "a,b"

    @pytest.mark.parametrize("separator", [";", "\t"])
    def test_may_have_other_separators(self, separator: str) -> None:
        assert only(separator.join(("attic", "2026-10", "us1", "1.00")))[0] == "attic"

    def test_of_this_month_is_taken(self) -> None:
        assert only("attic,2026-11,us1,1")[1] == "2026-11"


class TestHead:
    def test_tells_the_order_of_the_columns(self) -> None:
        text = "\ufeffAmount,Satellite,Paid on,Period,Node\n1.50,saltlake,2026-11-09,2026-10,attic\n"
        assert only(text.encode()) == ("attic", "2026-10", SALTLAKE, Decimal("1.50"))

    def test_alone_is_no_line(self) -> None:
        found = read("node,period,satellite,amount\n")
        assert (found.lines, found.bad) == ([], [])


class TestBadLine:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("attic,2026-10,us1", FIELDS),
            ("attic,2026-10,us1,1,234.00", FIELDS),
            ("cellar,2026-10,us1,1", "there is no node “cellar”."),
            (",2026-10,us1,1", "it names no node."),
            ("attic,2026-13,us1,1", PERIOD),
            ("attic,2026-1,us1,1", PERIOD),
            ("attic,2017-12,us1,1", PERIOD),
            ("attic,2026-12,us1,1", PERIOD),
            ("attic,October 2026,us1,1", PERIOD),
            ("attic,2026-10,us2,1", SATELLITE),
            ("attic,2026-10,,1", SATELLITE),
            ("attic,2026-10,us1,", AMOUNT),
            ("attic,2026-10,us1,-1", AMOUNT),
            ("attic,2026-10,us1,1.234", AMOUNT),
            ("attic,2026-10,us1,1e3", AMOUNT),
            ("attic,2026-10,us1,NaN", AMOUNT),
            ("attic,2026-10,us1,1000000.01", AMOUNT),
            ("attic,2026-10,us1,٣", AMOUNT),
        ],
    )
    def test_is_told_with_its_reason(self, line: str, reason: str) -> None:
        assert reasons(line) == [(1, reason)]

    def test_has_the_number_that_an_editor_shows(self) -> None:
        text = 'node,period,satellite,amount\n\n"attic",2026-10,us1,1\nbad\n"two\nlines",2026-10,us1,1\nbad too\n'
        assert [number for number, _ in reasons(text)] == [4, 5, 7]

    def test_leaves_the_others_as_they_are(self) -> None:
        found = read("bad\nattic,2026-10,us1,1\nbad\n")
        assert (len(found.lines), len(found.bad)) == (1, 2)

    def test_that_is_not_utf_8_is_one(self) -> None:
        assert [number for number, _ in reasons(b"attic,2026-10,us1,1\n\xff\xfe,2026-10,us1,1\n")] == [2]

    def test_that_is_longer_than_any_field_is_one(self) -> None:
        assert [number for number, _ in reasons(f"{'x' * 140_000},2026-10,us1,1\nattic,2026-10,us1,1\n")] == [1]


class TestRepeatedLine:
    def test_is_counted_and_taken_once(self) -> None:
        found = read("attic,2026-10,us1,1\nattic,2026-10,us1,1.00\n")
        assert (len(found.lines), found.repeated, found.bad) == (1, 1, [])

    def test_with_another_amount_is_refused(self) -> None:
        ((number, reason),) = reasons("attic,2026-10,us1,1\nattic,2026-10,us1,2\n")
        assert number == 2
        assert "line 1 has another amount" in reason


@given(st.binary(max_size=300) | st.text(alphabet='atic,;\t"\n\r2026-10us1.\0\ufeff', max_size=300))
def test_no_content_raises(content: bytes | str) -> None:
    found = read(content)
    assert all(line.amount >= 0 and line.node in NAMES for line in found.lines)


@given(st.integers(0, 10**8))
def test_every_amount_of_cents_comes_out_as_it_went_in(cents: int) -> None:
    assert only(f"attic,2026-10,us1,{cents // 100}.{cents % 100:02}")[3] * 100 == cents
