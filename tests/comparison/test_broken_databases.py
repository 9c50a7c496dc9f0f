"""A missing, empty, damaged or locked events database: a sentence and exit code 1, never a traceback."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.processes import manage

pytestmark = pytest.mark.sqlite_files


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adopted")
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


@pytest.fixture
def adopted(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(template, tmp_path / "events.db"))


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


def test_a_truncated_database(tmp_path: Path, adopted: Path) -> None:
    whole = adopted.read_bytes()
    adopted.write_bytes(whole[: len(whole) // 3])
    assert "damaged" in says(tmp_path, adopted)


def test_a_damaged_page_fails_one_node_with_exit_code_2_and_leaves_the_other_complete(
    tmp_path: Path, adopted: Path
) -> None:
    add_rows_that_fill_pages(adopted, "b")
    destroy_last_page_with(adopted, MARK)
    arguments = ("compare", "--as-of", "2026-11-20T12:00:00+00:00")
    as_json, table = (manage(tmp_path, *arguments, "--format", name, events=adopted) for name in ("json", "table"))
    assert as_json.stdout, as_json.stderr
    good, bad = json.loads(as_json.stdout)["nodes"]
    assert (as_json.returncode, table.returncode) == (2, 2)
    assert (good["name"], good["error"], good["metrics"]["total_operations"]) == ("a", None, 60)
    assert (bad["name"], bad["metrics"]) == ("b", {})
    assert "damaged" in bad["error"]
    assert f"b:\n  - {bad['error'][:40]}" in table.stdout
    assert "Traceback" not in as_json.stderr + table.stderr


MARK = b"ONLY-IN-ROWS-OF-B"


def add_rows_that_fill_pages(events: Path, name: str) -> None:
    with closing(sqlite3.connect(events)) as connection:
        connection.executemany(
            "INSERT INTO events (timestamp, action, status, size, node_name, piece_id) VALUES (?, 'GET', '', 1, ?, ?)",
            [(f"2026-11-20T09:{n // 60:02}:{n % 60:02}+00:00", name, MARK.decode() * 10) for n in range(600)],
        )
        connection.commit()


def destroy_last_page_with(events: Path, mark: bytes) -> None:
    """Overwrites a page of the table; those of its indexes, by which names are found, do not have the mark."""
    size = 4096
    whole = bytearray(events.read_bytes())
    start = whole.rindex(mark) // size * size
    whole[start : start + size] = b"\xff" * size
    events.write_bytes(whole)


def test_a_database_locked_by_another_program(tmp_path: Path, adopted: Path) -> None:
    with locked(adopted):
        assert "locked by another program" in says(tmp_path, adopted)


def test_a_whole_database_is_compared(tmp_path: Path, adopted: Path) -> None:
    done = manage(tmp_path, "compare", "--as-of", "2026-11-20T12:00:00+00:00", events=adopted)
    assert done.returncode == 0, done.stderr
