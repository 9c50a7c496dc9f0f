"""What is asked of SQLite's write-ahead log; all of it does nothing on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.sql.fetching import fetched


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


def copy(connection: BaseDatabaseWrapper) -> tuple[int, int]:
    """Into the database, as far as no reader is in the way, and in nobody's way.

    Returns the length of the log in pages, and how many of them are copied: 0 and 0 where there is none.
    """
    return _checkpoint(connection, "PASSIVE") if connection.vendor == "sqlite" else (0, 0)


def empty(connection: BaseDatabaseWrapper, wait: int) -> bool:
    """Copies the rest, and has the file begin anew. Returns whether it does.

    While nobody writes it waits for those who read the log now, `wait` milliseconds at most. Those who begin to read
    meanwhile do without the log.
    """
    with _pragma(connection, "busy_timeout", wait):
        pages, _ = _checkpoint(connection, "TRUNCATE")
    return pages == 0


@contextmanager
def _pragma(connection: BaseDatabaseWrapper, name: str, value: int) -> Iterator[None]:
    usual = fetched(connection, f"PRAGMA {name}")[0][0]
    fetched(connection, f"PRAGMA {name} = {value}")
    try:
        yield
    finally:
        fetched(connection, f"PRAGMA {name} = {usual}")


def _checkpoint(connection: BaseDatabaseWrapper, mode: str) -> tuple[int, int]:
    _, pages, copied = fetched(connection, f"PRAGMA wal_checkpoint({mode})")[0]
    return max(0, int(pages)), max(0, int(copied))
