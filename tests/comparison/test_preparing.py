"""In a process of its own, as other tests have loaded everything here."""

import subprocess
import sys

from tests.processes import ROOT

LOOK = """
import gc, threading
import django
django.setup()
from django.core.cache import caches
from django.db import connections
from comparison.preparing import prepare
prepare()
known = connections.all(initialized_only=True)
print(any(thread.name.startswith("gather") for thread in threading.enumerate()))
print("events_readonly" in {each.alias for each in known}, all(each.connection is None for each in known))
print(len(caches.all(initialized_only=True)), gc.get_freeze_count() > 10_000)
"""


def test_all_is_loaded_a_thread_has_begun_and_no_database_is_open() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True", "2", "True"]
