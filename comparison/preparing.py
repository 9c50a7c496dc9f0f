"""What a process does before its first comparison, which would wait for it otherwise."""

import gc

from django.core.cache import caches
from django.db import connections

from comparison.executor import executor
from nodes.router import READONLY


def prepare() -> None:
    """Loads the backends of database and cache, without asking either, begins a thread that gathers, and has Python
    look no more for garbage among all that is loaded by now, which would be a pause now and then for nothing.

    Not to be called before a fork, which would leave the thread behind.
    """
    _ = connections[READONLY], caches["comparison"], caches["default"]
    executor().submit(bool).result()
    gc.collect()
    gc.freeze()
