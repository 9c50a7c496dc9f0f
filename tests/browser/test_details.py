"""The drawings and tables of details, in a real browser."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from comparison import cache
from comparison.request import ComparisonRequest
from tests.browser.colours import hard_to_read
from tests.browser.conftest import NAMES, Thread, overflow, sign_in
from tests.comparison.details_samples import lifelike_result

pytestmark = pytest.mark.looks  # the result comes from the cache
Open = Callable[..., Page]

# Pairs of texts of one drawing that lie over one another.
OVERLAPS = """
() => [...document.querySelectorAll("svg.lines")].filter((svg) => {
  const [first, last] = [...svg.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
  return first.right >= last.left;
}).length
"""
CUT = """
() => [...document.querySelectorAll(".panel .latest")].filter((text) => {
  const box = text.closest(".panel").getBoundingClientRect();
  const own = text.getBoundingClientRect();
  return own.left < box.left - 0.5 || own.right > box.right + 0.5;
}).length
"""


@pytest.fixture
def detailed_site(site: str) -> str:
    """The site, with a result in its cache that has details."""
    result = lifelike_result(len(NAMES), names=NAMES)
    cache.put(cache.key_of(ComparisonRequest(NAMES, "performance", 24, None)), result, time.time())
    return site


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_nothing_overlaps_or_widens_the_page_closed_or_open(
    thread: Thread, detailed_site: str, open_page: Open, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 844})
    sign_in(page, detailed_site)
    expect(page.locator("svg.lines")).to_have_count(18)
    assert overflow(page) <= 0
    assert page.evaluate(OVERLAPS) == 0
    assert page.evaluate(CUT) == 0
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert overflow(page) <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_of_the_details_has_enough_contrast(
    thread: Thread, detailed_site: str, open_page: Open, scheme: str
) -> None:
    page = open_page(color_scheme=scheme)
    sign_in(page, detailed_site)
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert hard_to_read(page) == []


def test_drawings_have_names_and_the_numbers_open_by_keyboard(
    thread: Thread, detailed_site: str, open_page: Open
) -> None:
    page = open_page()
    sign_in(page, detailed_site)
    drawing = page.get_by_role("img", name="Download latency of attic: 50 % within lowest")
    expect(drawing).to_be_visible()
    solid, dashed = drawing.locator("path.curve").all()
    assert solid.evaluate("element => getComputedStyle(element).strokeDasharray") == "none"
    assert dashed.evaluate("element => getComputedStyle(element).strokeDasharray") != "none"

    summary = page.get_by_text("The same as tables of numbers")
    numbers = page.get_by_role("region", name="Egress by hour")
    expect(numbers).to_be_hidden()
    summary.focus()
    page.keyboard.press("Enter")
    expect(numbers).to_be_visible()


def test_a_strip_is_aligned_with_its_steps(thread: Thread, detailed_site: str, open_page: Open) -> None:
    page = open_page()
    sign_in(page, detailed_site)
    strip = page.get_by_role("img", name="cellar: 20 of 24 hours have events")
    box = strip.bounding_box()
    last = strip.locator("rect").last.bounding_box()
    assert box
    assert last
    assert last["x"] + last["width"] == pytest.approx(box["x"] + box["width"], abs=1)
