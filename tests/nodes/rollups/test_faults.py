"""Roll-ups that are killed, run out of disk, or run at the same time: every event still counts once."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.adopt import adopt
from nodes.rollups.roll import rollup_once
from tests.nodes import monitor_files
from tests.nodes.rollups import oracle, tables
from tests.nodes.rollups.lifelike import PER_TURN, event, events_of_many_hours, some_events
from tests.opened import Opened
from tests.processes import ROOT, environment

# The 200 of an acceptance: KILLS=200 FAILURES=200 python -m pytest -s tests/nodes/rollups/test_faults.py
KILLS = int(os.environ.get("KILLS", "20"))
FAILURES = int(os.environ.get("FAILURES", "8"))
COLUMNS, VALUES = ", ".join(tables.COLUMNS), ", ".join(["%s"] * len(tables.COLUMNS))


def an_adopted_file(folder: Path, opened: Opened) -> Path:
    path = monitor_files.current(folder / "events.db")
    adopt(opened(path), lambda line: None)
    tables.empty()
    return path


def check(rows: list[oracle.Row]) -> None:
    assert tables.counts() == oracle.counts(rows)
    assert tables.points() == oracle.points(rows)
    assert tables.paid() == oracle.paid(rows)
    assert tables.hours() == oracle.hours(rows)
    assert tables.failures() == oracle.failures(rows)
    exact = oracle.durations(rows)
    assert {key: sum(found.values()) for key, found in tables.histograms().items()} == {
        key: len(values) for key, values in exact.items()
    }


def result_of(module: str, number: int, folder: Path, events: Path) -> Any:
    """What a process of ours printed as JSON."""
    command = [sys.executable, "-m", f"tests.nodes.rollups.{module}", str(number)]
    options: dict[str, Any] = {"cwd": ROOT, "env": environment(folder, events), "timeout": 300, "text": True}
    done = subprocess.run(command, capture_output=True, check=False, **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout or "null")


def check_file(count: int, folder: Path, path: Path, opened: Opened) -> None:
    """Once what is left is counted: the roll-ups, and comparisons that read them, of `some_events`."""
    opened(path)
    while rollup_once().behind:
        pass
    check(some_events(first=1, count=count))
    result_of("comparing", count, folder, path)


@pytest.mark.sqlite_files
def test_roll_ups_that_are_killed_at_any_moment_count_every_event_once(tmp_path: Path, opened: Opened) -> None:
    path = an_adopted_file(tmp_path, opened)
    found = result_of("killer", KILLS, tmp_path, path)
    sys.stdout.write(f"Killed: {found}\n")
    assert found["halfway"] > KILLS // 8
    check_file(PER_TURN * found["turns"], tmp_path, path, opened)


@pytest.mark.sqlite_files
def test_writes_that_the_system_refuses_at_any_offset_leave_whole_batches(tmp_path: Path, opened: Opened) -> None:
    path = an_adopted_file(tmp_path, opened)
    connections["events"].close()  # the last one to close a file of SQLite's takes the write-ahead log away
    found = result_of("unwritable", FAILURES, tmp_path, path)
    sys.stdout.write(f"Refused in {FAILURES} turns: {found}\n")
    assert found["said"].keys() == {"disk I/O error"}
    assert found["halfway"] > FAILURES // 4
    check_file(PER_TURN * FAILURES, tmp_path, path, opened)


@pytest.mark.sqlite_files
def test_a_full_disk_at_any_page_leaves_whole_batches(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, lambda line: None)
    rows = events_of_many_hours(3_000)
    tables.insert(rows)
    failures: list[str] = []
    for _ in range(1_000):
        _allow_pages(fresh, len(failures))
        try:
            if not rollup_once(50).behind:
                break
        except OperationalError as error:
            failures.append(str(error))
    assert set(failures) == {"database or disk is full"}
    assert len(failures) > 5
    check(rows)


@pytest.mark.sqlite_files
def test_a_batch_that_finds_no_room_to_be_sorted_in_says_so_and_is_counted_later(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, lambda line: None)
    tables.insert(event(id_, status="failed", error_reason="x" * 200_000) for id_ in range(1, 41))
    with files_of_at_most(1_000_000), pytest.raises(OperationalError, match="disk I/O error"):
        rollup_once()
    assert rollup_once().events == 40


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def _allow_pages(connection: BaseDatabaseWrapper, more: int) -> None:
    with connection.cursor() as cursor:
        if not more:
            cursor.execute("PRAGMA page_count")
            (connection.pages,) = cursor.fetchone()  # type: ignore[attr-defined]
        cursor.execute(f"PRAGMA max_page_count = {connection.pages + more}")  # type: ignore[attr-defined]
        cursor.fetchall()


@pytest.mark.sqlite_files
def test_processes_that_count_at_the_same_time_count_once(tmp_path: Path, opened: Opened) -> None:
    path = an_adopted_file(tmp_path, opened)
    rows = some_events(first=1, count=6_000)
    tables.insert(rows)
    command = [sys.executable, str(ROOT / "manage.py"), "rollup", "--until-done", "--batch", "100"]
    options: dict[str, Any] = {"cwd": ROOT, "env": environment(tmp_path, path), "stdout": subprocess.DEVNULL}
    several = [subprocess.Popen(command, **options) for _ in range(3)]
    assert [process.wait(60) for process in several] == [0, 0, 0]
    check(rows)


def test_threads_that_count_at_the_same_time_count_once(databases: None) -> None:
    # Of so many hours that the roll-ups grow by many pages.
    stamps = [f"2026-10-{1 + n % 28:02}T{n % 24:02}:00:00+00:00" for n in range(3_000)]
    rows = [row | {"timestamp": stamps[n]} for n, row in enumerate(some_events(first=1, count=3_000))]
    tables.insert(rows)
    with ThreadPoolExecutor(3) as threads:
        assert sum(threads.map(_count_all, range(3))) == len(rows)
    check(rows)


def _count_all(_: int) -> int:
    counted = 0
    try:
        while batch := rollup_once(100):
            counted += batch.events
            if not batch.behind:
                return counted
    finally:
        connections.close_all()
    return counted


@pytest.mark.postgresql
def test_an_event_that_is_committed_after_one_with_a_higher_id_is_not_missed(
    databases: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nodes.sql.settled.WAIT", 0.1)
    writer = connections["events"].copy()
    writer.set_autocommit(False)
    row = some_events(first=1, count=1)[0]
    with writer.cursor() as cursor:
        cursor.execute(f"INSERT INTO events ({COLUMNS}) VALUES ({VALUES})", [row[name] for name in tables.COLUMNS])
    later = some_events(first=2, count=1)
    tables.insert(later)
    with pytest.raises(OperationalError, match="lock timeout"):
        rollup_once()
    writer.commit()
    writer.close()
    rollup_once()
    check([row, *later])


@pytest.mark.postgresql
def test_who_is_about_to_commit_is_waited_for(databases: None) -> None:
    rows = some_events(first=1, count=2)
    tables.insert(rows[1:])
    writer = connections["events"].copy()
    writer.set_autocommit(False)
    with writer.cursor() as cursor:
        cursor.execute(f"INSERT INTO events ({COLUMNS}) VALUES ({VALUES})", [rows[0][name] for name in tables.COLUMNS])
    with ThreadPoolExecutor(1) as threads:
        counting = threads.submit(_count_all, 0)
        writer.commit()
        assert counting.result() == 2
    writer.close()
    check(rows)


@pytest.mark.postgresql
def test_a_vacuum_is_not_waited_for(databases: None) -> None:
    rows = some_events(first=1, count=2)
    tables.insert(rows)
    vacuum = connections["events"].copy()
    vacuum.set_autocommit(False)
    with vacuum.cursor() as cursor:
        # The lock that a vacuum holds, for as long as it takes.
        cursor.execute("LOCK TABLE events IN SHARE UPDATE EXCLUSIVE MODE")
    assert rollup_once().events == 2
    vacuum.rollback()
    vacuum.close()
    check(rows)


@pytest.mark.sqlite_files
def test_a_long_write_ahead_log_begins_anew_once_no_reader_is_in_the_way(tmp_path: Path, opened: Opened) -> None:
    path = an_adopted_file(tmp_path, opened)
    log = Path(f"{path}-wal")
    rows = [event(id_, error_reason="x" * 200_000) for id_ in range(1, 101)]
    with monitor_files.writing(path) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM events").fetchone()
        tables.insert(rows)
        rollup_once(50)
        assert log.stat().st_size > 16_000_000
    rollup_once(50)
    assert log.stat().st_size == 0
    check([row | {"error_reason": None} for row in rows])


@pytest.mark.sqlite_files
def test_what_else_is_written_through_the_same_connection_is_copied_into_the_database_as_usual(
    tmp_path: Path, opened: Opened
) -> None:
    an_adopted_file(tmp_path, opened)
    tables.insert([event(1)])

    def usual() -> int:
        with connections["events"].cursor() as cursor:
            return int(cursor.execute("PRAGMA wal_autocheckpoint").fetchone()[0])

    before = usual()
    assert rollup_once().events == 1
    assert usual() == before > 0
