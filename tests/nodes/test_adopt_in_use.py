"""Adopting while other programs use the file, and when it is broken off: real processes on real files."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from nodes.adopt import adopt, adopted
from tests.nodes import monitor_files
from tests.nodes.monitor_files import index_columns, rows
from tests.opened import Opened
from tests.processes import ROOT, environment, manage

pytestmark = pytest.mark.sqlite_files

# Inserts batches of 500 rows as the monitor does; tells how long each took, until its input ends.
WRITER = """
import select, sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], timeout=30)
row = ("2026-11-20T11:00:00+00:00", "GET", "success", 1, "p", "s", "1.2.3.4", "DE", 1.0, 2.0, None, "late", 7)
while not select.select([sys.stdin], [], [], 0.02)[0]:
    began = time.monotonic()
    with connection:
        connection.executemany(sys.argv[2], [row] * 500)
    print(time.monotonic() - began, flush=True)
"""

# Dies by SIGKILL in the middle of the index: nothing else after the last column has so many steps.
KILLED = """
import os, signal, django
django.setup()
from django.db import connections
from nodes.adopt import adopt
events = connections["events"]
def report(line):
    if "Added: column events.duration_ms" in line:
        events.connection.set_progress_handler(
            lambda: events.connection.in_transaction and os.kill(os.getpid(), signal.SIGKILL), 300_000
        )
adopt(events, report)
"""


def start(script: str, *arguments: str, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(command, text=True, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)  # type: ignore[call-overload, no-any-return]


def test_the_monitors_inserts_wait_while_an_index_is_built_and_succeed(tmp_path: Path, opened: Opened) -> None:
    path = monitor_files.old(tmp_path / "events.db", events=50_000)
    connection = opened(path)
    adopt(connection, lambda line: None)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX idx_events_node_name_timestamp")
    pauses = iter([0.5])

    def pause_once() -> int:
        if connection.connection.in_transaction:
            time.sleep(next(pauses, 0))
        return 0

    with start(WRITER, str(path), monitor_files.INSERT) as writer:
        assert writer.stdout
        writer.stdout.readline()
        connection.connection.set_progress_handler(pause_once, 100_000)
        adopt(connection, lambda line: None)
        last, _ = writer.communicate("", timeout=60)
    waits = [float(seconds) for seconds in last.split()]
    assert writer.returncode == 0
    assert max(waits) > 0.3
    assert rows(path, "SELECT COUNT(*) FROM events WHERE node_name = 'late'") == [(500 * (1 + len(waits)),)]
    assert adopted(connection)


def test_a_run_that_was_killed_is_finished_by_the_next(tmp_path: Path) -> None:
    path = monitor_files.old(tmp_path / "events.db", events=100_000)
    with start(KILLED, env=environment(tmp_path, path)) as killed:
        killed.communicate(timeout=60)
    assert killed.returncode == -9
    assert index_columns(path, "events") == {}
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert manage(tmp_path, "adopt", events=path).returncode == 0
    assert set(index_columns(path, "events")) == {"idx_events_node_name_timestamp"}
    assert rows(path, "SELECT COUNT(*) FROM events") == [(100_000,)]


def test_several_at_once_all_succeed_and_add_everything_once(tmp_path: Path) -> None:
    path = monitor_files.old(tmp_path / "events.db", events=100_000)
    command = "from django.core.management import call_command; import django; django.setup(); call_command('adopt')"
    several = [start(command, env=environment(tmp_path, path), stderr=subprocess.PIPE) for _ in range(3)]
    told = [process.communicate(timeout=60) for process in several]
    assert [process.returncode for process in several] == [0, 0, 0], told
    added = [line for out, _ in told for line in out.splitlines() if line.startswith("Added")]
    assert len({line.split(", in")[0] for line in added}) == len(added)
    assert set(index_columns(path, "events")) == {"idx_events_node_name_timestamp"}
