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
from nodes.sql import MOST_PARTS, pruning
from nodes.sql.pruning import Limits
from nodes.sql.rollups import newest_id

# Read, and archived, at once.
CHUNK = 10_000
# Deleted by one statement, and the seconds after which a transaction takes no further one.
SLICE, LONG_ENOUGH = 50, 0.03
LONGEST_PAUSE = 1.0  # seconds

Row = tuple[Any, ...]


def prunable(before: str) -> int:
    """How many events are counted and older than this stored time."""
    return _count(before, _last(connections[EVENTS]))


def older(before: str) -> int:
    """As `prunable`, with those that are not counted yet."""
    return _count(before, newest_id(connections[EVENTS]) - 1)


def _count(before: str, last_id: int) -> int:
    connection, limits = connections[EVENTS], Limits(before, last_id)
    return sum(pruning.count_prunable(connection, name, limits) for name in pruning.names(connection))


def prune(before: str, archive: Archive | None = None) -> Iterator[int]:
    """Deletes them, and says after each transaction how many it deleted. Raises django.db.Error and ArchiveError."""
    connection = connections[EVENTS]
    for rows in _chunks(connection, before):
        if archive is not None:
            archive.add(rows)
        left = rows
        while left:
            done, deleted, seconds = _delete(connection, left)
            left = left[done:]
            yield deleted
            time.sleep(min(seconds, LONGEST_PAUSE))


def _chunks(connection: BaseDatabaseWrapper, before: str) -> Iterator[list[Row]]:
    names = pruning.names(connection)
    for at in range(0, len(names), MOST_PARTS):
        part, after = names[at : at + MOST_PARTS], ("", 0)
        while rows := pruning.prunable(connection, part, Limits(before, _last(connection)), after, CHUNK):
            after = rows[-1][1], rows[-1][0]
            yield rows


def _delete(connection: BaseDatabaseWrapper, rows: list[Row]) -> tuple[int, int, float]:
    """With how many rows it is done, how many it deleted, and how many seconds it held the lock."""
    done = deleted = 0
    with transaction.atomic(using=connection.alias):
        began = time.perf_counter()
        last = _last(connection)
        while done < len(rows) and (not done or time.perf_counter() - began < LONG_ENOUGH):
            slice_ = rows[done : done + SLICE]
            deletable = [(row[0], row[1]) for row in slice_ if row[0] <= last]
            deleted += pruning.delete_events(connection, deletable)
            done += len(slice_)
    return done, deleted, time.perf_counter() - began


def _last(connection: BaseDatabaseWrapper) -> int:
    """The highest id that may be deleted: counted, and not the newest."""
    return min(watermark.cut(connection, watermark.state(connection).watermark).counted, newest_id(connection) - 1)
