"""The admin in a browser: nothing that is missing, and rows of one line."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page

from nodes.models import Node
from tests.browser.conftest import PASSWORD, sign_in

PAGES = (
    "/",
    "/?type=earnings",
    "/status/",
    "/admin/",
    "/admin/nodes/node/",
    "/admin/nodes/event/",
    "/admin/nodes/host/add/",
    "/admin/nodes/payout/import/",
    "/admin/nodes/apitoken/add/",
    "/admin/auth/user/add/",
    "/nowhere",
)


@pytest.fixture
def operator(site: str) -> str:
    User.objects.create_superuser("operator", password=PASSWORD)
    Node.objects.create(
        name="loft", log_path="/var/log/storj/" + "long/" * 30 + "node.log", api_url="http://10.0.0.1:14002"
    )
    return site


def test_no_page_asks_for_what_is_not_there(operator: str, open_page: Callable[..., Page]) -> None:
    page, missing = open_page(), []
    page.on("response", lambda response: missing.append(response.url) if response.status >= 400 else None)
    page.on("console", lambda message: missing.append(message.text) if message.type in ("error", "warning") else None)
    sign_in(page, operator, user="operator")
    for path in PAGES:
        page.goto(f"{operator}{path}")
        page.wait_for_load_state("networkidle")
    assert missing == [
        f"{operator}/nowhere",
        "Failed to load resource: the server responded with a status of 404 (Not Found)",
    ]


def test_each_node_has_one_line_in_the_list(operator: str, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 1000, "height": 800})
    sign_in(page, operator, "/admin/nodes/node/", user="operator")
    heights = page.locator("#result_list tbody tr").evaluate_all("rows => rows.map(row => row.offsetHeight)")
    assert len(heights) == 4
    assert max(heights) < 50
