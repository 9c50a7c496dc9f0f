"""`manage.py rollup`: what it says, and its sentences and exit code when the database cannot be written."""

import os
import pty
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.nodes import monitor_files
from tests.nodes.monitor_files import rows, writing
from tests.processes import ROOT, environment, manage

pytestmark = pytest.mark.sqlite_files


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adopted")
    path = monitor_files.current(folder / "events.db", events=2_000)
    assert manage(folder, "adopt", events=path).returncode == 0
    return path


@pytest.fixture
def adopted_file(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(template, tmp_path / "events.db"))


def fails_with(folder: Path, events: Path, **settings: str) -> str:
    done = manage(folder, "rollup", events=events, **settings)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert str(events) not in done.stderr
    return done.stderr


def test_one_batch_is_counted_and_the_rest_is_told(tmp_path: Path, adopted_file: Path) -> None:
    said = manage(tmp_path, "rollup", "--batch", "500", events=adopted_file).stdout
    assert said.startswith("Counted 500 events, ")
    assert said.endswith("; about 1,500 are left.\n")


def test_until_done_counts_everything_and_a_second_run_nothing(tmp_path: Path, adopted_file: Path) -> None:
    arguments = ("rollup", "--until-done", "--batch", "300")
    assert manage(tmp_path, *arguments, events=adopted_file).stdout.startswith("Counted 2,000 events, ")
    assert manage(tmp_path, *arguments, events=adopted_file).stdout.startswith("Counted 0 events, ")
    counted = "SELECT SUM(attempts) FROM rollup_counts WHERE span IN (0, 2)"
    assert rows(adopted_file, counted) == rows(adopted_file, "SELECT COUNT(node_name) FROM events")


def test_a_terminal_gets_a_progress_bar(tmp_path: Path, adopted_file: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, str(ROOT / "manage.py"), "rollup", "--until-done", "--batch", "500"]
    env = environment(tmp_path, adopted_file, TERM="xterm", COLUMNS="100")
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b""
        while chunk := _read(ours):
            said += chunk
    os.close(ours)
    assert process.returncode == 0
    assert b"events a second" in said
    assert b"100%" in said


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 10_000)
    except OSError:  # Linux says so when the other end is closed
        return b""


def test_a_batch_of_nothing_is_refused(tmp_path: Path, adopted_file: Path) -> None:
    done = manage(tmp_path, "rollup", "--batch", "0", events=adopted_file)
    assert (done.returncode, done.stderr) == (1, "--batch must be at least 1.\n")


def test_a_database_that_is_not_adopted(tmp_path: Path) -> None:
    path = monitor_files.current(tmp_path / "events.db")
    assert "run `make adopt`" in fails_with(tmp_path, path)


def test_a_database_that_another_program_has_locked(tmp_path: Path, adopted_file: Path) -> None:
    with closing(sqlite3.connect(adopted_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "locked by another program" in fails_with(tmp_path, adopted_file)


def test_a_database_that_may_not_be_written(tmp_path: Path, adopted_file: Path) -> None:
    with writing(adopted_file) as connection:
        connection.execute("CREATE TRIGGER t BEFORE INSERT ON rollup_counts BEGIN SELECT RAISE(FAIL, 'full'); END")
    assert "could not be written" in fails_with(tmp_path, adopted_file)
    assert rows(adopted_file, "SELECT COUNT(*) FROM rollup_state") == [(0,)]
