"""Colours that can be read, and a page that a strict Content-Security-Policy leaves alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from comparison.metrics import TYPE_LABELS
from tests.browser.colours import hard_to_read
from tests.browser.conftest import Thread, fill, sign_in, sign_in_by_form
from tests.browser.test_journeys import all_nodes

pytestmark = pytest.mark.looks
Open = Callable[..., Page]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/?node=0&range=9y"])
def test_all_text_has_enough_contrast(thread: Thread, site: str, open_page: Open, scheme: str, path: str) -> None:
    page = open_page(color_scheme=scheme)
    sign_in(page, site)
    page.goto(f"{site}{path}")
    assert hard_to_read(page) == []


def test_dark_mode_is_dark(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page(color_scheme="dark")
    page.goto(site)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"


def test_a_strict_content_security_policy_forbids_nothing_that_the_page_needs(
    thread: Thread, site: str, open_page: Open
) -> None:
    page = open_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.route("**/*", strictly)
    sign_in_by_form(page, site)
    assert page.locator("svg.chart").count() > 5
    assert page.evaluate("getComputedStyle(document.querySelector('.tabs')).display") == "flex"
    page.wait_for_load_state("networkidle")
    page.unroute_all(behavior="wait")
    assert said == []


def strictly(route: Route) -> None:
    response = route.fetch(max_redirects=0)
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
    )
    route.fulfill(response=response, headers={**response.headers, "content-security-policy": policy})


def test_no_page_fetches_from_elsewhere_or_has_anything_to_complain_about(
    thread: Thread, lifelike_site: str, open_page: Open
) -> None:
    page = open_page()
    fetched: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    sign_in_by_form(page, lifelike_site)
    nodes = all_nodes(page)
    for fields in (*(f"type={type}" for type in TYPE_LABELS), "view=fleet", "against=previous"):
        page.goto(f"{lifelike_site}/?{nodes}&{fields}")
        page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Overall").click()
    page.wait_for_url(re.compile("type=overall"))
    assert len(fetched) > 10
    assert [url for url in fetched if not url.startswith(lifelike_site)] == []
    assert said == []


def test_beside_an_error_all_fields_stay_in_one_line(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page(viewport={"width": 1440, "height": 900})
    sign_in(page, site)
    nodes = all_nodes(page)
    middles = """() => [...document.querySelectorAll(".fields")].filter((row) => row.checkVisibility()).map((row) =>
      [...row.querySelectorAll(":scope > button, .segments, input:not([type=hidden])")].map((control) => {
        const box = control.getBoundingClientRect();
        return (box.top + box.bottom) / 2;
      }))"""
    for query in (
        "range=9y&as_of=then",
        "type=earnings&month=never&months=999",
        "same_satellites=perhaps",
        "settle=many&change_at=2026-11-16T12:00",
    ):
        page.goto(f"{site}/?{nodes}&{query}")
        assert page.locator(".fields .field-error").count() > 0
        for row in page.evaluate(middles):
            assert max(row) - min(row) <= 1, query


@pytest.fixture
def crowded_site(site: str) -> str:
    """The site with so many nodes, some with long names, that a chart names only the ends of each row."""
    fill(*(f"a node with quite a long name {number}" for number in range(1, 10)))
    return site


@pytest.mark.parametrize("width", [320, 720, 1440])
def test_the_ends_of_a_crowded_row_stand_at_its_ends(
    thread: Thread, crowded_site: str, open_page: Open, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 900})
    sign_in(page, crowded_site)
    page.goto(f"{crowded_site}/?{all_nodes(page)}&type=performance")
    ends = page.evaluate("""() => [...document.querySelectorAll(".chart .far")].map((far) => {
      const near = far.parentElement.previousElementSibling.firstElementChild.getBoundingClientRect();
      const box = far.getBoundingClientRect();
      return [near.right, box.left, box.right, far.closest("svg").getBoundingClientRect().right];
    })""")
    assert ends
    for first, second, end, whole in ends:
        assert first <= second
        assert end == pytest.approx(whole, abs=2)
