"""Earnings stacked by kind, as a picture."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from comparison.money.kinds_picture import (
    LEFT,
    UNTOLD,
    WIDTH,
    KindsPicture,
    by_kind,
    kinds_picture,
    months_picture,
)
from comparison.money.report import KINDS
from comparison.multiples import MOST_DRAWN
from tests.comparison.samples import node, result


def line(*amounts: float | None, gross: float | None = None) -> dict[str, Any]:
    """A satellite's; without amounts it was told as one."""
    earned = dict(zip((f"{kind}_earned" for kind in KINDS), amounts or (None,) * 4, strict=True))
    return {**earned, "gross": sum(each or 0 for each in amounts) if gross is None else gross}


def statement(*lines: dict[str, Any], held: float | None = 0.0) -> dict[str, Any]:
    return {"satellites": list(lines), "gross": sum(each["gross"] for each in lines), "held": held}


def picture(**statements: dict[str, Any] | None) -> KindsPicture | None:
    nodes = [replace(node(name), statement=found) for name, found in statements.items()]
    return kinds_picture(result(*nodes, type="earnings"), {})


def drawn(**statements: dict[str, Any] | None) -> KindsPicture:
    found = picture(**statements)
    assert found
    return found


amounts = st.lists(st.floats(0, 50).map(lambda amount: round(amount, 6)), min_size=4, max_size=4)


@given(st.lists(amounts, min_size=1, max_size=5))
def test_each_part_is_as_long_as_its_share_of_the_scale_and_begins_where_the_one_before_ends(
    satellites: list[list[float]],
) -> None:
    made = statement(*(line(*each) for each in satellites))
    found = picture(a=made)
    if not made["gross"]:
        assert found is None
        return
    assert found
    high = float(found.high.removesuffix(" USD").replace(",", ""))
    at = LEFT
    for part in found.bars[0].parts:
        amount = sum(each[KINDS.index(part.kind)] for each in satellites)
        assert part.x == pytest.approx(at, abs=0.011)
        assert part.width == pytest.approx(WIDTH * amount / high, abs=0.011)
        at += WIDTH * amount / high
    assert at == pytest.approx(LEFT + WIDTH * made["gross"] / high)
    assert at <= LEFT + WIDTH + 1e-9


def test_what_is_held_back_is_the_end_of_the_bar() -> None:
    bar = drawn(a=statement(line(2.0, 1.0, 0.5, 0.5), held=3.0)).bars[0]
    assert bar.held
    last = bar.parts[-1]
    assert bar.held.x + bar.held.width == pytest.approx(last.x + last.width)
    assert bar.held.width == pytest.approx(WIDTH * 3 / 4, abs=0.01)


@pytest.mark.parametrize(("held", "said"), [(0.0, "of it held back 0.00"), (None, "of it held back not known")])
def test_where_nothing_is_held_or_it_is_not_known_nothing_is_marked(held: float | None, said: str) -> None:
    bar = drawn(a=statement(line(1.0, 0.0, 0.0, 0.0), held=held)).bars[0]
    assert bar.held is None
    assert said in bar.told


def test_what_somebody_else_computed_is_a_part_of_its_own() -> None:
    made = statement(line(1.0, 1.0, 0.0, 0.0), line(gross=2.5))
    assert by_kind(made) == {"storage": 1.0, "egress": 1.0, "repair": 0.0, "audit": 0.0, UNTOLD: 2.5}
    found = drawn(a=made)
    assert found.kinds == [("storage", "Storage"), ("egress", "Egress"), (UNTOLD, "Not told apart")]
    assert found.table.head == ["Node", "Storage", "Egress", "Repair", "Audit", "Not told apart", "Gross", "Held back"]
    assert found.table.rows == [("a", ["1.00", "1.00", "0.00", "0.00", "2.50", "4.50", "0.00"])]


def test_all_bars_have_one_scale() -> None:
    small, large = drawn(a=statement(line(1.0, 0.0, 0.0, 0.0)), b=statement(line(4.0, 0.0, 0.0, 0.0))).bars
    assert large.parts[0].width == pytest.approx(4 * small.parts[0].width, abs=0.02)


def test_of_many_nodes_those_that_earned_most_are_drawn_and_the_table_has_all() -> None:
    many = {f"n{number}": statement(line(float(number), 0.0, 0.0, 0.0)) for number in range(1, 41)}
    found = drawn(**many)
    assert [bar.label for bar in found.bars] == list(many)[-MOST_DRAWN:]
    assert found.cut == f"the {MOST_DRAWN} of 40 nodes that earned most"
    assert len(found.table.rows) == 40


