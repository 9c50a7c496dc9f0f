"""A site in a folder of its own, with nodes whose logs are to be collected, and real `manage.py collect` processes."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.processes import ROOT, environment, manage

PATIENCE = 30  # seconds; slow machines only


def prepare(folder: Path) -> Path:
    """Both databases, empty."""
    for arguments in (("migrate", "--database", "default"), ("adopt", "--create")):
        done = manage(folder, *arguments)
        assert done.returncode == 0, done.stderr
    return folder


class Collected:
    """`folder` is a copy of what `prepare` made."""

    def __init__(self, prepared: Path, folder: Path) -> None:
        self.folder = shutil.copytree(prepared, folder)

    def configure(self, **logs: object) -> None:
        with closing(sqlite3.connect(self.folder / "site.db", timeout=PATIENCE)) as connection, connection:
            connection.execute("DELETE FROM nodes_node")
            connection.executemany(
                "INSERT INTO nodes_node (name, label, notes, api_url, log_path) VALUES (?, '', '', '', ?)",
                [(name, str(log)) for name, log in logs.items()],
            )

    def start(self, *arguments: str, **settings: object) -> "subprocess.Popen[bytes]":
        with (self.folder / "collect.txt").open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "manage.py", "collect", *arguments],
                cwd=ROOT,
                env=environment(self.folder, None, **settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @contextmanager
    def running(self, *arguments: str, **settings: object) -> Iterator["subprocess.Popen[bytes]"]:
        process = self.start(*arguments, **settings)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE)

    def once(self, **settings: object) -> "subprocess.CompletedProcess[str]":
        return manage(self.folder, "collect", "--once", events=None, **settings)

    @property
    def output(self) -> str:
        return (self.folder / "collect.txt").read_text()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "events.db", timeout=PATIENCE)) as connection:
            return connection.execute(sql).fetchall()

    def count(self) -> int:
        return int(self.query("SELECT COUNT(*) FROM events")[0][0])
