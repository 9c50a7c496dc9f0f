"""In a process of its own, as other tests have loaded everything here."""

import subprocess
import sys

from tests.processes import ROOT

LOOK = """
import threading
import django
django.setup()
from django.core.cache import caches
from django.db import connections
from comparison.preparing import prepare
prepare()
known = connections.all(initialized_only=True)
print(any(thread.name.startswith("gather") for thread in threading.enumerate()))
print("events_readonly" in {each.alias for each in known}, all(each.connection is None for each in known))
print(len(caches.all(initialized_only=True)))
"""


def test_a_thread_begins_and_backends_are_loaded_and_no_database_is_opened() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True", "2"]
