"""`make run COLLECT=1`: the collector beside the site, and never without it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.nodes.intake import writing
from tests.storj_site.running import Site, running, wait_until

pytestmark = pytest.mark.sqlite_files


@pytest.fixture
def site(prepared: dict[str, object], empty_events: str, tmp_path: Path) -> Iterator[Site]:
    settings = {**prepared, "EVENTS_DATABASE_URL": empty_events, "COLLECT": 1}
    with running(tmp_path / "site", **settings) as started:
        wait_until(lambda: len(collectors(started)) == 1)
        yield started


def collectors(site: Site) -> list[int]:
    return [pid for pid in site.workers if b"collect" in command_of(pid)]


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def seconds_until_gone(pid: int) -> float:
    began = time.monotonic()
    wait_until(lambda: b"collect" not in command_of(pid))
    return time.monotonic() - began


def test_it_collects_while_the_site_runs_and_ends_with_it(site: Site, tmp_path: Path) -> None:
    (log := tmp_path / "node.log").write_bytes(writing.attempts(range(3)))
    with closing(sqlite3.connect(tmp_path / "data" / "site.db", timeout=30)) as connection, connection:
        insert = "INSERT INTO nodes_node (name, label, notes, api_url, log_path) VALUES ('attic', '', '', '', ?)"
        connection.execute(insert, [str(log)])
    with closing(sqlite3.connect(tmp_path / "empty.db", timeout=30)) as connection:
        wait_until(lambda: connection.execute("SELECT COUNT(*) FROM events").fetchone() == (3,))
    (pid,) = collectors(site)
    site.process.terminate()
    wait_until(lambda: site.has_ended)
    assert seconds_until_gone(pid) < 2


def test_it_ends_when_the_site_is_killed(site: Site) -> None:
    (pid,) = collectors(site)
    site.process.kill()
    site.process.wait()
    assert seconds_until_gone(pid) < 2


def test_without_the_setting_there_is_none(first_run: Site) -> None:
    assert collectors(first_run) == []
