"""Writes what was read of a log in one short transaction: the rows and how far the log was read move together.

Killed or failed at any point, either all of it is there or nothing. Of several who read the same log at the same time
one moves its position, and the others are refused: nothing is written twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes import sql
from nodes.fields import to_stored
from nodes.intake.batch import Batch
from nodes.intake.fields import storable
from nodes.intake.identity import Source
from nodes.intake.pairing import Audit
from nodes.intake.records import NOT_TRANSFERS
from nodes.intake.times import stored
from nodes.known import printable
from nodes.router import EVENTS
from nodes.sql import intake as rows
from nodes.sql.rollups import newest_id

# Of another program: a newer one is a sign that it runs. So far ahead may its clock be.
RECENT = timedelta(hours=1)
# A log that nobody has read on for so long does not go on: its attempts that have not ended are given up. What it is
# stays known for ever, as it may be read again at any time.
STATES_KEPT = timedelta(days=30)

Also = Callable[[BaseDatabaseWrapper], None]


class NodeTaken(Exception):
    """Another program writes the events of this node; `str()` is a sentence for the operator."""


class SourceMoved(Exception):
    """Another process has read this log meanwhile; nothing was written, and it has to be recognised anew."""

    def __init__(self) -> None:
        super().__init__("Another process reads the same log of this node: let one of them do it.")


@dataclass
class Writing:
    """All that one transaction writes; `state` is of the pairing, which is at `latest`."""

    node: str
    batch: Batch
    source: Source | None
    state: bytes
    latest: int
    hung: list[Audit]
    ended: list[Audit]
    force: bool = False
    also: Also | None = None


def write(writing: Writing) -> None:
    """Raises NodeTaken, SourceMoved and django.db.Error; then nothing was written."""
    connection, now = connections[EVENTS], datetime.now(UTC)
    with transaction.atomic(using=EVENTS):
        last = rows.take_node(connection, writing.node)
        if not writing.force:
            _refuse_taken(connection, writing.node, last, now)
        if writing.source is not None:
            _move(connection, writing, writing.source, now)
        _write_rows(connection, writing, to_stored(now))
        # Lower than before where SQLite gives out ids again, because the newest events were deleted: what another
        # program writes from here on is above it. Higher ids of this node that are there by now are ours, or old.
        rows.put_last_event_id(connection, writing.node, newest_id(connection))
        if writing.also is not None:
            writing.also(connection)
    if writing.source is not None:
        writing.source.stored = writing.source.prefix.hash


def refuse_taken(node: str) -> None:
    """Raises NodeTaken, before anything is read. Only reads."""
    connection = connections[EVENTS]
    _refuse_taken(connection, node, rows.last_event_id(connection, node), datetime.now(UTC))


def _refuse_taken(connection: BaseDatabaseWrapper, node: str, last: int, now: datetime) -> None:
    newest = newest_id(connection)
    if newest <= last:
        return
    times = to_stored(now - RECENT), to_stored(now + RECENT)
    if found := rows.foreign_event(connection, node, (last, newest), times):
        raise NodeTaken(
            f"Another program writes the events of “{printable(node)}” into this database too, one of {found[1]} for "
            "example, and both together would count everything twice: stop it for this node, then try again in an "
            "hour, or at once with --force."
        )


def _move(connection: BaseDatabaseWrapper, writing: Writing, source: Source, now: datetime) -> None:
    prefix, batch = source.prefix, writing.batch
    moved = rows.Moved(
        storable(source.path),
        prefix.head,
        prefix.length,
        prefix.hash,
        prefix.block_hash,
        writing.latest,
        writing.state,
        to_stored(now),
        batch.lines,
        len(batch.events),
        writing.node,
        source.key,
        source.stored,
    )
    if not rows.move_source(connection, moved):
        raise SourceMoved
    if not source.stored:
        rows.forget_states(connection, writing.node, to_stored(now - STATES_KEPT))


def _write_rows(connection: BaseDatabaseWrapper, writing: Writing, now: str) -> None:
    node, batch = writing.node, writing.batch
    told = {reason: found for reason, found in batch.skipped.items() if reason not in NOT_TRANSFERS}
    if batch.events:
        sql.insert_events(connection, batch.events)
    rows.add_scores(connection, batch.scores)
    rows.add_compactions(connection, batch.compactions)
    rows.add_skipped(connection, [(node, reason, found.lines, found.text, now) for reason, found in told.items()])
    rows.add_coarse(connection, [(node, hour, count) for hour, count in sorted(batch.coarse.items())])
    rows.add_audits(connection, _audits(node, writing.hung))
    rows.drop_audits(connection, _audits(node, writing.ended))


def _audits(node: str, audits: list[Audit]) -> list[tuple[str, str, str, str]]:
    return [(node, stored(audit.started), audit.satellite_id, audit.piece_id) for audit in audits]
