"""Migrations never rebuild a table of the monitor's: they know of it as state, and only adopt() touches it."""

import struct
from collections.abc import Iterator, Sequence

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import migrations, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from nodes.adopt import adopt, adopted
from nodes.own_tables import OWN_TABLES
from nodes.rollups import points
from nodes.rollups.codes import WEEK
from nodes.rollups.packing import unpacked
from nodes.rollups.roll import rollup_once
from nodes.router import EVENTS, EVENTS_MODELS
from nodes.schema import INDEXES, TABLES
from tests.nodes.rollups import oracle, tables
from tests.nodes.rollups.lifelike import event


def events_models() -> Iterator:
    return (model for model in apps.get_app_config("nodes").get_models() if model._meta.model_name in EVENTS_MODELS)


def database_operations(operations: Sequence[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from database_operations(operation.database_operations)
        else:
            yield operation


def of_events(operation: Operation) -> bool:
    names = {getattr(operation, name, None) for name in ("name", "model_name", "old_name", "new_name")}
    return bool({str(name).lower() for name in names} & EVENTS_MODELS)


def test_no_operation_but_adoption_reaches_the_monitors_tables() -> None:
    loaded = [m for (app, _), m in MigrationLoader(None).disk_migrations.items() if app == "nodes"]
    assert loaded
    for migration in loaded:
        for operation in database_operations(migration.operations):
            assert not of_events(operation), f"{migration.name}: {operation.describe()}"
            assert not isinstance(operation, migrations.RunSQL)
            if isinstance(operation, migrations.RunPython) and operation.hints.get("target") == EVENTS:
                assert migration.atomic is False, "each index is a transaction of its own"


def test_an_operation_on_an_events_model_would_be_noticed() -> None:
    rebuild = migrations.AlterField("Event", "size", models.IntegerField())
    assert [of_events(operation) for operation in database_operations([rebuild])] == [True]
    as_state = migrations.SeparateDatabaseAndState(state_operations=[rebuild])
    assert list(database_operations([as_state])) == []


def test_no_migration_is_missing(databases: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_models_have_the_columns_of_the_schema() -> None:
    declared = {table.name: [column.name for column in table.columns] for table in (*TABLES, *OWN_TABLES)}
    assert declared == {
        model._meta.db_table: [field.column for field in model._meta.local_concrete_fields] for model in events_models()
    }


def test_models_have_the_indexes_of_the_schema() -> None:
    declared = {(index.name, index.table, index.columns) for index in INDEXES}
    assert declared == {
        (index.name, model._meta.db_table, tuple(index.fields))
        for model in events_models()
        for index in model._meta.indexes
    }


@pytest.mark.django_db(transaction=True, databases=["default", "events", "events_readonly"])
def test_going_back_to_before_the_first_migration_keeps_every_table(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, lambda line: None)
    call_command("migrate", "nodes", database=EVENTS, verbosity=0)
    call_command("migrate", "nodes", "zero", database=EVENTS, verbosity=0)
    assert adopted(fresh)


def histograms(connection: BaseDatabaseWrapper) -> dict[tuple[int, int, int], dict[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT node, span, start, buckets FROM rollup_latencies")
        return {(node, span, start): unpacked(bytes(data)) for node, span, start, data in cursor.fetchall()}


def packed_before(histogram: dict[int, int]) -> bytes:
    """As pairs, or as a run for every second one."""
    buckets = sorted(histogram)
    if sum(histogram.values()) % 2:
        return struct.pack(f"<{len(buckets)}H{len(buckets)}I", *buckets, *(histogram[bucket] for bucket in buckets))
    run = [histogram.get(bucket, 0) for bucket in range(buckets[0], buckets[-1] + 1)]
    return struct.pack(f"<Hx{len(run)}I", buckets[0], *run)


@pytest.mark.django_db(transaction=True, databases=["default", "events", "events_readonly"])
def test_what_is_counted_between_adopting_and_the_migrations_stays_as_it_is(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, lambda line: None)
    rows = [event(id_, status="success" if id_ % 2 else "failed") for id_ in range(1, 9)]
    tables.insert(rows)
    rollup_once(5)
    for _ in range(2):
        call_command("migrate", "nodes", database=EVENTS, verbosity=0)
        assert (tables.counts(), tables.failures()) == (oracle.counts(rows[:5]), oracle.failures(rows[:5]))
        assert tables.histograms().keys() == oracle.durations(rows[:5]).keys()
        with fresh.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations")
    rollup_once()
    assert tables.counts() == oracle.counts(rows)


@pytest.mark.django_db(transaction=True, databases=["default", "events", "events_readonly"])
def test_roll_ups_from_before_there_were_hours_and_weeks_get_them_and_are_added_to(fresh: BaseDatabaseWrapper) -> None:
    call_command("migrate", "nodes", "0003", database=EVENTS, verbosity=0)
    stamps = ["0001-01-01T05:00:00+00:00", "1969-12-31T23:00:00+00:00", "2026-11-23T00:00:00+00:00", "yesterday"]
    rows = [event(id_, timestamp=stamp) for id_, stamp in enumerate([*stamps, "2026-11-23T23:59:59+00:00"], start=1)]
    tables.insert(rows)
    rollup_once()
    as_it_was = {id_: packed_before(histogram) for id_, histogram in histograms(fresh).items()}
    with fresh.cursor() as cursor:
        for table in ("hours", "reasons", "failures"):
            cursor.execute(f"DROP TABLE rollup_{table}")
        for table in ("counts", "latencies"):
            cursor.execute(f"DELETE FROM rollup_{table} WHERE span = {WEEK}")
        for (node, span, start), data in as_it_was.items():
            cursor.execute(
                "UPDATE rollup_latencies SET buckets = %s WHERE node = %s AND span = %s AND start = %s",
                (data, node, span, start),
            )
    call_command("migrate", "nodes", database=EVENTS, verbosity=0)
    assert (tables.hours(), tables.counts()) == (oracle.hours(rows), oracle.counts(rows))
    assert {key: sum(found.values()) for key, found in tables.histograms().items()} == {
        key: len(values) for key, values in oracle.durations(rows).items()
    }
    later = [event(10, timestamp="2026-11-23T11:00:00+00:00", status="failed")]
    tables.insert(later)
    rollup_once()
    assert (tables.hours(), tables.failures()) == (oracle.hours(rows + later), oracle.failures(later))


@pytest.mark.django_db(transaction=True, databases=["default", "events", "events_readonly"])
def test_roll_ups_from_before_there_were_points_get_them_and_are_added_to(fresh: BaseDatabaseWrapper) -> None:
    call_command("migrate", "nodes", "0012", database=EVENTS, verbosity=0)
    rows = [event(id_, status="failed" if id_ % 5 == 0 else "success") for id_ in range(1, 60)]
    tables.insert(rows)
    rollup_once(50)
    expected = tables.point_percentiles()
    with fresh.cursor() as cursor:
        cursor.execute("DROP TABLE rollup_points")
        cursor.execute("DROP TABLE rollup_paid")
        cursor.execute("ALTER TABLE rollup_state DROP COLUMN points_turn")
    call_command("migrate", "nodes", database=EVENTS, verbosity=0)
    assert (tables.points(), tables.point_percentiles()) == (oracle.points(rows[:50]), expected)
    assert tables.paid() == oracle.paid(rows[:50])
    rollup_once()
    assert tables.points() == oracle.points(rows)


@pytest.mark.django_db(transaction=True, databases=["default", "events", "events_readonly"])
def test_points_are_made_anew_where_a_program_that_knows_none_has_counted_meanwhile(fresh: BaseDatabaseWrapper) -> None:
    call_command("migrate", "nodes", database=EVENTS, verbosity=0)
    rows = [event(id_) for id_ in range(1, 60)]
    tables.insert(rows)
    rollup_once(30)
    with fresh.cursor() as cursor:
        cursor.execute("DELETE FROM rollup_points")
        cursor.execute("DELETE FROM rollup_paid")
        cursor.execute("UPDATE rollup_state SET turn = turn + 1")
    assert not points.are_complete(fresh)
    rollup_once()
    assert points.are_complete(fresh)
    assert tables.points() == oracle.points(rows)
