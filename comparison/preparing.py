"""What a process does before its first comparison, which would wait for it otherwise."""

from django.core.cache import caches
from django.db import connections

from comparison.executor import executor
from nodes.router import READONLY


def prepare() -> None:
    """Loads the backends of database and cache, without asking either, and begins a thread that gathers.

    Not to be called before a fork, which would leave the thread behind.
    """
    _ = connections[READONLY], caches["comparison"], caches["default"]
    executor().submit(bool).result()
