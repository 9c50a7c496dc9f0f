"""What axe-core finds on each state of the page: nothing serious."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Page

from tests.browser.conftest import PASSWORD, Thread, sign_in

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


def findings(page: Page) -> list[tuple[Any, ...]]:
    """Rule and first elements of each finding that is serious or worse."""
    response = Axe().run(page).response
    return [
        (each["id"], [node["html"][:200] for node in each["nodes"][:3]])
        for each in response["violations"]
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_a_comparison_has_no_serious_findings(
    thread: Thread, site: str, open_page: Open, state: str, scheme: str
) -> None:
    page = open_page(color_scheme=scheme)
    sign_in(page, site)
    nodes = page.eval_on_selector_all("input[name=node]", "boxes => boxes.map((box) => `node=${box.value}`).join('&')")
    yesterday = page.evaluate("new Date(Date.now() - 864e5).toISOString()")
    page.goto(f"{site}/?{nodes}&{STATES[state].format(yesterday=yesterday)}")
    assert page.get_by_role("heading").count()
    assert findings(page) == []


@pytest.mark.parametrize("width", [390, 1440])
def test_a_phone_and_a_desk_have_no_serious_findings(thread: Thread, site: str, open_page: Open, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 844})
    page.goto(site)
    assert findings(page) == []
    sign_in(page, site)
    assert findings(page) == []


@pytest.fixture
def administrator(site: str) -> str:
    User.objects.create_superuser("root", password=PASSWORD)
    return "root"


def test_the_fleet_on_the_admins_first_page_has_no_serious_findings(
    thread: Thread, site: str, administrator: str, open_page: Open
) -> None:
    page = open_page()
    sign_in(page, site, path="/admin/", user=administrator)
    page.goto(f"{site}/admin/")
    assert page.locator(".fleet-state tbody tr").count() == 3
    found = Axe().run(page, context=".fleet-state").response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
