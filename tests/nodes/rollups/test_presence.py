"""Whether an events database has roll-ups, told without failing where it has none."""

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.adopt import adopt
from nodes.reading import reading
from nodes.rollups.presence import rollups_exist
from nodes.rollups.schema import OWN_TABLES


@pytest.fixture
def adopted(fresh: BaseDatabaseWrapper) -> BaseDatabaseWrapper:
    adopt(fresh, lambda line: None)
    return fresh


def run(connection: BaseDatabaseWrapper, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_adopted_database_has_them(databases: None) -> None:
    with reading() as connection:
        assert rollups_exist(connection)


def test_an_empty_database_has_none_and_stays_empty(fresh: BaseDatabaseWrapper) -> None:
    assert not rollups_exist(fresh)
    assert fresh.introspection.table_names() == []


@pytest.mark.parametrize("table", OWN_TABLES, ids=lambda table: table.name)
def test_one_missing_table_is_enough_to_have_none(adopted: BaseDatabaseWrapper, table: object) -> None:
    run(adopted, f"DROP TABLE {table.name}")  # type: ignore[attr-defined]
    assert not rollups_exist(adopted)


def test_a_view_of_that_name_is_no_table(adopted: BaseDatabaseWrapper) -> None:
    run(adopted, "DROP TABLE rollup_batches")
    run(adopted, "CREATE VIEW rollup_batches AS SELECT 1 AS last_id")
    assert not rollups_exist(adopted)


def test_a_transaction_goes_on_after_the_look(databases: None) -> None:
    with reading() as connection:
        rollups_exist(connection)
        assert connections["events_readonly"].introspection.table_names()
