"""Counts the next batch of events into the roll-ups, once.

A batch is read and worked out in one snapshot, without a lock. Then one short transaction takes the turn, which fails
if any other process has changed the roll-ups since, and writes counts, histograms, watermark and marks together.
Killed between any two statements, either all of a batch is counted or nothing of it.
"""

import logging
import time
from dataclasses import dataclass, replace

from django.db import DatabaseError, Error, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes import storage_days, write_ahead_log
from nodes.models import RollupNode, RollupReason, RollupSatellite
from nodes.rollups import points
from nodes.rollups import watermark as marks
from nodes.rollups.histogram import add
from nodes.rollups.increments import Increments, Node
from nodes.rollups.packing import packed, unpacked
from nodes.rollups.watermark import Cut, Marks, State
from nodes.router import EVENTS
from nodes.sql import paid
from nodes.sql import rollups as sql
from nodes.sql.groups import EventGroup, next_groups
from nodes.sql.points import put_points
from nodes.sql.settled import settled_id
from nodes.sql.write_ahead_log import without_checkpoint

logger = logging.getLogger(__name__)

BATCH = 50_000
# So many rows are written well within 100 ms; a late log of many hours makes more of a batch of events.
MOST_ROWS = 5_000
# Of one event: counts and points of its hour, day and week, latencies or failures of these, and its hour.
MOST_ROWS_PER_EVENT = 10
# Batches to forget at once, for the same reason.
MOST_FORGOTTEN = 500
# The write-ahead log has a quarter of these pages where no reader is in the way.
LONG_LOG = 4_000


@dataclass(frozen=True)
class Batch:
    """What one call counted. `behind` is how many ids were still ahead, `locked` for how many seconds it wrote.

    `days_are_kept` is whether all storage snapshots are summed up.
    """

    events: int
    watermark: int
    behind: int
    locked: float = 0.0
    days_are_kept: bool = True

    @property
    def is_last(self) -> bool:
        return self.behind == 0 and self.days_are_kept


@dataclass(frozen=True)
class _Prepared:
    """All that the write needs, as of one snapshot."""

    state: State
    increments: Increments
    marks: Marks
    forgotten: list[int]


@dataclass(frozen=True)
class _Resumed:
    """The watermark goes back to the cut, and the batch that covers it ends there."""

    state: State
    cut: Cut
    batch: tuple[int, Marks] | None


def rollup_once(limit: int = BATCH) -> Batch:
    """Counts the next `limit` events at most, fewer if they are of many hours, and sums up storage snapshots.

    Raises django.db.Error.
    """
    connection = connections[EVENTS]
    if not points.are_complete(connection):
        points.make(connection)
    batch = _counted(connection, limit)
    are_kept = _keep_storage_days(connection)
    if batch.events:
        _shorten_log(connection)
    return replace(batch, days_are_kept=are_kept)


def _counted(connection: BaseDatabaseWrapper, limit: int) -> Batch:
    while True:
        end = settled_id(connection)
        with sql.snapshot(connection):
            next_ = _prepared(connection, end, limit)
        if isinstance(next_, _Resumed):
            _resume(connection, next_)
        elif not next_.increments.events:
            return Batch(0, next_.state.watermark, 0)
        elif (locked := _write(connection, next_)) is not None:
            last_id = next_.increments.last_id
            return Batch(next_.increments.events, last_id, max(0, end - last_id), locked)


def _keep_storage_days(connection: BaseDatabaseWrapper) -> bool:
    """Comparisons do without, and the next round tries again: the batch is counted, whatever comes of this."""
    try:
        return storage_days.keep(connection)
    except DatabaseError as error:
        logger.info("Storage snapshots could not be summed up: %s", error)
        return True


def _shorten_log(connection: BaseDatabaseWrapper) -> None:
    """The batch is counted, whatever comes of this."""
    try:
        write_ahead_log.shorten(connection, LONG_LOG)
    except Error as error:
        logger.info("The write-ahead log could not be shortened: %s", error)


