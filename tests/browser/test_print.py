"""The page on paper: only the report, black on white, as wide as a sheet."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from comparison.metrics import TYPE_LABELS
from tests.browser.conftest import Thread, fill, overflow, sign_in
from tests.browser.test_journeys import all_nodes

pytestmark = pytest.mark.looks
Open = Callable[..., Page]

# What is left of A4 within margins of 12 mm, in CSS pixels.
PAPER = {"portrait": {"width": 703, "height": 1032}, "landscape": {"width": 1032, "height": 703}}
SEEN = """(selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility()).length"""
COLOURS = """
() => [...new Set([...document.querySelectorAll("main, main *")]
  .filter((each) => each.checkVisibility() && !each.closest("svg"))
  .flatMap((each) => [getComputedStyle(each).color, getComputedStyle(each).backgroundColor]))].sort()
"""


@pytest.fixture
def many_nodes(site: str) -> str:
    fill(*(f"node {number}" for number in range(1, 4)))
    return site


def printed(page: Page, site: str, query: str = "") -> None:
    sign_in(page, site)
    page.goto(f"{site}/?{all_nodes(page)}&{query}")
    page.emulate_media(media="print")


def test_neither_form_nor_buttons_nor_the_live_bar_are_printed(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page()
    printed(page, site, "type=overall")
    for selector in ("form", "button", "input", "select", "progress", "[data-live]", "header", ".links a", ".skip"):
        assert page.evaluate(SEEN, selector) == 0, selector
    for selector in ("h1", ".window time", "table.sheet thead .name", "svg.chart", ".notes dd"):
        assert page.evaluate(SEEN, selector) > 0, selector


@pytest.mark.parametrize("query", [f"type={type}&view={view}" for type in TYPE_LABELS for view in ("", "fleet")])
@pytest.mark.parametrize("paper", PAPER)
def test_nothing_is_wider_than_the_paper(
    thread: Thread, many_nodes: str, open_page: Open, paper: str, query: str
) -> None:
    page = open_page(viewport=PAPER[paper])
    printed(page, many_nodes, query)
    assert page.locator("table.sheet").count() == 1
    assert overflow(page) <= 0
    page.pdf(format="A4", landscape=paper == "landscape")


def test_paper_is_black_on_white_also_of_a_dark_page_and_links_are_no_others(
    thread: Thread, site: str, open_page: Open
) -> None:
    page = open_page(color_scheme="dark")
    printed(page, site)
    page.emulate_media(media="print", color_scheme="dark")
    assert set(page.evaluate(COLOURS)) <= {
        "rgb(0, 0, 0)",
        "rgb(51, 51, 51)",
        "rgb(255, 255, 255)",
        "rgba(0, 0, 0, 0)",
    }


def test_what_is_folded_away_of_the_report_is_printed_and_what_is_beside_it_is_not(
    thread: Thread, site: str, open_page: Open
) -> None:
    page = open_page()
    printed(page, site, "type=performance&against=previous")
    tables = page.locator(".differences details table")
    assert tables.count() == 3
    for table in tables.all():
        expect(table).to_be_visible()
    expect(page.locator(".explained").first).to_be_hidden()


def test_small_tables_are_not_cut_by_the_end_of_a_page_and_long_ones_are(
    thread: Thread, site: str, open_page: Open
) -> None:
    page = open_page()
    printed(page, site, "type=performance&against=previous")
    inside = "(tables) => [...new Set(tables.map((table) => getComputedStyle(table).breakInside))]"
    assert page.eval_on_selector_all(".bases table", inside) == ["avoid"]
    assert page.eval_on_selector_all(".differences table, table.sheet", inside) == ["auto"]


def test_a_title_of_a_chart_interrupts_the_axis(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page()
    printed(page, site)
    painted = "(title) => [getComputedStyle(title).paintOrder.split(' ')[0], getComputedStyle(title).stroke]"
    assert page.eval_on_selector(".chart .strip", painted) == ["stroke", "rgb(255, 255, 255)"]


@pytest.fixture
def four_nodes(site: str) -> str:
    fill("node 1")
    return site


def test_four_small_charts_stand_in_one_row_or_in_two(thread: Thread, four_nodes: str, open_page: Open) -> None:
    page = open_page()
    sign_in(page, four_nodes)
    page.goto(f"{four_nodes}/?{all_nodes(page)}&type=performance")
    rows = """() => [...document.querySelectorAll(".panels")].map((panels) => {
      const lefts = [...panels.children].map((panel) => Math.round(panel.getBoundingClientRect().left));
      return [panels.children.length, new Set(lefts).size];
    })"""
    for width in range(340, 1700, 85):
        page.set_viewport_size({"width": width, "height": 900})
        shapes = {tuple(shape) for shape in page.evaluate(rows)}
        assert shapes <= {(4, 1), (4, 2), (4, 4)}, width
