"""What is missing and what adding it costs, told without writing and at a bounded cost."""

from pathlib import Path

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import CaptureQueriesContext

from nodes.adopt import LARGE, Step, adopt, adopted, announcement, is_large, missing_indexes, plan
from nodes.catalog import about_how_many
from nodes.reading import reading
from nodes.schema import INDEXES, TABLES
from tests.nodes import monitor_files
from tests.nodes.monitor_files import writing
from tests.opened import Opened

ON_SQLITE = pytest.mark.sqlite_files


def insert_events(connection: BaseDatabaseWrapper, count: int, first: int = 1) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE n(i) AS (SELECT %s UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
            "INSERT INTO events (id, timestamp, piece_id) SELECT i, 'x', 'text to make a row of usual size' FROM n",
            [first, first + count - 1],
        )


def test_everything_is_missing_in_an_empty_database(fresh: BaseDatabaseWrapper) -> None:
    steps = plan(fresh)
    assert [step.adds for step in steps[: len(TABLES)]] == [f"table {table.name}" for table in TABLES]
    assert missing_indexes(fresh) == set(INDEXES)
    assert not is_large(steps)


@ON_SQLITE
def test_it_is_told_through_a_connection_that_cannot_write(opened: Opened, tmp_path: Path) -> None:
    path = monitor_files.current(tmp_path / "events.db")
    opened(f"{path.as_uri()}?mode=ro")
    with reading() as connection:
        assert missing_indexes(connection) == {index for index in INDEXES if index.name.endswith("_latest")}
        assert not adopted(connection)


def test_an_index_comes_with_rows_bytes_and_seconds(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, lambda line: None)
    insert_events(fresh, 20_000)
    with fresh.cursor() as cursor:
        cursor.execute("DROP INDEX idx_events_node_name_timestamp")
    (step,) = plan(fresh)
    assert (step.table, step.rows, step.bytes) == ("events", 20_000, 20_000 * 50)
    assert 0 < step.seconds < 1


def test_the_rows_of_a_pruned_table_are_told_from_the_ids_that_are_left(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, lambda line: None)
    insert_events(fresh, 15_000, first=90_000_000)
    assert about_how_many(fresh, "events") == 15_000


def test_ids_far_apart_do_not_make_more_rows_than_there_is_room_for(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, lambda line: None)
    insert_events(fresh, 12_000)
    insert_events(fresh, 1, first=9_000_000_000_000_000_000)
    assert 12_000 <= about_how_many(fresh, "events") < 500_000


def test_a_small_table_is_counted(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, lambda line: None)
    insert_events(fresh, 3)
    insert_events(fresh, 1, first=5_000)
    assert about_how_many(fresh, "events") == 4


@ON_SQLITE
def test_rows_without_ids_are_counted_up_to_a_limit(opened: Opened, tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    with writing(path) as connection:
        connection.execute("CREATE TABLE events (timestamp TEXT PRIMARY KEY, node_name TEXT) WITHOUT ROWID")
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 11000) "
            "INSERT INTO events (timestamp) SELECT i FROM n"
        )
    assert about_how_many(opened(path), "events") == 11_000


def test_no_statement_of_the_plan_reads_a_whole_table(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, lambda line: None)
    insert_events(fresh, 20_000)
    with fresh.cursor() as cursor:
        cursor.execute("DROP INDEX idx_events_node_name_timestamp")
    with CaptureQueriesContext(fresh) as captured:
        plan(fresh)
    of_rows = [query["sql"] for query in captured.captured_queries if "FROM events" in query["sql"]]
    assert of_rows
    assert all("LIMIT 10000" in sql or "MAX(" in sql for sql in of_rows)


def test_the_announcement_says_what_it_costs_and_advises_to_pause_the_monitor() -> None:
    steps = [Step("index on events (size), for one", "events", "", 5_000_000, 210_000_000, 7.5)]
    first, record, costs, advice = announcement(steps)
    assert first == "To be added: index on events (size), for one (about 5,000,000 rows, 210 MB, 8 s)."
    assert "the table django_migrations" in record
    assert costs.startswith("This takes about 210 MB of disk, 630 MB more while it is built, and about 8 s;")
    assert "pause the monitor" in advice


@pytest.mark.parametrize(("rows", "large"), [(LARGE, False), (LARGE + 1, True)])
def test_a_build_over_a_million_rows_is_large(rows: int, large: bool) -> None:
    assert is_large([Step("table x", "x", ""), Step("index", "events", "", rows)]) is large