def _prepared(connection: BaseDatabaseWrapper, end: int, limit: int) -> _Prepared | _Resumed:
    state = marks.state(connection)
    cut = marks.cut(connection, state.watermark)
    if cut.counted != state.watermark:
        return _Resumed(state, cut, marks.shortened(connection, cut.counted))
    increments = _increments(connection, state.watermark, end, limit)
    _merge_known(connection, increments)
    points.complete(connection, increments.points, increments.latencies)
    last_id = increments.last_id
    taken = marks.marks_of(sql.marked(connection, state.watermark, last_id, marks.MARK_EVERY))
    forgotten = sql.empty_batches(connection, state.watermark, MOST_FORGOTTEN) if last_id == end else []
    return _Prepared(state, increments, taken, forgotten)


def _increments(connection: BaseDatabaseWrapper, after: int, end: int, limit: int) -> Increments:
    increments = _increments_of(connection, next_groups(connection, after, end, limit))
    while increments.rows > MOST_ROWS and limit > (least := max(1, MOST_ROWS // MOST_ROWS_PER_EVENT)):
        # Half as many events make nearly as many rows where they are of many nodes: in proportion to the rows, 50,000
        # events of 40 nodes were read 19 times until there were few enough of them.
        limit = max(least, min(increments.events // 2, increments.events * MOST_ROWS // increments.rows))
        increments = _increments_of(connection, next_groups(connection, after, end, limit))
    return increments


def _increments_of(connection: BaseDatabaseWrapper, groups: list[EventGroup]) -> Increments:
    nodes = RollupNode.objects.using(connection.alias)
    satellites = RollupSatellite.objects.using(connection.alias)
    reasons = RollupReason.objects.using(connection.alias)
    increments = Increments(
        {node.name: Node(node.pk, node.first_event, node.last_event) for node in nodes.all()},
        dict(satellites.values_list("name", "id")),
        dict(reasons.values_list("text", "id")),
    )
    increments.add(groups)
    return increments


def _merge_known(connection: BaseDatabaseWrapper, increments: Increments) -> None:
    """Adds the histograms that there are: nobody can change them before our turn without ending it."""
    for *key, buckets in sql.latencies(connection, list(increments.latencies)):
        merged = unpacked(bytes(buckets))
        add(merged, increments.latencies[tuple(key)])
        increments.latencies[tuple(key)] = merged


def _write(connection: BaseDatabaseWrapper, prepared: _Prepared) -> float | None:
    """The seconds that it held the lock; None if it was not our turn any more."""
    state, increments = prepared.state, prepared.increments
    seen = [(name, increments.nodes[name]) for name in sorted(increments.seen)]
    latencies = [(*key, packed(histogram)) for key, histogram in sorted(increments.latencies.items())]
    sums = [(*key, point.packed()) for key, point in sorted(increments.points.items())]
    with without_checkpoint(connection), transaction.atomic(using=connection.alias):
        began = time.perf_counter()
        if not sql.take_turn(connection, state.turn, increments.last_id):
            return None
        sql.put_nodes(connection, [(node.number, name, node.first, node.last) for name, node in seen])
        sql.add_satellites(connection, [(increments.satellites[name], name) for name in increments.new_satellites])
        sql.add_reasons(connection, [(increments.reasons[text], text) for text in increments.new_reasons])
        sql.add_counts(connection, [(*key, *counted) for key, counted in sorted(increments.counts.items())])
        sql.add_hours(connection, [(*key, hours) for key, hours in sorted(increments.hours.items())])
        sql.add_failures(connection, [(*key, attempts) for key, attempts in sorted(increments.failures.items())])
        sql.put_latencies(connection, latencies)
        put_points(connection, sums)
        paid.add(connection, increments.counts)
        sql.put_batch(connection, increments.last_id, state.watermark, marks.packed(prepared.marks))
        sql.drop_batches(connection, prepared.forgotten)
    return time.perf_counter() - began


def _resume(connection: BaseDatabaseWrapper, resumed: _Resumed) -> None:
    cut = resumed.cut
    with transaction.atomic(using=connection.alias):
        if not sql.take_turn(connection, resumed.state.turn, cut.counted):
            return
        if resumed.batch is not None:
            sql.drop_batches_after(connection, cut.counted - 1)
            after_id, kept = resumed.batch
            sql.put_batch(connection, cut.counted, after_id, marks.packed(kept))
        else:
            sql.drop_batches_after(connection, cut.counted)
    logger.warning(
        "The newest events were deleted and their ids are given out again: counting goes on after id %d instead "
        "of %d, and at most %d new events are not counted",
        cut.counted,
        resumed.state.watermark,
        cut.uncertain,
    )
