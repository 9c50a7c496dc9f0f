"""Removes a node and all that is stored of it, for a name that was mistyped, or a node that is gone for good.

In short transactions, with pauses as long as these took, so that others can write. Killed at any point, it goes on
when it is run again: the node stays known until nothing of it is left.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes import catalog, storage_days
from nodes.display import quoted
from nodes.intake import schema as intake
from nodes.intake.write import refuse_taken
from nodes.models import Node, RollupNode
from nodes.rollups import schema as rollups
from nodes.rollups import watermark
from nodes.rollups.presence import rollups_exist
from nodes.rollups.roll import rollup_once
from nodes.router import EVENTS
from nodes.schema import TABLES, Table
from nodes.sno import schema as sno
from nodes.sql import removal
from nodes.sql.rollups import take_turn

SLICE = 500  # rows deleted at once
LONGEST_PAUSE = 1.0  # seconds


class StillFed(Exception):
    """Something goes on taking in data of the node; `str()` is a sentence for the operator."""


@dataclass(frozen=True)
class Part:
    """The rows of a table that have the node, by its name or by its number, in this column."""

    table: Table
    column: str
    node: str | int
    rows: int


def refuse_fed(name: str) -> None:
    """Raises StillFed, and NodeTaken where another program writes the node's events."""
    if Node.objects.filter(name=name).exclude(api_url="", log_path="").exists():
        raise StillFed(
            f"{quoted([name])} has an API address or a log, so it would come back: take both away in the admin, wait "
            "ten seconds, and run this again."
        )
    refuse_taken(name)


def parts(name: str) -> list[Part]:
    """What there is of the node, in the order in which it has to go. Raises django.db.Error."""
    connection = connections[EVENTS]
    tables = [(table, "node_name") for table in TABLES] + [
        (table, "node") for table in (*intake.OWN_TABLES, *sno.OWN_TABLES, rollups.STORAGE_DAYS)
    ]
    found = [_part(connection, table, column, name) for table, column in tables]
    if rollups_exist(connection):
        number = RollupNode.objects.using(EVENTS).filter(name=name).values_list("pk", flat=True).first()
        of_number = [table for table in rollups.OWN_TABLES if "node" in table.primary_key]
        found += [_part(connection, table, "node", number or 0) for table in of_number]
        found.append(_part(connection, _table("rollup_nodes"), "name", name))
    return [part for part in found if part.rows]


def remove(name: str) -> Iterator[int]:
    """Says after each transaction how many rows it deleted. Raises django.db.Error."""
    connection = connections[EVENTS]
    for part in parts(name):
        if part.table not in (*rollups.OWN_TABLES, rollups.STORAGE_DAYS):
            yield from _emptied(connection, part)
    if has_rollups := rollups_exist(connection):
        _end_turns(connection)
        for part in parts(name):
            yield from _emptied(connection, part)
    Node.objects.filter(name=name).delete()
    if has_rollups:
        rollup_once()  # ids of the newest events may be given out again: it sees to it before they are


def _emptied(connection: BaseDatabaseWrapper, part: Part) -> Iterator[int]:
    while True:
        began = time.perf_counter()
        with transaction.atomic(using=EVENTS):
            deleted = removal.delete(connection, part.table, part.column, part.node, SLICE)
        if not deleted:
            return
        yield deleted
        time.sleep(min(time.perf_counter() - began, LONGEST_PAUSE))


def _end_turns(connection: BaseDatabaseWrapper) -> None:
    """Whoever counts just now may have read rows of this node: what was worked out of them is not written then."""
    with transaction.atomic(using=EVENTS):
        storage_days.end_turns(connection)
        state = watermark.state(connection)
        take_turn(connection, state.turn, state.watermark)


def _part(connection: BaseDatabaseWrapper, table: Table, column: str, node: str | int) -> Part:
    is_there = catalog.has_tables(connection, [table.name])
    return Part(table, column, node, removal.count(connection, table, column, node) if is_there else 0)


def _table(name: str) -> Table:
    return next(table for table in rollups.OWN_TABLES if table.name == name)
