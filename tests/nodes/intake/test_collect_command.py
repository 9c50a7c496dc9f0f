"""`manage.py collect` as real processes: followed, stopped, killed, and started again."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.nodes.intake import writing
from tests.nodes.intake.collecting import PATIENCE, Collected, prepare
from tests.processes import ROOT, manage
from tests.storj_site.running import wait_until

pytestmark = pytest.mark.sqlite_files
# The 100 of an acceptance: KILLS=100 python -m pytest -s tests/nodes/intake/test_collect_command.py
KILLS = int(os.environ.get("KILLS", "2"))
LONGEST_LIFE = 1.0  # seconds of a process that is killed, from when it has begun to follow
ROWS = "SELECT timestamp, action, status, size, piece_id, satellite_id, node_name FROM events ORDER BY size, timestamp"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("prepared"))


@pytest.fixture
def collected(prepared: Path, tmp_path: Path) -> Collected:
    return Collected(prepared, tmp_path / "site")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "node.log"
    path.write_bytes(writing.attempts(range(3)))
    return path


def test_once_reads_what_is_there_and_ends(collected: Collected, log: Path) -> None:
    collected.configure(attic=log)
    assert collected.once().returncode == 0
    writing.append(log, writing.attempt(3))
    assert collected.once().returncode == 0
    assert collected.count() == 4


def test_once_says_when_a_log_is_missing(collected: Collected, log: Path) -> None:
    collected.configure(attic=log, cellar=log.with_name("no.log"))
    done = collected.once()
    assert done.returncode == 1
    assert "The log of cellar: The log is not there" in done.stderr
    assert collected.count() == 3


def test_sigterm_ends_it_within_two_seconds_with_all_that_was_read_committed(collected: Collected, log: Path) -> None:
    collected.configure(attic=log)
    with collected.running() as process:
        wait_until(lambda: collected.count() == 3)
        writing.append(log, writing.attempt(3))
        time.sleep(0.7)  # longer than until it is read, and shorter than until it is written by itself
        began = time.monotonic()
        process.terminate()
        assert process.wait(PATIENCE) == 0
        assert time.monotonic() - began < 2
    assert collected.count() == 4
    assert "Traceback" not in collected.output


def test_sigterm_ends_it_although_the_database_is_locked_and_nothing_is_lost(collected: Collected, log: Path) -> None:
    collected.configure(attic=log)
    with collected.running() as process:
        wait_until(lambda: collected.count() == 3)
        other = sqlite3.connect(collected.folder / "events.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        writing.append(log, writing.attempt(3))
        wait_until(lambda: "is locked by another program" in collected.output)
        began = time.monotonic()
        process.terminate()
        process.wait(PATIENCE)
        assert time.monotonic() - began < 2.5
        other.execute("ROLLBACK")
        other.close()
    assert collected.once().returncode == 0
    assert collected.count() == 4


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    (folder := tmp_path / "small").mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_is_full_for_a_while_loses_nothing(collected: Collected, log: Path, small_disk: Path) -> None:
    events = collected.folder / "events.db"
    events.symlink_to(shutil.move(events, small_disk / "events.db"))
    collected.configure(attic=log)
    with collected.running():
        wait_until(lambda: collected.count() == 3)
        fill(small_disk / "ballast")
        writing.append(log, writing.attempts(range(3, 3_000)))
        wait_until(lambda: "The disk of the events database is full" in collected.output)
        writing.append(log, writing.attempts(range(3_000, 3_100)))
        writing.copytruncate(log)
        writing.append(log, writing.attempts(range(3_100, 3_200)))
        (small_disk / "ballast").unlink()
        wait_until(lambda: collected.count() == 3_200)
        wait_until(lambda: "The log of attic is followed again" in collected.output)
    assert collected.query("SELECT COUNT(DISTINCT size), COUNT(*) FROM events") == [(3_200, 3_200)]


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


def test_changes_in_the_admin_are_seen_while_it_runs(collected: Collected, log: Path, tmp_path: Path) -> None:
    collected.configure()
    with collected.running():
        wait_until((collected.folder / "collect.txt").exists)
        collected.configure(attic=log)
        wait_until(lambda: collected.count() == 3)
        states = "SELECT node, kind, trouble FROM intake_states"
        wait_until(lambda: collected.query(states) == [("attic", "log", None)])


def test_only_one_runs_at_a_time(collected: Collected, log: Path) -> None:
    collected.configure(attic=log)
    with collected.running():
        wait_until(lambda: collected.count() == 3)
        second = manage(collected.folder, "collect")
        assert second.returncode == 1
        assert second.stderr == "Another collector of this site runs already: only one may follow the logs.\n"


def test_it_refuses_a_database_that_is_not_adopted(tmp_path: Path) -> None:
    events = tmp_path / "events.db"
    connection = sqlite3.connect(events)
    connection.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp DATETIME, action TEXT, status TEXT)")
    connection.close()
    done = manage(tmp_path, "collect", events=events)
    assert done.returncode == 1
    assert "run `make adopt`" in done.stderr


def test_killed_at_any_moment_while_the_log_rotates_each_second_it_ends_with_the_rows_of_a_clean_run(
    collected: Collected, tmp_path: Path, prepared: Path
) -> None:
    log = tmp_path / "node.log"
    log.write_bytes(b"")
    collected.configure(attic=log)
    # Before anything is written: what has rotated before anybody looked is history.
    writing.append(log, writing.start(0))
    assert collected.once().returncode == 0
    dice = random.Random(5)
    kills = 0
    with writing_process(log, KILLS * (LONGEST_LIFE / 2 + 1.2)) as writer:
        while kills < KILLS:
            process = collected.start()
            followed = collected.output.count("Following the log")
            wait_until(lambda: collected.output.count("Following the log") > followed)  # noqa: B023 - waited for at once
            time.sleep(dice.uniform(0, LONGEST_LIFE))
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE)
            kills += 1
        written = int(writer.communicate(timeout=PATIENCE + KILLS * 3)[0])
    assert collected.once().returncode == 0, collected.output
    rows = collected.query(ROWS)
    clean = clean_run(prepared, tmp_path, written)
    told = collected.query("SELECT COUNT(duration_ms), SUM(duration_ms % 1000 <> 0) FROM events")
    coarse = collected.query("SELECT COALESCE(SUM(coarse), 0) FROM intake_timings")
    sys.stdout.write(f"{kills} kills, {written} attempts, {len(rows)} rows, with durations {told}, coarse {coarse}\n")
    assert [row[3] for row in rows] == [row[3] for row in clean]
    assert rows == clean
    assert told[0][0] == written
    # What is not in whole seconds was told by when lines arrived, and what is marked as coarse was not.
    assert told[0][1] + coarse[0][0] <= written


def test_held_up_while_the_log_is_copied_and_truncated_again_and_again_it_misses_no_line(
    collected: Collected, tmp_path: Path
) -> None:
    log = tmp_path / "node.log"
    log.write_bytes(writing.start(0))
    collected.configure(attic=log)
    with collected.running() as process:
        wait_until(lambda: collected.query("SELECT COUNT(*) FROM intake_sources") == [(1,)])
        with writing_process(log, 1.5 * KILLS + 1.5, "copytruncate") as writer:
            while writer.poll() is None:
                for number, seconds in ((signal.SIGSTOP, 0.5), (signal.SIGCONT, 0.7)):
                    process.send_signal(number)
                    time.sleep(seconds)
            written = int(writer.communicate()[0])
        wait_until(lambda: collected.count() >= written)
    assert collected.query("SELECT size - 1000 FROM events ORDER BY size") == [(number,) for number in range(written)]


def writing_process(log: Path, seconds: float, *way: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.nodes.intake.writer", str(log), str(seconds), *way]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def clean_run(prepared: Path, tmp_path: Path, written: int) -> list[tuple[object, ...]]:
    whole = tmp_path / "whole.log"
    whole.write_bytes(writing.attempts(range(written)))
    clean = Collected(prepared, tmp_path / "clean")
    clean.configure(attic=whole)
    assert clean.once().returncode == 0
    return clean.query(ROWS)
