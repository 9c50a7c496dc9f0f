"""The page under a path prefix: the site as `make run` starts it, with its demonstration data."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Thread, sign_in_by_form
from tests.storj_site.running import running

pytestmark = pytest.mark.sqlite_files
PREFIX = "/storj/nodes"

Open = Callable[..., Page]


@pytest.fixture
def prefixed(tmp_path: Path) -> Iterator[str]:
    with running(tmp_path, SCRIPT_NAME=PREFIX, ADMIN_PASSWORD=PASSWORD) as site:
        yield f"http://127.0.0.1:{site.port}{PREFIX}"


def test_sign_in_compare_and_export_stay_under_the_prefix(thread: Thread, prefixed: str, open_page: Open) -> None:
    page = open_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    sign_in_by_form(page, prefixed, user="admin")
    expect(page.get_by_role("heading", level=1, name="Performance")).to_be_visible()
    assert page.locator("table.sheet thead th").count() == 5

    page.get_by_role("button", name="Overall").click()
    page.wait_for_url(re.compile(f"{PREFIX}/.node=.*type=overall"))
    expect(page.locator(".findings")).to_contain_text("Gross earnings of ")

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename.startswith("nodes-overall-24h-")

    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{prefixed}/login/")
    assert all(url.startswith(f"{prefixed}/") for url in fetched)
    assert any(re.search(r"/static/site\.[0-9a-f]{12}\.css$", url) for url in fetched)
