"""Times in UTC, with the viewer's own beside them where that is another."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from comparison import cache
from nodes.models import Event
from tests.browser.conftest import Thread, sign_in

pytestmark = pytest.mark.looks
Open = Callable[..., Page]
WINDOW = "22 Nov 2025 12:00 to 23 Nov 2025 12:00 UTC"


@pytest.fixture
def address(site: str) -> str:
    """Of a window in the past, in winter."""
    cache.clear()
    Event.objects.create(node_name="attic", timestamp="2025-11-23T10:30:00Z", action="GET", status="success", size=1)
    return "/?type=performance&range=24h&as_of=2025-11-23T12:00Z"


def shown(page: Page, site: str, address: str) -> str:
    sign_in(page, site)
    ids = [box.get_attribute("value") for box in page.locator('input[name="node"]').all()]
    page.goto(f"{site}{address}&{'&'.join(f'node={id_}' for id_ in ids)}")
    expect(page.locator(".window")).to_contain_text(WINDOW)
    return " ".join(page.locator(".window").inner_text().split())


def test_another_zone_sees_its_own_time_beside(thread: Thread, site: str, open_page: Open, address: str) -> None:
    page = open_page(timezone_id="Asia/Tokyo")
    own = shown(page, site, address).replace("\N{EN DASH}", "-")
    assert own == f"{WINDOW} (your time: 22 Nov 2025, 21:00 - 23 Nov 2025, 21:00)"
    titles = [time.get_attribute("title") for time in page.locator(".bases time").all()]
    assert titles[0] == "your time: 23 Nov 2025, 19:30"
    assert len(titles) == 3


@pytest.mark.parametrize("zone", ["UTC", "Europe/London"])
def test_a_zone_whose_clocks_show_utc_sees_nothing_more(
    thread: Thread, site: str, open_page: Open, address: str, zone: str
) -> None:
    page = open_page(timezone_id=zone)
    assert shown(page, site, address) == WINDOW
    assert page.locator("time[title]").count() == 0


def test_without_javascript_times_are_in_utc(thread: Thread, site: str, open_page: Open, address: str) -> None:
    page = open_page(timezone_id="Asia/Tokyo", java_script_enabled=False)
    assert shown(page, site, address) == WINDOW
    first = page.locator(".window time").first
    expect(first).to_have_attribute("datetime", "2025-11-22T12:00:00Z")
