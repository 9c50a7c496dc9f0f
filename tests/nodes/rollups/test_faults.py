"""Roll-ups that are killed, run out of disk, or run at the same time: every event still counts once."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.adopt import adopt
from nodes.rollups.roll import rollup_once
from tests.nodes import monitor_files
from tests.nodes.rollups import oracle, tables
from tests.nodes.rollups.test_roll import event
from tests.opened import Opened
from tests.processes import ROOT, environment

# More of them by hand: KILLS=200 pytest tests/nodes/rollups/test_faults.py
KILLS = int(os.environ.get("KILLS", "40"))

# Forks processes that insert and count, and kills each by SIGKILL after a few milliseconds.
KILLER = """
import os, random, signal, sys, time
import django
django.setup()
from django.db import connections
from nodes.rollups.roll import rollup_once
from tests.nodes.rollups import tables
from tests.nodes.rollups.test_faults import some_events
kills, killed, dice = int(sys.argv[1]), 0, random.Random(7)
for turn in range(kills):
    tables.insert(some_events(first=1 + 200 * turn, count=200))
    connections.close_all()
    child = os.fork()
    if not child:
        while rollup_once(dice.choice([3, 20, 100])).behind:
            pass
        os._exit(0)
    time.sleep(dice.uniform(0.0, 0.04))
    os.kill(child, signal.SIGKILL)
    killed += os.waitpid(child, 0)[1] == signal.SIGKILL
print(killed)
"""


REASONS = [reason for reason in oracle.REASONS if not isinstance(reason, bytes)]


def some_events(first: int, count: int) -> list[oracle.Row]:
    """Lifelike enough: two nodes, late events, four hours and several kinds."""
    return [
        event(
            id_,
            timestamp=f"2026-11-2{id_ % 3}T{(id_ * 7) % 4:02}:00:00+00:00",
            action="GET" if id_ % 3 else "PUT",
            status="success" if id_ % 5 else "failed",
            node_name="attic" if id_ % 2 else "pi 🚀",
            size=id_,
            duration_ms=id_ % 1000,
            error_reason=REASONS[id_ % len(REASONS)],
        )
        for id_ in range(first, first + count)
    ]


def an_adopted_file(folder: Path, opened: Opened) -> Path:
    path = monitor_files.current(folder / "events.db")
    adopt(opened(path), lambda line: None)
    tables.empty()
    return path


def check(rows: list[oracle.Row]) -> None:
    assert tables.counts() == oracle.counts(rows)
    assert tables.hours() == oracle.hours(rows)
    assert tables.failures() == oracle.failures(rows)
    exact = oracle.durations(rows)
    assert {key: sum(found.values()) for key, found in tables.histograms().items()} == {
        key: len(values) for key, values in exact.items()
    }


@pytest.mark.sqlite_files
def test_roll_ups_that_are_killed_at_any_moment_count_every_event_once(tmp_path: Path, opened: Opened) -> None:
    path = an_adopted_file(tmp_path, opened)
    command = [sys.executable, "-c", KILLER, str(KILLS)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(tmp_path, path), timeout=300, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > KILLS // 2
    opened(path)
    while rollup_once().behind:
        pass
    check(some_events(first=1, count=200 * KILLS))


@pytest.mark.sqlite_files
def test_a_full_disk_at_any_page_leaves_whole_batches(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, lambda line: None)
    # Of so many hours that the roll-ups grow by many pages.
    stamps = [f"2026-10-{1 + n % 28:02}T{n % 24:02}:00:00+00:00" for n in range(3_000)]
    rows = [row | {"timestamp": stamps[n]} for n, row in enumerate(some_events(first=1, count=3_000))]
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
    rows = some_events(first=1, count=3_000)
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
def test_an_event_that_is_committed_after_one_with_a_higher_id_is_not_missed(databases: None) -> None:
    writer = connections["events"].copy()
    writer.set_autocommit(False)
    row = some_events(first=1, count=1)[0]
    columns, values = ", ".join(tables.COLUMNS), ", ".join(["%s"] * len(tables.COLUMNS))
    with writer.cursor() as cursor:
        cursor.execute(f"INSERT INTO events ({columns}) VALUES ({values})", [row[name] for name in tables.COLUMNS])
    later = some_events(first=2, count=1)
    tables.insert(later)
    with pytest.raises(OperationalError, match="lock timeout"):
        rollup_once()
    writer.commit()
    writer.close()
    rollup_once()
    check([row, *later])
