"""Deletes old events that the roll-ups have counted, for those who run without the monitor.

In short transactions, with pauses as long as these took, so that others can write. Never the newest event: as long as
that is there, no id is given out again.
"""

import time
from collections.abc import Iterator
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.rollups import watermark
from nodes.rollups.archive import Archive
from nodes.router import EVENTS
from nodes.sql import pruning
from nodes.sql.rollups import newest_id

# Read, and archived, at once.
CHUNK = 10_000
# Deleted at once: so many that it takes about AIM seconds of the write lock.
FEWEST, MOST, AIM = 50, 5_000, 0.03

Row = tuple[Any, ...]


def prunable(before: str) -> int:
    """How many events are counted and older than this stored time."""
    connection = connections[EVENTS]
    return pruning.count_prunable(connection, before, _counted(connection))


def prune(before: str, archive: Archive | None = None) -> Iterator[int]:
    """Deletes them, and says after each transaction how many it deleted. Raises django.db.Error and ArchiveError."""
    connection = connections[EVENTS]
    pace, after = _Pace(), ("", 0)
    while rows := pruning.prunable(connection, before, _counted(connection), after, CHUNK):
        if archive is not None:
            archive.add(rows)
        while rows:
            batch, rows = rows[: pace.size], rows[pace.size :]
            deleted, seconds = _delete(connection, batch)
            yield deleted
            pace.took(seconds)
            after = batch[-1][1], batch[-1][0]


def _delete(connection: BaseDatabaseWrapper, rows: list[Row]) -> tuple[int, float]:
    """How many it deleted, and how long it held the lock."""
    with transaction.atomic(using=connection.alias):
        began = time.perf_counter()
        counted, newest = _counted(connection), newest_id(connection)
        deletable = [(row[0], row[1]) for row in rows if row[0] <= counted and row[0] < newest]
        deleted = pruning.delete_events(connection, deletable)
    return deleted, time.perf_counter() - began


def _counted(connection: BaseDatabaseWrapper) -> int:
    return watermark.cut(connection, watermark.state(connection).watermark).counted


class _Pace:
    def __init__(self) -> None:
        self.size = 10 * FEWEST

    def took(self, seconds: float) -> None:
        """Adapts the size to the machine, and leaves the lock to others for as long as we had it."""
        if seconds > AIM:
            self.size = max(FEWEST, self.size // 2)
        elif seconds < AIM / 2:
            self.size = min(MOST, self.size * 2)
        time.sleep(min(seconds, 1.0))
