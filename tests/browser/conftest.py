"""A real Chromium, driven from a thread of its own.

Playwright keeps an event loop running in the thread that uses it, and Django refuses database work
beside a running loop. So everything that touches the browser runs in one extra thread, the body of
each test included; fixtures that touch the database run where pytest runs them.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from inspect import signature
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.conf import LazySettings, settings
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from comparison import cache
from comparison.engine import compare
from comparison.request import ComparisonRequest
from nodes.models import Event
from tests.comparison.halted import Halted, halting

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HERE = Path(__file__).parent
NAMES = ("attic", "cellar", "shed")
PASSWORD = "a good password"
# Without windows, the shell needs half of what the whole browser takes for the same pages.
CHROMIUM = ("chromium-headless-shell", "chromium")
MISSING = "run: apt-get install chromium-headless-shell"
expect.set_options(timeout=10_000)  # one busy core is enough
T = TypeVar("T")


class Thread:
    """Runs calls one after the other in its thread, and waits for each."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="browser")

    def run(self, call: Callable[..., T], *arguments: Any, **named: Any) -> T:
        return self._executor.submit(call, *arguments, **named).result(timeout=120)

    def end(self) -> None:
        self._executor.shutdown()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """The body of a test in the thread of the browser."""
    thread = pyfuncitem.funcargs.get("thread")
    if not isinstance(thread, Thread):
        return None
    wanted = {name: pyfuncitem.funcargs[name] for name in signature(pyfuncitem.obj).parameters}
    thread.run(pyfuncitem.obj, **wanted)
    return True


@pytest.fixture(scope="session")
def thread() -> Iterator[Thread]:
    thread = Thread()
    yield thread
    thread.end()


def chromium_here() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


@pytest.fixture(scope="session")
def browser(thread: Thread) -> Iterator[Browser]:
    chromium = chromium_here()
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail(f"Chromium is missing; {MISSING}")
        pytest.skip(MISSING)
    playwright = thread.run(sync_playwright().start)
    browser = thread.run(playwright.chromium.launch, executable_path=chromium, args=FLAGS)
    yield browser
    thread.run(browser.close)
    thread.run(playwright.stop)


@pytest.fixture
def open_page(thread: Thread, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an empty page in a fresh context with the given options; for the thread of the browser."""
    contexts: list[BrowserContext] = []

    def opened(**options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        return context.new_page()

    yield opened
    for context in contexts:
        thread.run(context.close)


@pytest.fixture
def site(empty_site: str) -> str:
    """The address of a site with three nodes, each worse than the one before, and the account `viewer`."""
    fill(*NAMES)
    return empty_site


@pytest.fixture
def empty_site(live_server: LiveServer, databases: None) -> str:
    """The address of a site without nodes, with the account `viewer`."""
    cache.clear()
    user = User.objects.create_user("viewer", password=PASSWORD)
    user.user_permissions.add(Permission.objects.get(codename="view_node"))
    return live_server.url


@pytest.fixture
def halted(site: str, settings: LazySettings) -> Iterator[Halted]:
    """The comparison that the page asks for next; the node of its last column is read first."""
    compare(ComparisonRequest(NAMES, "performance", 24))  # which the page shows first, from the cache
    with halting(settings, ComparisonRequest(("shed", "attic", "cellar"), "overall", 24)) as halted:
        yield halted


@pytest.fixture
def lifelike_site(empty_site: str) -> str:
    """A site with nodes of which all is known that can be: each picture and table is there."""
    call_command("demo", nodes=4, events_per_node=1500, days=2, stdout=StringIO())
    call_command("rollup", stdout=StringIO(), stderr=StringIO())
    return empty_site


def fill(*names: str) -> None:
    now = datetime.now(UTC)
    Event.objects.bulk_create(
        Event(
            timestamp=now - timedelta(minutes=minute + 1),
            action=action,
            status="failed" if minute < 3 * worse else "success",
            size=1000,
            node_name=name,
            duration_ms=100 * (worse + 1) + minute,
        )
        for worse, name in enumerate(names)
        for action in ("GET", "PUT")
        for minute in range(40)
    )


def sign_in(page: Page, site: str, path: str = "/", user: str = "viewer") -> None:
    """The page as `user` sees it, who signed in before: most tests are about what comes then."""
    with ThreadPoolExecutor(1) as beside:  # Django refuses database work in the thread of the browser
        session = beside.submit(session_of, user).result()
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    page.goto(f"{site}{path}")


def session_of(user: str) -> str:
    client = Client()
    try:
        client.force_login(User.objects.get(username=user))
        return client.cookies[settings.SESSION_COOKIE_NAME].value
    finally:
        connections.close_all()


def sign_in_by_form(page: Page, site: str, user: str = "viewer") -> None:
    page.goto(f"{site}/")
    page.get_by_label("Username").fill(user)
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("main form, #login-form").locator("[type=submit]").click()


def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
