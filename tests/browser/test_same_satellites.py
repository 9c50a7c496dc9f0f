"""The box “same satellites only”, with and without JavaScript."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from nodes.models import Event
from nodes.satellites import EU1, SALTLAKE, US1
from tests.browser.conftest import Thread, overflow, sign_in
from tests.browser.test_accessibility import findings, hard_to_read_in_the_dark

Open = Callable[..., Page]
SENTENCE = "Only satellites that all of these nodes serve: us1."


@pytest.fixture
def satellites(site: str) -> str:
    """All nodes serve us1; downloads of `attic` are half of eu1, those of `cellar` of saltlake."""
    Event.objects.update(satellite_id=US1)
    for name, other in (("attic", EU1), ("cellar", SALTLAKE)):
        ids = Event.objects.filter(node_name=name, action="GET").values_list("pk", flat=True)[:20]
        Event.objects.filter(pk__in=list(ids)).update(satellite_id=other)
    return site


def operations(page: Page) -> list[str]:
    name = page.get_by_role("rowheader", name="Operations", exact=True)
    return page.get_by_role("row").filter(has=name).locator("td .number").all_inner_texts()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_box_restricts_the_nodes_and_stays_in_the_address(
    thread: Thread, satellites: str, open_page: Open, script: bool
) -> None:
    page = open_page(java_script_enabled=script)
    sign_in(page, satellites)
    box = page.get_by_role("checkbox", name="same satellites only")
    expect(box).not_to_be_checked()
    assert operations(page) == ["80", "80", "80"]

    box.check()
    page.get_by_role("button", name="Compare").click()
    page.wait_for_url(re.compile("same_satellites=yes$"))
    expect(page.get_by_text(SENTENCE)).to_be_visible()
    assert operations(page) == ["60", "60", "80"]
    expect(box).to_be_checked()

    page.get_by_role("button", name="Overall").click()
    page.wait_for_url(re.compile("type=overall.*same_satellites=yes$"))
    expect(page.get_by_text(SENTENCE)).to_be_visible()

    page.get_by_role("link", name="All satellites").click()
    page.wait_for_url(lambda address: "same_satellites" not in address)
    expect(page.get_by_text(SENTENCE)).to_be_hidden()
    expect(box).not_to_be_checked()
    page.go_back()
    expect(page.get_by_text(SENTENCE)).to_be_visible()


@pytest.mark.looks
@pytest.mark.parametrize("width", [390, 1440])
def test_no_width_has_serious_findings_and_all_can_be_read_in_the_dark(
    thread: Thread, satellites: str, open_page: Open, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 844}, color_scheme="light")
    sign_in(page, satellites)
    page.get_by_role("checkbox", name="same satellites only").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text(SENTENCE)).to_be_visible()
    assert overflow(page) <= 0
    assert findings(page) == []
    assert hard_to_read_in_the_dark(page) == []
