"""Reading logs that is killed, or done twice at the same time: the rows are those of one clean run."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nodes.adopt import adopt
from nodes.intake.files import found
from nodes.intake.ingest import Ingest
from tests.nodes import monitor_files
from tests.nodes.intake import logs, rows
from tests.opened import Opened
from tests.processes import ROOT, environment

# The 100 of an acceptance: KILLS=100 python -m pytest -s tests/nodes/intake/test_faults.py
KILLS = int(os.environ.get("KILLS", "5"))


def a_set(folder: Path) -> Path:
    """Three files of one log, as logrotate leaves them."""
    folder.mkdir()
    lines = logs.lifelike(1_500).splitlines(keepends=True)
    third = len(lines) // 3
    (folder / "node.log.2.gz").write_bytes(gzip.compress(b"".join(lines[:third])))
    (folder / "node.log.1").write_bytes(b"".join(lines[third : 2 * third]))
    (folder / "node.log").write_bytes(b"".join(lines[2 * third :]))
    return folder


def an_adopted_file(folder: Path, opened: Opened) -> Path:
    path = monitor_files.current(folder / "events.db", events=0)
    adopt(opened(path), lambda line: None)
    return path


def rows_by_node() -> dict[str, dict[str, list[tuple[Any, ...]]]]:
    """Without what depends on the node's name, and the state, which knows what was told when."""
    everything = rows.everything()
    nodes = {str(row[0]) for row in everything["intake_sources"]}
    return {
        node: {
            table: [tuple("" if value == node else value for value in row[: -1 if table == "intake_sources" else None])
                    for row in found_rows if node in row]
            for table, found_rows in everything.items()
        }
        for node in nodes
    }  # fmt: skip


def check(clean: str = "clean") -> None:
    by_node = rows_by_node()
    expected = by_node.pop(clean)
    assert all(expected.values())
    for found_rows in by_node.values():
        assert found_rows == expected


def read_cleanly(folder: Path) -> None:
    for _ in Ingest("clean", found([str(folder)])).run():
        pass


@pytest.mark.sqlite_files
def test_reading_that_is_killed_at_any_moment_ends_with_the_rows_of_a_clean_run(tmp_path: Path, opened: Opened) -> None:
    path, folder = an_adopted_file(tmp_path, opened), a_set(tmp_path / "logs")
    command = [sys.executable, "-m", "tests.nodes.intake.killer", str(folder), str(KILLS)]
    options: dict[str, Any] = {"cwd": ROOT, "env": environment(tmp_path, path), "timeout": 300, "text": True}
    done = subprocess.run(command, capture_output=True, check=False, **options)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    sys.stdout.write(f"Killed: {told}\n")
    assert told["killed"] == KILLS
    assert told["halfway"] > KILLS // 4
    opened(path)
    read_cleanly(folder)
    check()


@pytest.mark.sqlite_files
def test_two_processes_that_read_the_same_logs_write_each_line_once(tmp_path: Path, opened: Opened) -> None:
    path, folder = an_adopted_file(tmp_path, opened), a_set(tmp_path / "logs")
    code = (
        "import django; django.setup(); from nodes.intake.files import found; from nodes.intake.ingest import Ingest; "
        f"list(Ingest('twice', found([{str(folder)!r}]), lines_at_once=10).run())"
    )
    options: dict[str, Any] = {"cwd": ROOT, "env": environment(tmp_path, path), "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen([sys.executable, "-c", code], **options) for _ in range(2)]
    said = [process.communicate(timeout=60)[1] for process in both]
    codes = sorted(process.returncode for process in both)
    assert codes[0] == 0, said
    assert codes[1] == 0 or any("reads the same log" in text for text in said)
    opened(path)
    read_cleanly(folder)
    check()
