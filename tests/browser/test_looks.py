"""Colours that can be read, and a page that a strict Content-Security-Policy leaves alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from comparison.metrics import TYPE_LABELS
from tests.browser.conftest import Thread, sign_in
from tests.browser.test_journeys import all_nodes

pytestmark = pytest.mark.looks
Open = Callable[..., Page]

# The lowest contrast, by WCAG's formula, between any text and what is behind it.
LOWEST_CONTRAST = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = rgb(getComputedStyle(each).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...document.querySelectorAll("body *")]
    .filter((element) => own(element) && element.checkVisibility() && !element.closest("title, desc"))
    .map((element) => {
      const style = getComputedStyle(element);
      const colour = rgb(element instanceof SVGElement ? style.fill : style.color);
      const [dark, bright] = [light(colour), light(behind(element))].sort((a, b) => a - b);
      const name = element.className.baseVal ?? element.className;
      return [(bright + 0.05) / (dark + 0.05), name, element.textContent.trim()];
    })
    .sort((a, b) => a[0] - b[0])[0];
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/?node=0&range=9y"])
def test_all_text_has_enough_contrast(thread: Thread, site: str, open_page: Open, scheme: str, path: str) -> None:
    page = open_page(color_scheme=scheme)
    sign_in(page, site)
    page.goto(f"{site}{path}")
    contrast, *where = page.evaluate(LOWEST_CONTRAST)
    assert contrast >= 4.5, where


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
    sign_in(page, site)
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
    sign_in(page, lifelike_site)
    nodes = all_nodes(page)
    for fields in (*(f"type={type}" for type in TYPE_LABELS), "view=fleet", "against=previous"):
        page.goto(f"{lifelike_site}/?{nodes}&{fields}")
        page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Overall").click()
    page.wait_for_url(re.compile("type=overall"))
    assert len(fetched) > 10
    assert [url for url in fetched if not url.startswith(lifelike_site)] == []
    assert said == []
