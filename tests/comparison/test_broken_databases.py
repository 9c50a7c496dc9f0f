"""A missing, empty, damaged or locked events database: a sentence and exit code 1, never a traceback."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.processes import manage

pytestmark = pytest.mark.sqlite_files


def adopted(folder: Path) -> Path:
    events = folder / "events.db"
    assert manage(folder, "migrate", "--database", "events", "-v0").returncode == 0
    with closing(sqlite3.connect(events)) as connection:
        connection.executemany(
            "INSERT INTO events (timestamp, action, status, size, node_name) VALUES (?, 'GET', 'success', 1, ?)",
            [(f"2026-11-20T10:{minute:02}:00+00:00", name) for minute in range(60) for name in ("a", "b")],
        )
        connection.commit()
        connection.execute("PRAGMA journal_mode=DELETE")
    return events


@contextmanager
def locked(events: Path) -> Iterator[None]:
    with closing(sqlite3.connect(events, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield


def says(folder: Path, events: Path) -> str:
    done = manage(folder, "compare", "--as-of", "2026-11-20T12:00:00+00:00", "--format", "json", events=events)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert str(folder) not in done.stderr
    return done.stderr.strip()


def test_a_missing_database(tmp_path: Path) -> None:
    assert "cannot be opened" in says(tmp_path, tmp_path / "nowhere" / "events.db")
    assert not (tmp_path / "nowhere").exists()


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "events.db").touch()
    assert "make adopt" in says(tmp_path, tmp_path / "events.db")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "events.db").write_bytes(b"not a database at all, just text " * 1000)
    assert "damaged or not a database" in says(tmp_path, tmp_path / "events.db")


def test_a_truncated_database(tmp_path: Path) -> None:
    events = adopted(tmp_path)
    whole = events.read_bytes()
    events.write_bytes(whole[: len(whole) // 3])
    assert "damaged" in says(tmp_path, events)


def test_a_database_locked_by_another_program(tmp_path: Path) -> None:
    events = adopted(tmp_path)
    with locked(events):
        assert "locked by another program" in says(tmp_path, events)


def test_a_whole_database_is_compared(tmp_path: Path) -> None:
    done = manage(tmp_path, "compare", "--as-of", "2026-11-20T12:00:00+00:00", events=adopted(tmp_path))
    assert done.returncode == 0, done.stderr
