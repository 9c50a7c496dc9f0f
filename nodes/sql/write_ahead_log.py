"""What is asked of SQLite's write-ahead log. There is none on PostgreSQL that concerns us."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.sql.fetching import fetched


class Log(NamedTuple):
    """Its pages, and how many of them are in the database already; 0 and 0 where there is none."""

    pages: int
    copied: int


@contextmanager
def without_checkpoint(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """A commit inside does not copy the log into the database; nodes/write_ahead_log.py has it done without the lock.

    SQLite copies once the log has 1,000 pages, in the commit that comes to it: with the disk's syncing, which made
    write transactions of a few milliseconds last over 100.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with _pragma(connection, "wal_autocheckpoint", 0):
        yield


def copy(connection: BaseDatabaseWrapper) -> Log | None:
    """Into the database, as far as no reader is in the way, and in nobody's way. None while another program does."""
    if connection.vendor != "sqlite":
        return Log(0, 0)
    is_busy, pages, copied = _checkpoint(connection, "PASSIVE")
    return None if is_busy else Log(max(0, pages), max(0, copied))


def empty(connection: BaseDatabaseWrapper, wait: int) -> bool:
    """Copies the rest, and has the file begin anew. Returns whether it does.

    While nobody writes it waits for those who read the log now, `wait` milliseconds at most. Those who begin to read
    meanwhile do without the log.
    """
    with _pragma(connection, "busy_timeout", wait):
        is_busy, _, _ = _checkpoint(connection, "TRUNCATE")
    return not is_busy


@contextmanager
def _pragma(connection: BaseDatabaseWrapper, name: str, value: int) -> Iterator[None]:
    usual = fetched(connection, f"PRAGMA {name}")[0][0]
    fetched(connection, f"PRAGMA {name} = {value}")
    try:
        yield
    finally:
        fetched(connection, f"PRAGMA {name} = {usual}")


def _checkpoint(connection: BaseDatabaseWrapper, mode: str) -> tuple[bool, int, int]:
    """Whether another was in the way, pages, and pages copied: -1 and -1 where these are not known, or none."""
    is_busy, pages, copied = fetched(connection, f"PRAGMA wal_checkpoint({mode})")[0]
    return bool(is_busy), int(pages), int(copied)
