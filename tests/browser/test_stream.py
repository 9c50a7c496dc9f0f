"""The page that changes in place, as an operator sees it."""

import re
from collections.abc import Callable

from django.conf import LazySettings
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Thread, sign_in
from tests.browser.test_journeys import all_nodes, column_names, heading
from tests.comparison.halted import Halted

Open = Callable[..., Page]


def watched(page: Page) -> list[str]:
    """What no page should have: errors, and requests elsewhere. Filled while the page is used."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def mark(page: Page) -> None:
    """A page that was loaded anew has lost it."""
    page.evaluate("window.stays = true")


def is_the_same(page: Page) -> bool:
    return bool(page.evaluate("window.stays === true"))


def numbers(page: Page, row: int) -> list[str]:
    rows = page.locator("table.sheet tbody tr:not(.section)")
    return rows.nth(row).locator("td .number").all_inner_texts()


def test_columns_fill_in_as_nodes_are_read_and_ranks_come_at_the_end(
    thread: Thread, site: str, halted: Halted, open_page: Open
) -> None:
    page = open_page()
    sign_in(page, site)
    found = watched(page)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    mark(page)
    page.get_by_role("button", name="Overall").click()

    expect(page.get_by_text("Reading node 1 of 3: shed")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Nodes read")).to_be_visible()
    expect(page.locator("article[aria-busy=true]")).to_be_visible()
    assert numbers(page, 0) == ["", "", "85.00"]
    assert column_names(page) == ["attic", "cellar", "shed"]
    assert page.get_by_text("★").count() == 1  # the legend's

    halted.let_go()
    expect(page.locator(".best").first).to_be_visible()
    assert numbers(page, 0) == ["100.00", "92.50", "85.00"]
    expect(heading(page, "Overall")).to_be_visible()
    expect(page.get_by_role("button", name="Overall")).to_be_focused()
    assert re.search(r"\?node=\d+&node=\d+&node=\d+&type=overall&range=24h$", page.url)
    assert is_the_same(page)
    assert (found, hosts) == ([], {site.removeprefix("http://")})


def test_nothing_jumps_while_nodes_are_read(thread: Thread, site: str, halted: Halted, open_page: Open) -> None:
    page = open_page(viewport={"width": 1440, "height": 900})
    sign_in(page, site)
    page.evaluate(
        """window.shifts = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => window.shifts += entry.value))
          .observe({ type: "layout-shift" })"""
    )
    page.get_by_role("button", name="Overall").click()
    expect(page.get_by_text("Reading node 1 of 3")).to_be_visible()
    before = page.locator("table.sheet thead").bounding_box()
    page.wait_for_timeout(600)  # what jumps right after a click is not counted
    halted.let_go()
    expect(page.locator(".best").first).to_be_visible()
    after = page.locator("table.sheet thead").bounding_box()
    assert before
    assert after
    assert before["y"] == after["y"]
    assert page.evaluate("window.shifts") < 0.01


def test_back_and_forward_lead_to_the_comparisons_before_and_after(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page()
    sign_in(page, site)
    found = watched(page)
    mark(page)
    page.get_by_role("checkbox", name="cellar").uncheck()
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(re.compile("range=24h$"))
    page.get_by_role("button", name="7 days").click()
    page.wait_for_url(re.compile("range=7d$"))
    page.get_by_role("button", name="Efficiency").click()
    expect(heading(page, "Efficiency")).to_be_visible()
    page.wait_for_url(re.compile("type=efficiency"))

    page.evaluate("history.back()")
    expect(heading(page, "Performance")).to_be_visible()
    expect(page.get_by_role("button", name="7 days")).to_have_attribute("aria-current", "true")
    page.evaluate("history.back()")
    expect(page.get_by_role("button", name="24 hours")).to_have_attribute("aria-current", "true")
    page.evaluate("history.back()")
    expect(page.get_by_role("checkbox", name="cellar")).to_be_checked()
    page.evaluate("history.forward()")
    expect(page.get_by_role("checkbox", name="cellar")).not_to_be_checked()
    assert is_the_same(page)
    assert found == []


def test_the_page_refreshes_itself_when_asked_to_and_says_how_old_its_newest_event_is(
    thread: Thread, site: str, open_page: Open
) -> None:
    page = open_page()
    page.clock.install()
    sign_in(page, site)
    mark(page)
    expect(page.get_by_text("Newest event: ")).to_contain_text("min old")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(70_000)
    assert asked == []

    page.get_by_label("refresh itself").check()
    with page.expect_response(re.compile("/compare/stream")):
        page.clock.run_for(70_000)
    page.reload()
    expect(page.get_by_label("refresh itself")).to_be_checked()


def test_a_hidden_page_does_not_refresh_itself(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page()
    page.clock.install()
    sign_in(page, site)
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { get: () => window.isHidden === true, configurable: true })"
    )
    page.get_by_label("refresh itself").check()
    page.evaluate("window.isHidden = true")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(200_000)
    assert asked == []
    with page.expect_response(re.compile("/compare/stream")):
        page.evaluate("window.isHidden = false; document.dispatchEvent(new Event('visibilitychange'))")


def test_who_was_signed_out_elsewhere_is_led_to_the_login_and_back(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page()
    sign_in(page, site)
    page.context.clear_cookies()
    page.get_by_role("button", name="Overall").click()
    page.wait_for_url(re.compile(r"/login/\?next=.*overall"))
    expect(heading(page, "Sign in")).to_be_visible()


def test_a_network_that_is_gone_is_said_in_a_sentence(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page()
    sign_in(page, site)
    page.context.set_offline(True)
    page.get_by_role("button", name="Overall").click()
    expect(page.get_by_role("status")).to_have_text("The site does not answer: check the network.")
    assert column_names(page) == ["attic", "cellar", "shed"]


def test_where_no_stream_can_be_had_the_form_works_as_ever(
    thread: Thread, site: str, settings: LazySettings, open_page: Open
) -> None:
    settings.STREAMS = 0
    page = open_page()
    sign_in(page, site)
    page.get_by_role("button", name="Overall").click()
    expect(heading(page, "Overall")).to_be_visible()


def test_wrong_fields_and_too_few_nodes_are_explained_as_without_a_stream(
    thread: Thread, site: str, open_page: Open
) -> None:
    page = open_page()
    sign_in(page, site)
    page.get_by_label("or any other").fill("9 years")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_label("or any other")).to_have_accessible_description(re.compile("The range must be"))


def test_a_stream_that_breaks_off_is_said_in_a_sentence(thread: Thread, site: str, open_page: Open) -> None:
    def cut(route: Route) -> None:
        route.fulfill(
            content_type="text/event-stream", body='event: error\ndata: {"error": "All places are taken."}\n\n'
        )

    page = open_page()
    sign_in(page, site)
    page.route("**/compare/stream?**", cut)
    page.get_by_role("button", name="Overall").click()
    expect(page.get_by_role("status")).to_have_text("All places are taken.")


def current_types(page: Page) -> list[str]:
    return page.locator(".tabs [aria-current=true]").all_inner_texts()


def test_the_tab_of_what_is_being_read_is_marked_at_once(
    thread: Thread, site: str, halted: Halted, open_page: Open
) -> None:
    page = open_page()
    sign_in(page, site)
    assert current_types(page) == ["Performance"]
    page.get_by_role("button", name="Overall").click()
    expect(page.get_by_text("Reading node 1 of 3")).to_be_visible()
    expect(heading(page, "Overall")).to_be_visible()
    assert current_types(page) == ["Overall"]
    halted.let_go()
    expect(page.locator(".best").first).to_be_visible()
    assert current_types(page) == ["Overall"]


def test_the_mark_goes_back_to_the_tab_of_a_result_that_stays(thread: Thread, site: str, open_page: Open) -> None:
    waiting: list[Route] = []

    def wait(route: Route) -> None:
        waiting.append(route)

    page = open_page()
    sign_in(page, site)
    page.route("**/compare/stream?**", wait)
    page.get_by_role("button", name="Overall").click()
    page.get_by_role("button", name="Efficiency").click()  # instead of the one before
    expect(page.get_by_role("status")).to_have_text("Reading…")
    assert current_types(page) == ["Efficiency"]
    waiting[-1].abort()
    expect(page.get_by_role("status")).to_have_text("The site does not answer: check the network.")
    assert current_types(page) == ["Performance"]
    expect(heading(page, "Performance")).to_be_visible()


def test_a_result_that_breaks_off_after_its_first_figures_keeps_its_tab(
    thread: Thread, site: str, open_page: Open
) -> None:
    def cut(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().partition("event: page")[0])

    page = open_page()
    sign_in(page, site)
    page.route("**/compare/stream?**", cut)
    page.get_by_role("button", name="Overall").click()
    expect(page.get_by_role("status")).to_have_text("The connection to the site was cut off.")
    expect(heading(page, "Overall")).to_be_visible()
    assert current_types(page) == ["Overall"]
    page.unroute("**/compare/stream?**")
    page.get_by_role("button", name="7 days").click()
    page.wait_for_url(re.compile("type=overall&.*range=7d|range=7d.*type=overall"))


def without_the_end(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().partition("event: end")[0])


def test_a_page_comes_up_to_its_figures_and_says_so_if_that_is_all_that_comes(
    thread: Thread, site: str, open_page: Open
) -> None:
    page = open_page()
    sign_in(page, site)
    page.route("**/compare/stream?**", without_the_end)
    page.get_by_role("button", name="Overall").click()
    expect(page.locator(".best").first).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("The connection to the site was cut off.")
    assert page.locator("section.parts").count() == 0

    page.unroute("**/compare/stream?**")
    page.get_by_role("button", name="Performance").click()
    expect(page.locator("section.parts")).to_have_count(1)
    assert page.locator("article.result").get_attribute("style") == ""


def test_a_page_that_refreshes_itself_is_replaced_as_a_whole_or_not_at_all(
    thread: Thread, site: str, open_page: Open
) -> None:
    page = open_page()
    page.clock.install()
    sign_in(page, site)
    page.locator("section.parts").evaluate("element => element.dataset.same = 'yes'")
    page.route("**/compare/stream", without_the_end)
    page.get_by_label("refresh itself").check()
    page.get_by_label("refresh itself").blur()
    with page.expect_response(re.compile("/compare/stream")):
        page.clock.run_for(70_000)
    expect(page.get_by_role("status")).to_have_text(
        "The connection to the site was cut off. These are the figures from before."
    )
    assert page.locator("section.parts[data-same]").count() == 1

    page.unroute("**/compare/stream")
    with page.expect_response(re.compile("/compare/stream")):
        page.clock.run_for(70_000)
    expect(page.locator("section.parts")).to_have_count(1)
    expect(page.locator("section.parts[data-same]")).to_have_count(0)


def test_a_sorted_table_stays_where_it_is_scrolled_to_and_its_heading_keeps_the_focus(
    thread: Thread, site: str, open_page: Open
) -> None:
    page = open_page(viewport={"width": 390, "height": 844})
    sign_in(page, site)
    page.goto(f"{site}/?{all_nodes(page)}&view=fleet")
    found = watched(page)
    mark(page)
    region = page.get_by_role("region", name="Table of nodes")
    region.evaluate("element => element.scrollLeft = 100")
    heading_of = page.locator("#sort-success_rate_download")
    heading_of.focus()
    across = region.evaluate("element => element.scrollLeft")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("sort=success_rate_download$"))
    expect(page.locator("table.fleet th[aria-sort=ascending] a")).to_be_focused()
    assert page.locator("table.fleet tbody th").all_inner_texts() == ["shed", "cellar", "attic"]
    assert region.evaluate("element => element.scrollLeft") == across
    assert is_the_same(page)
    page.go_back()
    expect(page.locator("table.fleet tbody th").first).to_have_text("attic")
    assert found == []


def test_a_search_among_the_nodes_changes_the_table_alone_and_the_start_page_to_keep(
    thread: Thread, site: str, open_page: Open
) -> None:
    page = open_page()
    sign_in(page, site)
    page.goto(f"{site}/?{all_nodes(page)}&type=performance&range=24h&view=fleet")
    page.locator("section.parts").evaluate("element => element.dataset.same = 'yes'")
    page.get_by_label("Search nodes").fill("SHE")
    page.get_by_label("Search nodes").press("Enter")
    expect(page.locator("table.fleet tbody tr")).to_have_count(1)
    expect(page.get_by_label("Search nodes")).to_be_focused()
    assert page.url.endswith("&q=SHE")
    assert page.locator("section.parts").get_attribute("data-same") == "yes"
    assert (page.locator("[data-live] [name=query]").input_value()).endswith("q=SHE")


def test_an_order_that_comes_from_a_newer_result_brings_the_whole_page(
    thread: Thread, site: str, open_page: Open
) -> None:
    page = open_page()
    sign_in(page, site)
    page.goto(f"{site}/?{all_nodes(page)}&type=performance&range=24h&view=fleet")
    page.locator("section.parts").evaluate("element => element.dataset.same = 'yes'")
    page.locator("article.result").evaluate("element => element.dataset.of = 'another'")
    page.locator("#sort-success_rate_download").click()
    page.wait_for_url(re.compile("sort=success_rate_download$"))
    expect(page.locator("section.parts[data-same]")).to_have_count(0)
