"""Earnings leave no connection, file or thread behind, whatever fails. COMPARISONS=1000 for the long form."""

import logging
import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.db.backends.signals import connection_created

from comparison import cache
from comparison.engine import compare
from comparison.request import ComparisonRequest
from nodes.places import places
from tests.comparison.money import month
from tests.comparison.money.month import AS_OF, NAME, START, event

COMPARISONS = int(os.environ.get("COMPARISONS", "50"))


class Injected(Exception):
    pass


class Failing:
    """Makes the reading of snapshots fail, in the middle of what is read of a node, while it `is_on`."""

    def __init__(self) -> None:
        self.is_on = False

    @contextmanager
    def installed(self) -> Iterator[None]:
        connection_created.connect(self._wrap)
        try:
            yield
        finally:
            connection_created.disconnect(self._wrap)
            self.is_on = False  # threads keep their connections, closed, with what they were wrapped in

    def _wrap(self, connection: Any, **_: Any) -> None:
        connection.execute_wrappers = [self._fail]

    def _fail(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if self.is_on and "FROM storage_snapshots" in sql and "IS NOT NULL" in sql:
            raise Injected
        return execute(sql, *rest)


def compared(failing: Failing, number: int) -> bool:
    """Whether it failed."""
    cache.clear()
    failing.is_on = number % 10 == 0
    (node,) = compare(ComparisonRequest((NAME,), "earnings", 24, AS_OF))["nodes"]
    return node["error"] is not None


def held() -> tuple[int, int]:
    """Open files and threads."""
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()


def peak_memory() -> int:
    """In kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_comparisons_of_which_every_tenth_fails_leave_nothing_open(
    databases: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    month.snapshots()
    month.events(event(START, "PUT", 1000))
    for alias in ("default", "events"):
        connections[alias].close()
    failing = Failing()
    with failing.installed():
        results = [compared(failing, number) for number in range(1, 21)]
        (files, threads), memory = held(), peak_memory()
        results += [compared(failing, number) for number in range(1, COMPARISONS + 1)]
        files_after, threads_after = held()
    failed = sum(results)
    assert failed == len(results) // 10
    assert files_after == files
    assert threads_after - threads < settings.COMPARISON_WORKERS
    assert places.use().in_use == 0
    print(f"{len(results)} comparisons, {failed} failed, {peak_memory() - memory} kB more at the most")  # noqa: T201
    print(f"files {files}, then {files_after}; threads {threads}, then {threads_after}")  # noqa: T201
