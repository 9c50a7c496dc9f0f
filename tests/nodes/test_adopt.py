"""What adopting adds to databases of different age, and that everything else stays as it was."""

from pathlib import Path

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.adopt import adopt, adopted, plan
from nodes.errors import FORBIDDEN, FULL, EventsUnavailable, explained
from nodes.own_tables import OWN_TABLES
from nodes.schema import INDEXES, TABLES
from tests.nodes import monitor_files
from tests.nodes.monitor_files import digests, index_columns, objects, rows, writing
from tests.opened import Opened

OLD_COLUMNS = "id, timestamp, action, status, size, piece_id, satellite_id, remote_ip, country, error_reason"


def silent(line: str) -> None:
    pass


def added_to(path: Path, opened: Opened) -> set[str]:
    """The names of what one adoption adds to sqlite_master; everything else must be the same."""
    before = objects(path)
    adopt(opened(path), silent)
    after = objects(path)
    assert {name: after[name] for name in before} == before
    return set(after) - set(before)


@pytest.mark.sqlite_files
def test_a_current_monitors_database_gets_two_indexes_and_our_tables_and_stays_the_same_otherwise(
    tmp_path: Path, opened: Opened
) -> None:
    path = monitor_files.current(tmp_path / "events.db")
    before = digests(path)
    ours = {table.name for table in OWN_TABLES}
    added = {name for name in added_to(path, opened) if not name.startswith("sqlite_autoindex_")}
    assert added == {"idx_reputation_latest", "idx_earnings_latest"} | ours
    assert digests(path) == before


@pytest.mark.sqlite_files
def test_an_old_monitors_database_gets_its_columns_tables_and_indexes(tmp_path: Path, opened: Opened) -> None:
    path = monitor_files.old(tmp_path / "events.db")
    before = rows(path, f"SELECT {OLD_COLUMNS} FROM events")
    adopt(opened(path), silent)
    assert rows(path, f"SELECT {OLD_COLUMNS} FROM events") == before
    assert rows(path, "SELECT DISTINCT node_name, duration_ms FROM events") == [("default", None)]
    assert {table.name for table in TABLES} <= set(objects(path))
    assert index_columns(path, "events") == {
        "idx_events_node_name_timestamp": ["node_name", "timestamp"],
    }


@pytest.mark.sqlite_files
def test_an_added_column_leaves_the_table_where_it_is(tmp_path: Path, opened: Opened) -> None:
    path = monitor_files.old(tmp_path / "events.db")
    *_, declared, root = objects(path)["events"]
    adopt(opened(path), silent)
    *_, declared_now, root_now = objects(path)["events"]
    assert root_now == root
    assert str(declared_now).startswith(str(declared).rstrip().removesuffix(")").rstrip())


@pytest.mark.sqlite_files
def test_the_monitor_of_an_old_database_can_go_on_writing(tmp_path: Path, opened: Opened) -> None:
    path = monitor_files.old(tmp_path / "events.db")
    adopt(opened(path), silent)
    with writing(path) as connection:
        connection.execute("INSERT INTO events (timestamp, action, status, size) VALUES ('x', 'GET', 'success', 1)")
    assert rows(path, "SELECT node_name, duration_ms FROM events ORDER BY id DESC LIMIT 1") == [("default", None)]


@pytest.mark.sqlite_files
def test_an_empty_file_gets_everything(tmp_path: Path, opened: Opened) -> None:
    (tmp_path / "events.db").touch()
    added = added_to(tmp_path / "events.db", opened)
    assert {table.name for table in TABLES} | {index.name for index in INDEXES} <= added


@pytest.mark.sqlite_files
@pytest.mark.parametrize("made", [monitor_files.current, monitor_files.old])
def test_a_second_adoption_finds_nothing_to_do(tmp_path: Path, opened: Opened, made) -> None:
    path = made(tmp_path / "events.db")
    adopt(opened(path), silent)
    told: list[str] = []
    before = objects(path)
    adopt(opened(path), told.append)
    assert (objects(path), told) == (before, [])


def test_a_fresh_database_gets_every_table_with_its_columns(fresh: BaseDatabaseWrapper) -> None:
    assert not adopted(fresh)
    adopt(fresh, silent)
    assert adopted(fresh)
    with fresh.cursor() as cursor:
        for table in (*TABLES, *OWN_TABLES):
            described = fresh.introspection.get_table_description(cursor, table.name)
            assert [info.name for info in described] == [column.name for column in table.columns]


def test_a_fresh_database_takes_rows_without_ids(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, silent)
    with fresh.cursor() as cursor:
        for _ in range(2):
            cursor.execute("INSERT INTO events (timestamp, node_name, size) VALUES ('x', 'a', 5000000000)")
        cursor.execute("SELECT id, size FROM events ORDER BY id")
        assert cursor.fetchall() == [(1, 5_000_000_000), (2, 5_000_000_000)]


@pytest.mark.postgresql
def test_texts_are_compared_byte_by_byte_on_postgresql(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, silent)
    with fresh.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT collation_name FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND data_type = 'text'"
        )
        assert cursor.fetchall() == [("C",)]


def test_missing_columns_are_added_to_any_table(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, silent)
    with fresh.cursor() as cursor:
        cursor.execute("ALTER TABLE storage_snapshots DROP COLUMN trash_bytes")
        cursor.execute("ALTER TABLE hourly_stats DROP COLUMN dl_fail")
        cursor.execute("INSERT INTO hourly_stats (hour_timestamp, node_name) VALUES ('h', 'a')")
    assert [step.adds for step in plan(fresh)] == [
        "column hourly_stats.dl_fail",
        "column storage_snapshots.trash_bytes",
    ]
    adopt(fresh, silent)
    assert adopted(fresh)
    with fresh.cursor() as cursor:
        cursor.execute("SELECT dl_fail FROM hourly_stats")
        assert cursor.fetchall() == [(0,)]


