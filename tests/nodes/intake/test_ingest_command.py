"""`manage.py ingest_log`: what it says, its exit codes, and that it leaves alone what is not its own."""

import gzip
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nodes.models import Node
from tests.nodes import monitor_files
from tests.nodes.intake import logs
from tests.nodes.monitor_files import rows, writing
from tests.processes import ROOT, environment, heed_ctrl_c, manage

pytestmark = pytest.mark.sqlite_files

LOG = logs.lifelike(100)
LINES = LOG.count(b"\n")
COUNT = "SELECT COUNT(*) FROM events WHERE node_name = 'attic'"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a site's database and adopted events, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    monitor_files.current(folder / "events.db", events=0)
    assert manage(folder, "migrate", "--verbosity", "0").returncode == 0
    assert manage(folder, "adopt").returncode == 0
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    for name in ("site.db", "events.db"):
        with closing(sqlite3.connect(template / name)) as source, closing(sqlite3.connect(tmp_path / name)) as copy:
            source.backup(copy)
    (tmp_path / "node.log").write_bytes(LOG)
    return tmp_path


def said(folder: Path, *arguments: str) -> str:
    done = manage(folder, "ingest_log", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def fails_with(folder: Path, *arguments: str) -> str:
    done = manage(folder, "ingest_log", *arguments)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_log_is_read_and_the_second_time_it_is_known(folder: Path) -> None:
    first = said(folder, "pi 🚀", str(folder / "node.log"))
    assert first.startswith(f"Read {LINES} lines from 1 log of “pi 🚀”, ")
    assert "left aside: not about a transfer\n" in first
    second = said(folder, "pi 🚀", str(folder / "node.log"))
    assert second.startswith("Read 0 lines from 1 log of “pi 🚀”, ")
    assert second.endswith(" kB of them had been read before.\n")


def test_a_node_of_a_new_name_is_made(folder: Path) -> None:
    for _ in range(2):
        said(folder, "attic", str(folder / "node.log"))
    assert rows(folder / "site.db", "SELECT name FROM nodes_node") == [("attic",)]


def test_a_name_that_cannot_be_one_is_refused(folder: Path) -> None:
    assert fails_with(folder, "x" * (Node.MAX_NAME + 1), str(folder / "node.log")).startswith("NODE must be a name ")


def test_standard_input_is_read(folder: Path) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "ingest_log", "attic", "-"]
    for packed in (LOG, gzip.compress(LOG)):
        done = subprocess.run(command, cwd=ROOT, env=environment(folder), input=packed, capture_output=True, check=True)
        assert done.stderr == b""
    assert b"Read 0 lines from 1 log" in done.stdout
    assert rows(folder / "events.db", "SELECT lines FROM intake_sources") == [(LINES,)]


def test_one_log_that_cannot_be_read_is_told_and_the_others_are_read(folder: Path) -> None:
    missing = folder / "missing.log"
    done = manage(folder, "ingest_log", "attic", str(missing), str(folder / "node.log"))
    assert done.returncode == 1
    assert done.stderr == f"“{missing}” could not be read: no such file or directory.\n"
    assert done.stdout.startswith(f"Read {LINES} lines from 1 log")


def test_a_node_that_another_program_writes_is_refused_unless_forced(folder: Path) -> None:
    at = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()
    with writing(folder / "events.db") as connection:
        connection.execute("INSERT INTO events (node_name, timestamp) VALUES ('attic', ?)", [at])
    assert "stop it for this node" in fails_with(folder, "attic", str(folder / "node.log"))
    assert rows(folder / "events.db", COUNT) == [(1,)]
    assert rows(folder / "site.db", "SELECT COUNT(*) FROM nodes_node") == [(0,)]
    said(folder, "attic", str(folder / "node.log"), "--force")
    assert rows(folder / "events.db", COUNT) > [(1,)]


def test_a_database_that_is_not_adopted_is_left_as_it_is(folder: Path) -> None:
    path = monitor_files.old(folder / "old.db")
    before = path.read_bytes()
    done = manage(folder, "ingest_log", "attic", str(folder / "node.log"), events=path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "run `make adopt`" in done.stderr
    assert path.read_bytes() == before


def test_a_database_that_is_not_there_is_not_made(folder: Path) -> None:
    done = manage(folder, "ingest_log", "attic", str(folder / "node.log"), events=folder / "typo.db")
    assert done.returncode == 1
    assert "cannot be opened" in done.stderr
    assert not (folder / "typo.db").exists()


def test_the_monitors_tables_stay_as_they_were_but_for_the_new_rows(folder: Path) -> None:
    before = monitor_files.objects(folder / "events.db")
    said(folder, "attic", str(folder / "node.log"))
    assert monitor_files.objects(folder / "events.db") == before


def test_a_terminal_gets_a_progress_bar(folder: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, str(ROOT / "manage.py"), "ingest_log", "attic", str(folder / "node.log")]
    env = environment(folder, TERM="xterm", COLUMNS="120")
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        output = b""
        while chunk := _read(ours):
            output += chunk
    os.close(ours)
    assert process.returncode == 0
    assert b"lines a second" in output


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 10_000)
    except OSError:  # Linux says so when the other end is closed
        return b""


def test_broken_off_it_keeps_what_was_read_and_says_so(folder: Path) -> None:
    command = [sys.executable, str(ROOT / "manage.py"), "ingest_log", "attic", "-"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(  # type: ignore[call-overload]
        command,
        cwd=ROOT,
        env=environment(folder),
        preexec_fn=heed_ctrl_c,  # noqa: PLW1509 - no thread runs here
        **pipes,
    ) as process:
        process.stdin.write(LOG + logs.OTHER * 25_000)
        process.stdin.flush()
        until = time.monotonic() + 30
        while rows(folder / "events.db", COUNT) == [(0,)] and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=30)
    assert process.returncode == 1
    assert error.decode() == "Broken off. What was read is kept; run the same command again to go on from there.\n"
    ((events,),) = rows(folder / "events.db", COUNT)
    assert f": {events} events, " in out.decode()
    assert int(events) > 50  # type: ignore[call-overload]
