"""What is not a monitor's events database is refused with a sentence, and stays as it was to the last byte."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.adopt import adopt, adopted, plan
from nodes.errors import EventsUnavailable, NotTheMonitors
from nodes.recognition import refuse_foreign_file
from nodes.router import EVENTS
from tests.nodes import monitor_files
from tests.nodes.monitor_files import writing
from tests.opened import Opened
from tests.processes import manage

REFUSAL = "This is not an events database of storj_monitor: "
ADVICE = "; check EVENTS_DATABASE_URL."
FOREIGN = {
    "CREATE TABLE songs (id int)": "it has tables of another program and no table events",
    "CREATE TABLE events (id int, t text)": "its table events has no column timestamp, action, status",
    "CREATE TABLE events (timestamp text, action text)": "its table events has no column status",
    "CREATE TABLE alerts (id int); CREATE TABLE piece_expirations (id int)": "it has tables of another program "
    "and no table events",
}


def silent(line: str) -> None:
    pass


def execute(connection: BaseDatabaseWrapper, statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements.split(";"):
            cursor.execute(statement)


@pytest.mark.parametrize(("statements", "why"), FOREIGN.items())
def test_a_database_of_another_program_gets_nothing(fresh: BaseDatabaseWrapper, statements: str, why: str) -> None:
    execute(fresh, statements)
    before = fresh.introspection.table_names()
    with pytest.raises(NotTheMonitors) as raised:
        adopt(fresh, silent)
    assert str(raised.value) == f"{REFUSAL}{why}{ADVICE}"
    assert fresh.introspection.table_names() == before


def test_migrating_it_does_not_even_make_the_table_of_migrations(fresh: BaseDatabaseWrapper) -> None:
    execute(fresh, "CREATE TABLE songs (id int)")
    with pytest.raises(CommandError, match=REFUSAL):
        call_command("migrate", database=EVENTS, verbosity=0)
    assert fresh.introspection.table_names() == ["songs"]


@pytest.mark.parametrize(
    "statements",
    [
        "CREATE TABLE events (timestamp text, action text, status text)",
        "CREATE TABLE events (timestamp text, action text, status text); CREATE TABLE songs (id int)",
        "CREATE TABLE alerts (id int); CREATE TABLE insights (id int); CREATE TABLE analytics_baselines (id int); "
        "CREATE TABLE app_persistent_state (id int); CREATE TABLE rollup_counts_old (id int); "
        "CREATE TABLE django_migrations (id int)",
    ],
)
def test_a_monitors_database_of_any_age_is_taken(fresh: BaseDatabaseWrapper, statements: str) -> None:
    execute(fresh, statements)
    adopt(fresh, silent)
    assert adopted(fresh)


@pytest.mark.postgresql
def test_only_the_schema_in_the_search_path_counts(fresh: BaseDatabaseWrapper) -> None:
    execute(fresh, "CREATE SCHEMA elsewhere_of_songs; CREATE TABLE elsewhere_of_songs.songs (id int)")
    try:
        assert plan(fresh)
    finally:
        execute(fresh, "DROP SCHEMA elsewhere_of_songs CASCADE")


@pytest.mark.sqlite_files
def test_counters_and_statistics_of_sqlite_itself_are_nobodys_tables(tmp_path: Path, opened: Opened) -> None:
    path = tmp_path / "events.db"
    with writing(path) as connection:
        connection.execute("CREATE TABLE alerts (id INTEGER PRIMARY KEY AUTOINCREMENT)")
        connection.execute("INSERT INTO alerts DEFAULT VALUES")
        connection.execute("ANALYZE")
    assert plan(opened(path))


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """As a storage node's own files: not in WAL mode, which opening it for writing would change."""
    path = tmp_path / "piece_spaced_used.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (id INTEGER PRIMARY KEY)")
        connection.commit()
    return path


@pytest.mark.sqlite_files
@pytest.mark.parametrize(
    "command",
    [
        ["adopt"],
        ["adopt", "--dry-run"],
        ["migrate", "--database", "events"],
        ["demo", "--events-per-node", "10"],
        ["demo", "--force", "--events-per-node", "10"],
    ],
)
def test_no_command_changes_a_byte_of_it(songs: Path, tmp_path: Path, command: list[str]) -> None:
    before, files = songs.read_bytes(), set(tmp_path.iterdir())
    done = manage(tmp_path, *command, events=songs)
    assert done.returncode == 1
    assert "it has tables of another program and no table events; check EVENTS_DATABASE_URL." in done.stderr
    assert "Traceback" not in done.stderr
    assert songs.read_bytes() == before
    assert set(tmp_path.iterdir()) == files


@pytest.mark.sqlite_files
def test_a_folder_is_called_one(tmp_path: Path, opened: Opened) -> None:
    with pytest.raises(EventsUnavailable, match="is a folder: name the file in it"):
        refuse_foreign_file(opened(tmp_path))


@pytest.mark.sqlite_files
@pytest.mark.parametrize("made", [monitor_files.current, monitor_files.old])
def test_a_monitors_file_is_not_refused(tmp_path: Path, opened: Opened, made) -> None:
    refuse_foreign_file(opened(made(tmp_path / "events.db")))