def test_a_node_without_a_statement_or_earnings_has_no_bar() -> None:
    assert picture(a=None, b=statement()) is None
    assert [bar.label for bar in drawn(a=None, b=statement(line(1.0, 0.0, 0.0, 0.0))).bars] == ["b"]


def test_the_picture_says_in_words_what_it_shows_and_escapes_names() -> None:
    found = drawn(**{"<b>": statement(line(2.0, 1.0, 0.5, 0.0), held=1.0)})
    html = render_to_string("compare/_kinds.html", {"kinds": found})
    assert "&lt;b&gt;: storage 2.00, egress 1.00, repair 0.50; in all 3.50 USD, of it held back 1.00." in html
    assert 'role="img"' in html
    assert "<b>" not in html


def month(name: str, *kinds: float, gross: float | None = None, held: float | None = 0.0) -> dict[str, Any]:
    """Of all nodes together; what is in no kind is not told apart."""
    told = dict(zip(KINDS, kinds, strict=True)) if kinds else None
    earned = sum(kinds) if gross is None else gross
    return {"month": name, "is_over": name < "2026-11", "kinds": told, "gross": earned, "held": held}


def by_month(*rows: dict[str, Any]) -> KindsPicture | None:
    return months_picture(result(type="earnings") | {"history": {"months": list(rows)}})


class TestMonths:
    def test_each_has_a_bar_of_what_all_nodes_earned_by_kind(self) -> None:
        found = by_month(month("2026-10", 2.0, 1.0, 0.0, 1.0, held=1.0), month("2026-11", 1.0, 0.5, 0.0, 0.0))
        assert found
        assert [bar.label for bar in found.bars] == ["Oct 2026", "Nov 2026, so far"]
        assert [part.kind for part in found.bars[0].parts] == ["storage", "egress", "audit"]
        assert found.bars[0].told == "storage 2.00, egress 1.00, audit 1.00; in all 4.00 USD, of it held back 1.00"
        assert found.table.head == ["Month", "Storage", "Egress", "Repair", "Audit", "Gross", "Held back"]
        assert len(found.table.rows) == 2

    def test_what_is_not_told_apart_is_a_part_of_its_own(self) -> None:
        found = by_month(month("2026-09", gross=3.0), month("2026-10", 2.0, 0.0, 0.0, 0.0, gross=2.5))
        assert found
        assert [[part.kind for part in bar.parts] for bar in found.bars] == [[UNTOLD], ["storage", UNTOLD]]

    def test_none_is_drawn_where_no_month_is_told_apart_or_there_is_but_one(self) -> None:
        assert by_month(month("2026-09", gross=3.0), month("2026-10", 0.0, 0.0, 0.0, 0.0, gross=2.5)) is None
        assert by_month(month("2026-10", 2.0, 0.0, 0.0, 0.0)) is None
        assert months_picture(result(type="performance")) is None

    def test_of_many_the_last_are_drawn_and_the_table_has_all(self) -> None:
        names = [f"{2024 + number // 12}-{number % 12 + 1:02}" for number in range(20)]
        found = by_month(*(month(name, 1.0, 0.0, 0.0, 0.0) for name in names))
        assert found
        assert (len(found.bars), len(found.table.rows)) == (MOST_DRAWN, 20)
        assert found.cut == f"the last {MOST_DRAWN} of 20 months"
        assert found.bars[-1].label == "Aug 2025"

    def test_what_pay_stubs_hold_back_never_reaches_beyond_the_bar(self) -> None:
        found = by_month(month("2026-09", 1.0, 0.0, 0.0, 0.0, held=9.0), month("2026-10", 9.0, 0.0, 0.0, 0.0))
        assert found
        assert found.bars[0].held
        assert found.bars[0].held.x == LEFT

    def test_two_pictures_of_a_page_have_no_id_in_common(self) -> None:
        months = by_month(month("2026-09", 1.0, 0.0, 0.0, 0.0), month("2026-10", 9.0, 0.0, 0.0, 0.0))
        nodes = drawn(a=statement(line(1.0, 0.0, 0.0, 0.0)))
        ids = [
            set(re.findall(r'id="([^"]+)"', render_to_string("compare/_kinds.html", {"kinds": found})))
            for found in (months, nodes)
        ]
        assert all(ids)
        assert not ids[0] & ids[1]
