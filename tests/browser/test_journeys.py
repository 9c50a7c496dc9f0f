"""What operators do with the page, in a real browser."""

import re
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import Locator, Page, expect

from comparison.fleet import FLEET, SHEET
from nodes.models import Event
from tests.browser.conftest import PASSWORD, Thread, fill, overflow, sign_in, sign_in_by_form

Open = Callable[..., Page]


def heading(page: Page, name: str) -> Locator:
    return page.get_by_role("heading", level=1, name=name)


def chosen(page: Page) -> list[str]:
    return [box.get_attribute("value") or "" for box in page.locator('input[name="node"]:checked').all()]


def column_names(page: Page) -> list[str]:
    return page.locator("table.sheet thead th .name").all_inner_texts()


def test_sign_in_choose_nodes_compare_and_change_the_type(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page()
    sign_in_by_form(page, site)
    expect(heading(page, "Performance")).to_be_visible()
    assert column_names(page) == ["attic", "cellar", "shed"]

    page.get_by_role("checkbox", name="cellar").uncheck()
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(re.compile(r"\?node=\d+&node=\d+&type=performance&range=24h$"))
    assert column_names(page) == ["attic", "shed"]

    page.get_by_role("button", name="Earnings").click()
    expect(heading(page, "Earnings")).to_be_visible()
    assert column_names(page) == ["attic", "shed"]
    expect(page.get_by_role("button", name="Earnings")).to_have_attribute("aria-current", "true")

    page.get_by_role("button", name="Overall").click()
    page.get_by_role("button", name="7 days").click()
    page.wait_for_url(re.compile("type=overall&range=7d$"))

    page.get_by_role("button", name="Sign out").click()
    expect(heading(page, "Sign in")).to_be_visible()


@pytest.mark.looks
def test_a_wrong_password_is_answered_with_a_sentence(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page()
    sign_in_by_form(page, site, user="stranger")
    expect(page.get_by_role("alert")).to_contain_text("correct username and password")


def test_the_best_node_is_marked_by_words_and_not_only_by_colour(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page()
    sign_in(page, site)
    name = page.get_by_role("rowheader", name="Downloads: success rate", exact=True)
    cells = page.get_by_role("row").filter(has=name).get_by_role("cell")
    assert [" ".join(text.split()) for text in cells.all_text_contents()] == [
        "100.00 % ★best, 1st",
        "92.50 % 2nd −7.50",
        "85.00 % ▼last, 3rd −15.00",
    ]
    expect(page.get_by_role("img", name="Success rates, dot plot")).to_be_visible()
    assert "the nodes apart, shed is last in" in page.locator(".findings").inner_text()


@pytest.mark.looks
def test_wrong_fields_are_explained_where_they_are(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page()
    sign_in(page, site)
    page.get_by_label("or any other").fill("9 years")
    page.get_by_role("button", name="Compare").click()
    field = page.get_by_label("or any other")
    expect(field).to_have_value("9 years")
    expect(field).to_have_accessible_description(re.compile("The range must be a number of hours or days"))


def test_the_whole_journey_works_by_keyboard(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page()
    page.goto(site)
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type("viewer")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(heading(page, "Performance")).to_be_visible()

    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    tab_to(page, page.get_by_role("checkbox", name="cellar"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("or any other"))
    page.keyboard.press("Control+A")
    page.keyboard.type("36h")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?node=\d+&node=\d+&type=performance&range=36h$"))
    assert column_names(page) == ["attic", "shed"]

    tab_to(page, page.get_by_role("button", name="Overall"))
    page.keyboard.press("Enter")
    expect(heading(page, "Overall")).to_be_visible()

    tab_to(page, page.locator("table.sheet summary").first)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Successful GET attempts, out of all")).to_be_visible()


def tab_to(page: Page, wanted: Locator) -> None:
    """Presses Tab until `wanted` has the focus, and expects to see that it has."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            assert wanted.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
            return
    pytest.fail("Tab does not lead there")


def test_everything_works_without_javascript(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    sign_in_by_form(page, site)
    page.get_by_role("checkbox", name="shed").uncheck()
    page.get_by_role("button", name="30 days").click()
    page.wait_for_url(re.compile("range=30d$"))
    assert column_names(page) == ["attic", "cellar"]
    page.get_by_role("button", name="Efficiency").click()
    expect(heading(page, "Efficiency")).to_be_visible()
    page.locator("table.sheet summary").first.click()
    expect(page.locator("table.sheet details dd").first).to_be_visible()


@pytest.fixture
def many_nodes(site: str) -> str:
    fill(
        *(f"node {number}" for number in range(1, 31)), "😀" * 240, "x" * 300, "\u202eright to left", "<script>alert(1)"
    )
    return site


def test_many_nodes_are_searched_and_sorted_without_javascript(
    thread: Thread, many_nodes: str, open_page: Open
) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, many_nodes)
    page.goto(f"{many_nodes}/?{all_nodes(page)}&type=overall")
    page.get_by_label("Search nodes").fill("node 2")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url(re.compile("q=node\\+2"))
    rows = page.locator("table.fleet tbody tr")
    expect(rows).to_have_count(11)
    page.get_by_role("link", name="Uploads: success rate", exact=True).click()
    head = page.get_by_role("columnheader", name="Uploads: success rate", exact=True)
    expect(head).to_have_attribute("aria-sort", re.compile("ending"))
    expect(rows).to_have_count(11)


def test_whether_a_change_helped_is_asked_without_javascript(thread: Thread, site: str, open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, site)
    page.get_by_text("Did my change help?").click()
    page.get_by_label("changed at (UTC)").fill("2026-11-16")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_label("changed at (UTC)")).to_have_accessible_description(re.compile("time"))
    page.get_by_label("changed at (UTC)").fill("")
    page.get_by_label("difference to the window before").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Against the window before")).to_be_visible()


@pytest.mark.looks
@pytest.mark.parametrize(
    ("type", "picture"), [("earnings", ".kinds"), ("efficiency", ".space"), ("performance", ".hours")]
)
def test_the_table_behind_a_picture_opens_by_keyboard(
    thread: Thread, lifelike_site: str, open_page: Open, type: str, picture: str
) -> None:
    page = open_page()
    sign_in(page, lifelike_site)
    page.goto(f"{lifelike_site}/?{all_nodes(page)}&type={type}&range=7d")
    expect(page.locator(picture).get_by_role("img").first).to_be_visible()
    summary = page.locator(f"{picture} details.numbers summary").first
    table = page.locator(f"{picture} details.numbers table").first
    expect(table).to_be_hidden()
    summary.focus()
    page.keyboard.press("Enter")
    expect(table).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(f"{picture} details.numbers .scroll").first).to_be_focused()


@pytest.mark.looks
def test_the_filter_narrows_the_list_and_chooses_what_it_shows(
    thread: Thread, many_nodes: str, open_page: Open
) -> None:
    page = open_page()
    sign_in(page, many_nodes)
    page.get_by_label("Filter").fill("NODE 2")
    expect(page.locator("ul.nodes li:visible")).to_have_count(11)
    page.get_by_role("button", name="Choose all shown").click()
    expect(page.locator("[data-count]")).to_have_text("11 of 37 chosen")
    page.get_by_label("Filter").press("Enter")
    page.get_by_label("Filter").fill("")
    expect(page.locator("ul.nodes li:visible")).to_have_count(37)
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(re.compile("node="))
    assert len(column_names(page)) == 11


@pytest.mark.looks
def test_without_javascript_there_is_no_dead_filter(thread: Thread, many_nodes: str, open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, many_nodes)
    expect(page.get_by_role("checkbox", name="cellar")).to_be_visible()
    expect(page.get_by_label("Filter")).to_be_hidden()


def all_nodes(page: Page) -> str:
    return "&".join(f"node={box.get_attribute('value')}" for box in page.locator('input[name="node"]').all())


def these_nodes(page: Page, *names: str) -> str:
    boxes = (page.get_by_role("checkbox", name=name, exact=True) for name in names)
    return "&".join(f"node={box.get_attribute('value')}" for box in boxes)


@pytest.mark.looks
@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_no_width_makes_the_page_scroll_sideways(thread: Thread, many_nodes: str, open_page: Open, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 844})
    page.goto(many_nodes)
    assert overflow(page) <= 0
    sign_in(page, many_nodes)
    assert overflow(page) <= 0
    query = all_nodes(page)
    page.goto(f"{many_nodes}/?{query}&type=overall&view={SHEET}")
    assert len(column_names(page)) == 37
    assert overflow(page) <= 0
    page.goto(f"{many_nodes}/?{query}&type=overall&view={FLEET}")
    expect(page.locator("table.fleet tbody tr")).to_have_count(37)
    assert overflow(page) <= 0
    page.goto(f"{many_nodes}/?{query}&range=9y&as_of={'x' * 300}")
    expect(page.locator(".field-error")).to_have_count(2)
    assert overflow(page) <= 0


@pytest.mark.looks
def test_the_names_of_metrics_stay_in_sight_when_the_table_scrolls(
    thread: Thread, many_nodes: str, open_page: Open
) -> None:
    page = open_page(viewport={"width": 390, "height": 844})
    sign_in(page, many_nodes)
    page.goto(f"{many_nodes}/?{all_nodes(page)}&view={SHEET}")
    region = page.get_by_role("region", name="Table of metrics")
    before = page.locator("table.sheet tbody th").first.bounding_box()
    region.evaluate("element => element.scrollLeft = 500")
    after = page.locator("table.sheet tbody th").first.bounding_box()
    assert before
    assert after
    assert abs(before["x"] - after["x"]) <= 1
    assert after["width"] < 390 / 2


@pytest.mark.looks
def test_a_phone_shows_two_of_four_nodes_at_once_and_the_whole_basis(
    thread: Thread, four_demo_nodes: str, open_page: Open
) -> None:
    page = open_page(viewport={"width": 390, "height": 844})
    sign_in(page, four_demo_nodes)
    second = page.locator("table.sheet thead th").nth(2).bounding_box()
    assert second
    assert second["x"] + second["width"] <= 390
    basis = page.get_by_role("region", name="Basis of each node")
    assert basis.evaluate("element => element.scrollWidth - element.clientWidth") <= 0


@pytest.fixture
def four_demo_nodes(site: str) -> str:
    Event.objects.all().delete()
    call_command("demo", "--events-per-node", "600", "--days", "1", stdout=StringIO())
    return site


@pytest.mark.looks
def test_a_name_that_is_too_long_for_a_chart_ends_in_an_ellipsis(
    thread: Thread, many_nodes: str, open_page: Open
) -> None:
    page = open_page(viewport={"width": 390, "height": 844})
    sign_in(page, many_nodes)
    page.goto(f"{many_nodes}/?{these_nodes(page, 'x' * 300, 'node 1')}")
    label = page.locator(".chart .label", has_text="x" * 300).first
    assert label.evaluate("element => element.scrollWidth > element.clientWidth")
    assert label.evaluate("element => getComputedStyle(element).textOverflow") == "ellipsis"
