"""These tests may use no database, so that one that is asked would fail them."""

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from storj_site.warming import warm_up
from tests.processes import ROOT

# In a process of its own: here other tests have imported and compiled everything.
LOOK = """
import sys
import django
django.setup()
from storj_site.warming import warm_up
warm_up()
from django.template import engines
known = set(engines["django"].engine.template_loaders[0].get_template_cache)
print("comparison.views.page" in sys.modules, "compare.html" in known, "compare/_sheet.html" in known)
"""


@pytest.fixture(autouse=True)
def garbage_of_later_tests_is_looked_for() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_views_are_imported_and_templates_compiled() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True"]


def test_all_goes_well(caplog: pytest.LogCaptureFixture) -> None:
    warm_up()
    assert not caplog.messages


def test_what_cannot_be_prepared_is_logged_and_stops_nothing(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ROOT_URLCONF = "storj_site.no_such_addresses"
    warm_up()
    assert caplog.messages == ["A part of the site could not be prepared"]
