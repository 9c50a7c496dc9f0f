"""The way to read the events: a place, one snapshot, a time limit, and a connection that is closed."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.errors import explained
from nodes.places import wait_until
from nodes.router import READONLY

# SQLite virtual machine steps between two looks at the clock: about a millisecond.
STEPS_BETWEEN_LOOKS = 20_000


@contextmanager
def reading(place_until: float | None = None, seconds: float | None = None) -> Iterator[BaseDatabaseWrapper]:
    """Opens this thread's read-only connection for one snapshot and always closes it.

    `place_until` is the time.monotonic() until which to wait for a place (default: POOL_TIMEOUT from
    now), `seconds` what all statements inside may take together (default: CONNECTION_TIMEOUT).
    Raises EventsUnavailable, with a sentence, for every database error inside, and NoPlace.
    Not to be held while waiting for other reads: they need places too.
    """
    connection = connections[READONLY]
    connection.close()
    token = wait_until.set(place_until)
    try:
        with explained():
            connection.ensure_connection()
            with time_limit(connection, seconds or settings.CONNECTION_TIMEOUT), transaction.atomic(using=READONLY):
                yield connection
    finally:
        wait_until.reset(token)
        connection.close()


@contextmanager
def time_limit(connection: BaseDatabaseWrapper, seconds: float) -> Iterator[None]:
    """Ends whatever statement runs on `connection` when `seconds` have passed since the entry.

    The error is the driver's OperationalError ("interrupted" or "statement timeout").
    """
    end = time.monotonic() + seconds
    if connection.vendor == "sqlite":
        with _sqlite_limit(connection, end):
            yield
    else:
        with connection.execute_wrapper(_statement_timeout(connection, end)):
            yield


@contextmanager
def _sqlite_limit(connection: BaseDatabaseWrapper, end: float) -> Iterator[None]:
    raw = connection.connection
    raw.set_progress_handler(lambda: time.monotonic() > end, STEPS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)


def _statement_timeout(connection: BaseDatabaseWrapper, end: float) -> Callable[..., Any]:
    """PostgreSQL limits each statement alone, so each gets only what is left of the whole."""

    def limited(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        left = int((end - time.monotonic()) * 1000)
        if left <= 0:
            raise OperationalError("statement timeout")
        # Not with the statement's own cursor: one on the server can declare a query, and do nothing else.
        context["connection"].connection.execute(f"SET statement_timeout = {left}")
        return execute(sql, params, many, context)

    return limited
