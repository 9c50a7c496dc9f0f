import os
from collections.abc import Generator
from typing import Any

import pytest
from django.conf import settings

from storj_site import env
from tests.opened import fresh, opened  # noqa: F401 - fixtures

ALL_DATABASES = ["default", "events", "events_readonly"]


@pytest.fixture
def databases(transactional_db: None) -> None:
    """All three databases, without a surrounding transaction: gatherings read through connections of their own."""


@pytest.fixture
def memory_cache(settings: Any) -> None:
    """The cache without CACHE_URL, whatever the suite was started with: only it has a number of entries."""
    memory = env.cache("NOT_SET", settings.COMPARISON_CACHE_TTL, settings.MAX_CACHE_ENTRIES, prefix="")
    settings.CACHES = settings.CACHES | {"comparison": memory}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks for `databases` may use all of them; what asks for none, nor for the settings, needs none."""
    for item in items:
        asked = getattr(item, "fixturenames", ())
        if "databases" in asked:
            item.add_marker(pytest.mark.django_db(transaction=True, databases=ALL_DATABASES))
        elif "settings" not in asked and not any(map(item.get_closest_marker, ("django_db", "postgresql"))):
            item.add_marker(pytest.mark.no_database)
    _deselect_postgresql_without_it(config, items)


def _deselect_postgresql_without_it(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of PostgreSQL's own features; deselected, not skipped, as a marker would do by hand."""
    if "postgresql" in settings.DATABASES["events"]["ENGINE"]:
        return
    others = [item for item in items if item.get_closest_marker("postgresql")]
    items[:] = [item for item in items if item not in others]
    if others:
        config.hook.pytest_deselected(items=others)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """On the build machine everything is installed, so that a skipped test is a mistake."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, which CI does not allow: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """As above, for modules that skip themselves whole."""
    report = yield
    if report.outcome == "skipped" and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, which CI does not allow: {report.longrepr}"
    return report
