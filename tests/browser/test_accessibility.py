"""What axe-core finds on each state of the page: nothing serious."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from comparison.metrics import TYPE_LABELS
from nodes.known import ensure_nodes
from tests.browser.colours import hard_to_read
from tests.browser.conftest import NAMES, PASSWORD, Thread, fill, overflow, sign_in
from tests.browser.states import fail
from tests.browser.test_journeys import all_nodes
from tests.comparison.halted import Halted

pytestmark = pytest.mark.looks
Open = Callable[..., Page]

STATES = {
    "performance": "type=performance",
    "a week": "type=performance&range=7d",
    "earnings": "type=earnings",
    "efficiency": "type=efficiency",
    "overall": "type=overall",
    "nodes as rows": "type=overall&view=fleet&sort=-success_rate",
    "before and after": "type=performance&change_at={yesterday}",
    "same satellites only": "type=overall&same_satellites=yes",
    "against the window before": "type=performance&against=previous",
    "wrong fields": "type=performance&range=9y",
}


def findings(page: Page, within: str | None = None, contrast: bool = True) -> list[tuple[Any, ...]]:
    """Rule and first elements of each finding that is serious or worse.

    Contrast takes axe-core half of its time on a large page; `hard_to_read` measures it in a moment.
    """
    rules = {"color-contrast": {"enabled": contrast}}
    response = Axe().run(page, context=within, options={"resultTypes": ["violations"], "rules": rules}).response
    return [
        (each["id"], [node["html"][:200] for node in each["nodes"][:3]])
        for each in response["violations"]
        if each["impact"] in ("serious", "critical")
    ]


def hard_to_read_in_the_dark(page: Page) -> list[Any]:
    page.emulate_media(color_scheme="dark")
    return hard_to_read(page)


def all_of(page: Page, site: str, fields: str) -> None:
    """A comparison of all nodes."""
    sign_in(page, site)
    page.goto(f"{site}/?{all_nodes(page)}&{fields}")


@pytest.mark.parametrize("state", STATES)
def test_a_comparison_has_no_serious_findings_and_can_be_read_in_the_dark(
    thread: Thread, site: str, open_page: Open, state: str
) -> None:
    page = open_page(color_scheme="light")
    yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%dT%H:%MZ}"
    all_of(page, site, STATES[state].format(yesterday=yesterday))
    assert page.get_by_role("heading").count()
    assert findings(page) == []
    assert hard_to_read_in_the_dark(page) == []


@pytest.mark.parametrize("width", [390, 1440])
def test_no_picture_or_table_has_serious_findings_or_makes_the_page_scroll_sideways(
    thread: Thread, lifelike_site: str, open_page: Open, width: int
) -> None:
    page = open_page(color_scheme="light", viewport={"width": width, "height": 844})
    sign_in(page, lifelike_site)
    for type in TYPE_LABELS:
        page.goto(f"{lifelike_site}/?{all_nodes(page)}&type={type}&range=30d")
        assert overflow(page) <= 0
        page.evaluate("document.querySelectorAll('main details').forEach((each) => (each.open = true))")
        assert overflow(page) <= 0
        assert findings(page, contrast=False) == []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert hard_to_read(page) == []


@pytest.mark.parametrize(("failing", "width"), [(("cellar",), 390), (NAMES, 1440)], ids=["one", "all"])
def test_nodes_that_could_not_be_read_have_no_serious_findings(
    thread: Thread, site: str, open_page: Open, failing: tuple[str, ...], width: int
) -> None:
    fail(*failing)
    page = open_page(viewport={"width": width, "height": 844})
    sign_in(page, site)
    assert page.locator("table.sheet thead th.failed").count() == len(failing)
    said = (
        "None of the nodes could be read"
        if failing == NAMES
        else "cellar could not be read; the reason is in the table"
    )
    expect(page.locator(".findings .bad")).to_contain_text(said)
    assert overflow(page) <= 0
    assert findings(page) == []


@pytest.fixture
def forty_nodes(site: str) -> str:
    fill(*(f"node {number}" for number in range(1, 38)))
    return site


def test_forty_nodes_have_no_serious_findings(thread: Thread, forty_nodes: str, open_page: Open) -> None:
    page = open_page()
    all_of(page, forty_nodes, "type=overall")
    assert page.locator("table.fleet tbody tr").count() == 40
    assert findings(page) == []


def test_a_site_without_nodes_has_no_serious_findings(thread: Thread, empty_site: str, open_page: Open) -> None:
    page = open_page(viewport={"width": 390, "height": 844})
    sign_in(page, empty_site)
    expect(page.get_by_role("heading", name="No nodes yet")).to_be_visible()
    assert overflow(page) <= 0
    assert findings(page) == []


def test_a_comparison_that_is_being_read_has_no_serious_findings(
    thread: Thread, site: str, halted: Halted, open_page: Open
) -> None:
    page = open_page()
    sign_in(page, site)
    page.get_by_role("button", name="Overall").click()
    expect(page.locator("article[aria-busy=true]")).to_be_visible()
    assert findings(page) == []


@pytest.mark.parametrize("width", [390, 1440])
def test_a_phone_and_a_desk_have_no_serious_findings(thread: Thread, site: str, open_page: Open, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 844})
    page.goto(site)
    assert findings(page) == []
    sign_in(page, site)
    assert findings(page) == []


@pytest.fixture
def administrator(empty_site: str) -> str:
    User.objects.create_superuser("root", password=PASSWORD)
    return "root"


def test_the_fleet_on_the_admins_first_page_has_no_serious_findings(
    thread: Thread, site: str, administrator: str, open_page: Open
) -> None:
    page = open_page()
    sign_in(page, site, path="/admin/", user=administrator)
    page.goto(f"{site}/admin/")
    assert page.locator(".fleet-state tbody tr").count() == 3
    assert findings(page, within=".fleet-state") == []


@pytest.fixture
def earnings(lifelike_site: str, administrator: str) -> tuple[str, str]:
    """The site, and the path of a node's earnings in its admin."""
    (node,) = ensure_nodes(["attic-pi4"])
    return lifelike_site, reverse("admin:nodes_node_earnings", args=[node.pk])


def test_the_earnings_of_a_node_in_the_admin_have_no_serious_findings(
    thread: Thread, earnings: tuple[str, str], open_page: Open
) -> None:
    page = open_page(viewport={"width": 390, "height": 844})
    sign_in(page, *earnings, user="root")
    assert page.locator("#content table").count() > 1
    assert overflow(page) <= 0
    assert findings(page, within="#content") == []
