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
# Deleted by one statement, and the seconds after which a transaction takes no further one.
SLICE, LONG_ENOUGH = 50, 0.03
LONGEST_PAUSE = 1.0  # seconds

Row = tuple[Any, ...]


def prunable(before: str) -> int:
    """How many events are counted and older than this stored time."""
    connection = connections[EVENTS]
    return pruning.count_prunable(connection, before, _counted(connection))


def prune(before: str, archive: Archive | None = None) -> Iterator[int]:
    """Deletes them, and says after each transaction how many it deleted. Raises django.db.Error and ArchiveError."""
    connection = connections[EVENTS]
    after = ("", 0)
    while rows := pruning.prunable(connection, before, _counted(connection), after, CHUNK):
        if archive is not None:
            archive.add(rows)
        after = rows[-1][1], rows[-1][0]
        while rows:
            done, deleted, seconds = _delete(connection, rows)
            rows = rows[done:]
            yield deleted
            time.sleep(min(seconds, LONGEST_PAUSE))


def _delete(connection: BaseDatabaseWrapper, rows: list[Row]) -> tuple[int, int, float]:
    """With how many rows it is done, how many it deleted, and how many seconds it held the lock."""
    done = deleted = 0
    with transaction.atomic(using=connection.alias):
        began = time.perf_counter()
        counted, newest = _counted(connection), newest_id(connection)
        while done < len(rows) and (not done or time.perf_counter() - began < LONG_ENOUGH):
            slice_ = rows[done : done + SLICE]
            deletable = [(row[0], row[1]) for row in slice_ if row[0] <= counted and row[0] < newest]
            deleted += pruning.delete_events(connection, deletable)
            done += len(slice_)
    return done, deleted, time.perf_counter() - began


def _counted(connection: BaseDatabaseWrapper) -> int:
    return watermark.cut(connection, watermark.state(connection).watermark).counted