@pytest.mark.parametrize(
    "existing",
    [
        "CREATE INDEX by_node ON events (node_name, timestamp)",
        "CREATE INDEX by_node ON events (node_name, timestamp, size)",
        "CREATE INDEX by_node ON events (node_name DESC, timestamp DESC)",
        "CREATE UNIQUE INDEX by_node ON events (node_name, timestamp, id)",
        "CREATE INDEX by_node ON events (node_name, timestamp, status DESC)",
        "CREATE INDEX by_node ON events (node_name, timestamp, (lower(status)))",
    ],
)
def test_an_index_that_serves_the_same_queries_counts_whatever_its_name(
    fresh: BaseDatabaseWrapper, existing: str
) -> None:
    replace_index(fresh, existing)
    assert adopted(fresh)


@pytest.mark.parametrize(
    "existing",
    [
        "CREATE INDEX by_node ON events (node_name)",
        "CREATE INDEX by_node ON events (timestamp, node_name)",
        "CREATE INDEX by_node ON events (node_name, timestamp DESC)",
        "CREATE INDEX by_node ON events (node_name, timestamp) WHERE duration_ms IS NOT NULL",
        "CREATE INDEX by_node ON events ((lower(node_name)), timestamp)",
        'CREATE INDEX by_node ON events (node_name COLLATE {other}, "timestamp")',
    ],
)
def test_an_index_that_serves_other_queries_does_not_count(fresh: BaseDatabaseWrapper, existing: str) -> None:
    replace_index(fresh, existing.format(other="NOCASE" if fresh.vendor == "sqlite" else '"POSIX"'))
    assert [step.adds for step in plan(fresh)] == [
        "index on events (node_name, timestamp), for the newest events of a node"
    ]


def replace_index(connection: BaseDatabaseWrapper, statement: str) -> None:
    adopt(connection, silent)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX idx_events_node_name_timestamp")
        cursor.execute(statement)


@pytest.mark.parametrize(
    "taker",
    [
        "CREATE INDEX idx_events_node_name_timestamp ON events (status)",
        "CREATE TABLE idx_events_node_name_timestamp (a int)",
    ],
)
def test_a_name_that_something_else_has_is_not_in_the_way(fresh: BaseDatabaseWrapper, taker: str) -> None:
    replace_index(fresh, taker)
    adopt(fresh, silent)
    assert adopted(fresh)
    with fresh.cursor() as cursor:
        found = fresh.introspection.get_constraints(cursor, "events")
    assert found["idx_events_node_name_timestamp_2"]["columns"] == ["node_name", "timestamp"]


@pytest.mark.parametrize("kind", ["VIEW", "MATERIALIZED VIEW"])
def test_a_view_in_place_of_a_table_is_left_alone(fresh: BaseDatabaseWrapper, kind: str) -> None:
    kind = "VIEW" if fresh.vendor == "sqlite" else kind
    with fresh.cursor() as cursor:
        cursor.execute(
            f"CREATE {kind} events AS SELECT 1 AS id, 'x' AS timestamp, 'GET' AS action, 'success' AS status"
        )
    adopt(fresh, silent)
    assert adopted(fresh)


@pytest.mark.sqlite_files
@pytest.mark.parametrize(
    "table",
    [
        "CREATE VIRTUAL TABLE events USING fts5(timestamp, action, status, node_name)",
        "CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp TEXT, action, status, node_name TEXT) WITHOUT ROWID",
        'CREATE TABLE "EVENTS" (ID INTEGER PRIMARY KEY, "Timestamp" DATETIME, ACTION, Status, NODE_NAME TEXT)',
        "CREATE TABLE events (timestamp, action, status, node_name COLLATE NOCASE)",
        "CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp, action, status, n AS (id + 1) STORED)",
        "CREATE TABLE hourly_stats (hour_timestamp TEXT, dl_success INTEGER)",
        "CREATE TABLE reputation_history (id TEXT PRIMARY KEY) WITHOUT ROWID",
    ],
)
def test_unusual_tables_are_adopted_as_far_as_they_can(tmp_path: Path, opened: Opened, table: str) -> None:
    path = tmp_path / "events.db"
    with writing(path) as connection:
        connection.execute(table)
    adopt(opened(path), silent)
    assert adopted(opened(path))


@pytest.mark.sqlite_files
def test_a_full_disk_leaves_nothing_half_done_and_a_second_run_finishes(tmp_path: Path, opened: Opened) -> None:
    path = monitor_files.old(tmp_path / "events.db", events=20_000)
    small = opened(path)
    with small.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + 20}")
    with pytest.raises(EventsUnavailable) as raised, explained(writing=True):
        adopt(small, silent)
    assert str(raised.value) == FULL
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert index_columns(path, "events") == {}
    adopt(opened(path), silent)
    assert adopted(opened(path))


@pytest.mark.sqlite_files
def test_a_file_that_must_not_be_written_is_left_alone_with_a_sentence(tmp_path: Path, opened: Opened) -> None:
    path = monitor_files.current(tmp_path / "events.db")
    before = objects(path)
    with pytest.raises(EventsUnavailable) as raised, explained(writing=True):
        adopt(opened(f"{path.as_uri()}?mode=ro"), silent)
    assert (str(raised.value), objects(path)) == (FORBIDDEN, before)


def test_the_events_of_the_test_run_are_adopted_by_their_migration(databases: None) -> None:
    assert adopted(connections["events"])
