"""How far the events are counted: a watermark on their ids, and how it survives that ids are given out again.

Every event with an id up to the watermark is counted, none above it. So an event counts once, in whatever order the
times of events come, and whatever is pruned later.

SQLite gives a new event the highest id plus one, and `events.id` has no AUTOINCREMENT: when the newest events are
deleted, their ids are given out again to events that were never counted. At any moment there is a cut m such that
events up to m are those that were counted, and all above m are new: m is the lowest that the highest id has been
since the last roll-up. m cannot be seen afterwards, but it is told from marks: for each batch that was counted, the
fingerprint of each MARK_EVERY-th id and of the last.

- A mark whose event is the same as then: m is at least that id.
- A mark whose event is another: m is below that id.
- A mark whose event is missing says nothing: it may have been pruned from the middle.
- An event that no kept batch covers, at or below the watermark: m is below it. For a batch is only forgotten when
  none of its events is left.

So counting goes on after the highest id, or before the lowest id that is known to be new, whichever is lower.
That is never below m, so that nothing is counted twice. New ids follow m without a gap, and the next mark is at
most MARK_EVERY away: at most MARK_EVERY - 1 new events are taken for counted ones, and none at all if a roll-up
runs between the deleting and the next insert. Hours whose events were pruned are never touched.
An emptied table is the same: its highest id is 0, or no batch covers what it has now.
An event that comes back with the same content under the same id, as when a log is read again, stays counted once.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.models import RollupBatch
from nodes.sql import rollups as sql

MARK_EVERY = 64

Marks = dict[int, int]


@dataclass(frozen=True)
class State:
    watermark: int = 0
    turn: int = 0


@dataclass(frozen=True)
class Cut:
    """Events up to `counted` are counted, those above are new; up to `uncertain` new ones may be among the former."""

    counted: int
    uncertain: int = 0


def state(connection: BaseDatabaseWrapper) -> State:
    return State(*(sql.state(connection) or ()))


def cut(connection: BaseDatabaseWrapper, watermark: int) -> Cut:
    """Where counting goes on; to be asked in one snapshot with the state. Only reads."""
    newest = sql.newest_id(connection)
    if watermark <= newest and (watermark == 0 or _is_intact(connection, watermark)):
        return Cut(watermark)
    intact, first_new = _told_from_marks(connection, watermark)
    counted = min(newest, watermark, first_new - 1)
    if counted == watermark:
        return Cut(watermark)
    return Cut(counted, min(MARK_EVERY - 1, sql.count_between(connection, intact, counted)))


def marks_of(rows: Iterable[tuple[Any, ...]]) -> Marks:
    """Of rows of sql.marked or sql.events_at."""
    return {id_: _fingerprint(facts) for id_, *facts in rows}


def packed(marks: Marks) -> bytes:
    return struct.pack(f"<{2 * len(marks)}q", *(number for id_ in sorted(marks) for number in (id_, marks[id_])))


def unpacked(data: bytes) -> Marks:
    return dict(struct.iter_unpack("<qq", bytes(data)))


def shortened(connection: BaseDatabaseWrapper, last_id: int) -> tuple[int, Marks] | None:
    """`after_id` and marks of the batch that covers this id, as if the batch had ended with it."""
    batch = _batches(connection).filter(last_id__gte=last_id, after_id__lt=last_id).first()
    if batch is None:
        return None
    marks = {id_: mark for id_, mark in unpacked(batch.marks).items() if id_ <= last_id}
    return batch.after_id, marks | marks_of(sql.events_at(connection, [last_id]))


def _is_intact(connection: BaseDatabaseWrapper, watermark: int) -> bool:
    data = sql.marks_of_batch(connection, watermark)
    mark = unpacked(data).get(watermark) if data else None
    return mark is not None and marks_of(sql.events_at(connection, [watermark])).get(watermark) == mark


def _told_from_marks(connection: BaseDatabaseWrapper, watermark: int) -> tuple[int, int]:
    """The highest id that is known to be intact (0: none) and the lowest that is known to be new."""
    covered_from, first_new = watermark, watermark + 1
    for batch in _batches(connection).filter(last_id__lte=watermark).order_by("-last_id").iterator(chunk_size=20):
        first_new = sql.first_id_between(connection, batch.last_id, covered_from) or first_new
        marks = unpacked(batch.marks)
        now = marks_of(sql.events_at(connection, list(marks)))
        first_new = min((id_ for id_, mark in now.items() if mark != marks[id_]), default=first_new)
        if intact := [id_ for id_, mark in now.items() if mark == marks[id_]]:
            return max(intact), first_new
        covered_from = batch.after_id
    return 0, sql.first_id_between(connection, 0, covered_from) or first_new


def _batches(connection: BaseDatabaseWrapper) -> Any:
    return RollupBatch.objects.using(connection.alias)


def _fingerprint(facts: list[Any]) -> int:
    digest = blake2b(repr(facts).encode("utf-8", "backslashreplace"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
