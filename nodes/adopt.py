"""Adds to an existing events database what the comparison needs and it lacks, and nothing else.

Everything is told by columns and not by name, and is a transaction of its own, so that the monitor's
writer waits for one index at the most and a broken-off run leaves nothing half-done.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.exceptions import MigrationSchemaMissing

from nodes import catalog
from nodes.catalog import Found
from nodes.display import size
from nodes.own_tables import OWN_TABLES
from nodes.recognition import RECORD, refuse_foreign, refuse_foreign_file
from nodes.schema import INDEXES, TABLES, Index, Table

# Building an index on more rows than these takes long enough to be announced.
LARGE = 1_000_000
# Measured on 5 million events, 2 cores and a solid-state disk: 0.8 to 1.9 for (node_name, timestamp).
# An index grows in the write-ahead log first, and is sorted in a temporary file.
SECONDS_PER_MILLION_ROWS = 1.5
DISK_WHILE_BUILDING = 3
SLOW_MACHINE = 10

# Seconds to wait for another program's lock: the monitor's prune holds it for many.
PATIENCE = 60.0
# Any number that no other program is likely to use for a lock in the same PostgreSQL database.
_ADVISORY_LOCK = 0x5702_1A0D

Report = Callable[[str], None]


@dataclass(frozen=True)
class Step:
    """One thing that is missing, and what adding it costs: `bytes` on disk and `seconds` are estimates."""

    adds: str
    table: str
    sql: str
    rows: int = 0
    bytes: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        if self.rows < catalog.COUNTED:
            return self.adds
        return f"{self.adds} (about {self.rows:,} rows, {size(self.bytes)}, {_duration(self.seconds)})"


def plan(connection: BaseDatabaseWrapper) -> list[Step]:
    """What adopt() would add, in its order, without writing; at a bounded cost on any size.

    Raises NotTheMonitors where nothing may be added.
    """
    refuse_foreign(connection)
    relations = catalog.relations(connection)
    # What has a table's name and is none, a view for example, stays as it is.
    wanted = [table for table in (*TABLES, *OWN_TABLES) if relations.get(table.name, True)]
    found = {table.name: catalog.find(connection, table.name) for table in wanted if table.name in relations}
    new = [Step(f"table {t.name}", t.name, t.create_sql(connection.vendor)) for t in wanted if t.name not in found]
    columns = [step for t in wanted if t.name in found for step in _columns(t, found[t.name], connection.vendor)]
    return [*new, *columns, *_indexes(connection, wanted, found, set(relations))]


def adopted(connection: BaseDatabaseWrapper) -> bool:
    """Whether nothing is missing."""
    return not plan(connection)


def missing_indexes(connection: BaseDatabaseWrapper) -> set[Index]:
    """Those of INDEXES that no existing index stands in for."""
    missing = {step.adds for step in plan(connection)}
    return {index for index in INDEXES if _name_of(index) in missing}


def is_recordable(connection: BaseDatabaseWrapper) -> bool:
    """Whether the table in which adopt_and_record() records what was done is there."""
    return RECORD in catalog.relations(connection)


def is_large(steps: list[Step]) -> bool:
    return any(step.rows > LARGE for step in steps)


def announcement(steps: list[Step]) -> list[str]:
    """What an operator should know before indexes are built on a large table."""
    in_all, seconds = sum(step.bytes for step in steps), sum(step.seconds for step in steps)
    building = DISK_WHILE_BUILDING * max((step.bytes for step in steps), default=0)
    return [
        *(f"To be added: {step}." for step in steps),
        f"What was done is recorded in the table {RECORD}, which is made where it is missing.",
        f"This takes about {size(in_all)} of disk, {size(building)} more while it is built, and about "
        f"{_duration(seconds)}; on a Raspberry Pi up to {SLOW_MACHINE} times as long.",
        "Programs that write to it wait while an index is built: better pause the monitor until this is done.",
    ]


def adopt(connection: BaseDatabaseWrapper, report: Report = print, patience: float | None = None) -> None:
    """Adds what is missing; safe to run again, and by several programs at once.

    `patience` is how many seconds to wait for other programs' locks. Raises django.db.Error and NotTheMonitors.
    """
    steps = plan(connection)
    if is_large(steps):
        for line in announcement(steps):
            report(line)
    # Another adopt() may be building the same: that must not seem stuck.
    expected = SLOW_MACHINE * sum(step.seconds for step in steps)
    with _patient(connection, max(PATIENCE, expected) if patience is None else patience):
        for step in steps:
            _take(connection, step, report)


def adopt_and_record(connection: BaseDatabaseWrapper, report: Report, patience: float | None = None) -> None:
    """adopt(), and then the migrations, which find nothing left to do and are recorded as applied."""
    refuse_foreign_file(connection)
    adopt(connection, report, patience)
    was_recordable = is_recordable(connection)
    with _patient(connection, PATIENCE if patience is None else patience):
        try:
            _migrate(connection.alias)
        except MigrationSchemaMissing:  # another program made django_migrations at the same moment
            _migrate(connection.alias)
    if not was_recordable:
        report(f"Recorded in the table {RECORD}, which is new.")


def _migrate(alias: str) -> None:
    call_command("migrate", database=alias, interactive=False, verbosity=0)


def _columns(table: Table, found: Found, vendor: str) -> Iterator[Step]:
    for column in table.columns:
        if column.name not in found.columns and column.can_be_added:
            yield Step(f"column {table.name}.{column.name}", table.name, table.add_sql(column, vendor))


def _indexes(
    connection: BaseDatabaseWrapper, wanted: list[Table], found: dict[str, Found], taken: set[str]
) -> Iterator[Step]:
    names = {table.name for table in wanted}
    for index in INDEXES:
        table = found.get(index.table)
        if index.table not in names or (table and table.has_index(index.columns)):
            continue
        rows = catalog.about_how_many(connection, index.table) if table else 0
        yield Step(
            _name_of(index),
            index.table,
            index.create_sql(_free_name(index.name, taken)),
            rows,
            rows * index.bytes_per_row,
            rows / 1_000_000 * SECONDS_PER_MILLION_ROWS,
        )


def _name_of(index: Index) -> str:
    return f"index on {index}, for {index.purpose}"


def _free_name(name: str, taken: set[str]) -> str:
    """`name`, or with a number if something else has that name already."""
    candidates = (name, *(f"{name}_{number}" for number in range(2, len(taken) + 3)))
    return next(candidate for candidate in candidates if candidate not in taken)


def _take(connection: BaseDatabaseWrapper, step: Step, report: Report) -> None:
    began = time.perf_counter()
    with _alone(connection):
        # Looked at again under the lock: meanwhile another program may have added it, or taken the name.
        now = next((again for again in plan(connection) if again.adds == step.adds), None)
        if now is None:
            return
        with connection.cursor() as cursor:
            cursor.execute(now.sql)
    report(f"Added: {step.adds}, in {time.perf_counter() - began:.1f} s.")


@contextmanager
def _alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """A transaction that no other adopt() is in. On SQLite the alias's IMMEDIATE transactions see to that."""
    with transaction.atomic(using=connection.alias, durable=True):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])
        yield


@contextmanager
def _patient(connection: BaseDatabaseWrapper, seconds: float) -> Iterator[None]:
    """Waits this long for other programs' locks, instead of as long as a page may."""
    if connection.vendor == "sqlite":
        ask, change = "PRAGMA busy_timeout", "PRAGMA busy_timeout = {}"
    else:
        ask, change = "SHOW lock_timeout", "SET lock_timeout = '{}'"
    with connection.cursor() as cursor:
        cursor.execute(ask)
        (before,) = cursor.fetchone()
        cursor.execute(change.format(int(seconds * 1000)))
    try:
        yield
    finally:
        # Without a word if the connection is gone: what broke it is the error to show.
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute(change.format(before))


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{max(seconds, 1):.0f} s"
