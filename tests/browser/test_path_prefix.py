"""The page under a path prefix, served by a real gunicorn over databases of its own."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Thread, sign_in
from tests.processes import ROOT, environment, manage

PREFIX = "/storj/nodes"
ACCOUNT = f"""
from django.contrib.auth.models import User
User.objects.create_superuser("viewer", password="{PASSWORD}")
"""


@pytest.fixture
def prefixed(tmp_path: Path) -> Iterator[str]:
    settings = {"SCRIPT_NAME": PREFIX, "STATIC_ROOT": str(ROOT / "static"), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    prepare(tmp_path, settings)
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind=127.0.0.1:0", "--threads=2", "storj_site.wsgi"],
        cwd=ROOT,
        env=environment(tmp_path, **settings),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield f"{address(server)}{PREFIX}"
    finally:
        server.terminate()
        server.communicate(timeout=20)
