"""`manage.py adopt`: what it says, and its sentences and exit code when the database cannot be written."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nodes.adopt import adopt
from nodes.own_tables import OWN_TABLES
from tests.nodes import monitor_files
from tests.nodes.monitor_files import digests, objects, writing
from tests.opened import Opened
from tests.processes import manage

pytestmark = pytest.mark.sqlite_files


def fails_with(folder: Path, *arguments: str, events: Path) -> str:
    done = manage(folder, "adopt", *arguments, events=events)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert str(events) not in done.stderr
    return done.stderr


def test_it_changes_nothing_of_the_monitors_and_records_the_migrations(tmp_path: Path) -> None:
    path = monitor_files.current(tmp_path / "events.db")
    sums, before = digests(path), objects(path)
    done = manage(tmp_path, "adopt", events=path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Added: index on earnings_estimates (node_name, period, satellite, timestamp)" in done.stdout
    assert "Recorded in the table django_migrations, which is new." in done.stdout
    after, sums_after = objects(path), digests(path)
    assert {name: after[name] for name in before} == before
    ours = {table.name for table in OWN_TABLES}
    added = {name for name in set(after) - set(before) if not name.startswith("sqlite_autoindex_")}
    assert added == {"idx_reputation_latest", "idx_earnings_latest", "django_migrations"} | ours
    for table in ("django_migrations", "sqlite_sequence"):  # the latter counts the former's ids
        sums_after.pop(table)
        sums.pop(table, None)
    assert sums_after == sums
    assert manage(tmp_path, "migrate", "--check", "--database", "events", events=path).returncode == 0


def test_a_second_run_adds_nothing(tmp_path: Path) -> None:
    path = monitor_files.old(tmp_path / "events.db")
    assert "Added" in manage(tmp_path, "adopt", events=path).stdout
    before = objects(path)
    assert manage(tmp_path, "adopt", events=path).stdout == "The events database has everything that is needed.\n"
    assert objects(path) == before


def test_an_index_that_was_dropped_after_the_migration_is_added_again(tmp_path: Path) -> None:
    path = monitor_files.current(tmp_path / "events.db")
    manage(tmp_path, "adopt", events=path)
    with writing(path) as connection:
        connection.execute("DROP INDEX idx_earnings_latest")
    manage(tmp_path, "adopt", events=path)
    assert "idx_earnings_latest" in objects(path)


def test_a_dry_run_says_what_is_missing_and_writes_nothing(tmp_path: Path) -> None:
    path = monitor_files.old(tmp_path / "events.db", events=20_000)
    before = path.read_bytes()
    done = manage(tmp_path, "adopt", "--dry-run", events=path)
    assert done.returncode == 0
    assert "To be added: column events.node_name." in done.stdout
    assert "for the newest events of a node (about 20,000 rows, 1 MB, 1 s)" in done.stdout
    assert path.read_bytes() == before


def test_a_dry_run_names_the_table_of_the_record_too(tmp_path: Path, opened: Opened) -> None:
    path = monitor_files.current(tmp_path / "events.db")
    adopt(opened(path), lambda line: None)
    told = manage(tmp_path, "adopt", "--dry-run", events=path).stdout
    assert told.startswith("Nothing is missing but the table django_migrations")
    manage(tmp_path, "adopt", events=path)
    assert manage(tmp_path, "adopt", "--dry-run", events=path).stdout == "Nothing is missing.\n"


def test_a_large_build_is_announced_with_rows_disk_time_and_advice(tmp_path: Path) -> None:
    path = monitor_files.old(tmp_path / "events.db", events=1_000_001)
    told = manage(tmp_path, "migrate", "--database", "events", events=path).stdout
    announced, reported = told[: told.index("Added:")], told[told.index("Added:") :]
    assert "about 1,000,001 rows, 50 MB, 2 s" in announced
    assert "takes about 50 MB of disk" in announced
    assert "pause the monitor" in announced
    assert "Added: index on events (node_name, timestamp), for the newest events of a node, in " in reported


def test_a_small_migration_says_nothing_of_its_own(tmp_path: Path) -> None:
    path = monitor_files.old(tmp_path / "events.db")
    told = manage(tmp_path, "migrate", "--database", "events", events=path).stdout
    assert "Applying nodes.0001_events... OK" in told


def test_a_lock_of_another_program_ends_the_wait_with_a_sentence(tmp_path: Path) -> None:
    path = monitor_files.current(tmp_path / "events.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "locked by another program" in fails_with(tmp_path, "--wait", "0.2", events=path)


def test_a_folder_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    events = tmp_path / "nowhere" / "events.db"
    assert "names a folder that exists" in fails_with(tmp_path, "--create", events=events)
    assert not (tmp_path / "nowhere").exists()


def test_a_file_that_was_named_and_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert "does not exist: check the path in EVENTS_DATABASE_URL" in fails_with(tmp_path, events=tmp_path / "typo.db")
    assert not (tmp_path / "typo.db").exists()


def test_it_is_made_when_that_is_asked_for(tmp_path: Path) -> None:
    assert manage(tmp_path, "adopt", "--create", events=tmp_path / "new.db").returncode == 0
    assert "events" in objects(tmp_path / "new.db")


def test_the_sites_own_file_is_made(tmp_path: Path) -> None:
    done = manage(tmp_path, "adopt", EVENTS_DATABASE_URL="")
    assert (done.returncode, done.stderr) == (0, "")
    assert "events" in objects(tmp_path / "events.db")


def test_a_file_that_was_empty_is_said_to_have_been(tmp_path: Path) -> None:
    (tmp_path / "events.db").touch()
    done = manage(tmp_path, "adopt", events=tmp_path / "events.db")
    assert "was an empty file: check EVENTS_DATABASE_URL" in done.stdout
    assert "was an empty file" not in manage(tmp_path, "adopt", events=tmp_path / "events.db").stdout


def test_a_dry_run_does_not_make_a_missing_file(tmp_path: Path) -> None:
    assert "cannot be opened" in fails_with(tmp_path, "--dry-run", events=tmp_path / "missing.db")
    assert not (tmp_path / "missing.db").exists()


@pytest.mark.parametrize("arguments", [[], ["--dry-run"]])
def test_a_folder_is_told_to_be_one(tmp_path: Path, arguments: list[str]) -> None:
    assert "is a folder: name the file in it" in fails_with(tmp_path, *arguments, events=tmp_path)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "events.db"
    path.write_bytes(b"nothing that SQLite knows " * 500)
    assert "damaged or not a database" in fails_with(tmp_path, events=path)


def test_a_truncated_database(tmp_path: Path) -> None:
    path = monitor_files.current(tmp_path / "events.db", events=20_000)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    assert "damaged" in fails_with(tmp_path, events=path)
