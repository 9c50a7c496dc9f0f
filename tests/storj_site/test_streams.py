"""Streams of a running site, as its gunicorn serves them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests.processes import manage, site_in
from tests.storj_site.running import Site, running, wait_until

pytestmark = pytest.mark.sqlite_files
STREAMS = 2
ADDRESS = "/compare/stream?type=performance&range=7d&node=1&node=2"
COMPLETED = "Node comparison completed: nodes=2 type=performance range=7d"
# A table whose every reading takes the database seconds.
SLOW = """
ALTER TABLE reputation_history RENAME TO scores_itself;
CREATE VIEW reputation_history AS SELECT * FROM scores_itself WHERE (
  WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000000)
  SELECT count(*) FROM numbers) > 0
"""


@pytest.fixture
def site(tmp_path: Path, static_root: Path) -> Iterator[Site]:
    """Its scores take so long to read that whoever opens a stream has to wait."""
    for arguments in (("migrate",), ("demo", "--events-per-node", "300", "--days", "1")):
        made = manage(tmp_path, *arguments)
        assert made.returncode == 0, made.stderr
    settings = site_in(tmp_path, STATIC_ROOT=static_root, PUBLIC_READ=True, STREAMS=STREAMS, CONNECTION_TIMEOUT=60)
    with running(tmp_path, **settings, ROLLUP_INTERVAL=0, API_POLL_INTERVAL=0) as site:
        assert site.get("/").status == 200  # which enters the nodes
        with closing(sqlite3.connect(tmp_path / "events.db")) as database:
            database.executescript(SLOW)
        yield site


@contextmanager
def asked(site: Site) -> Iterator[HTTPResponse]:
    connection = HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.request("GET", ADDRESS)
    with closing(connection), connection.getresponse() as response:
        yield response


def status(site: Site) -> int:
    with asked(site) as response:
        return response.status


def test_streams_are_bounded_shared_and_end_when_their_browser_leaves(site: Site) -> None:
    with asked(site) as staying:
        with asked(site) as leaving:
            assert [staying.status, leaving.status] == [200] * STREAMS
            assert [each.readline() for each in (staying, leaving)] == [b"event: start\n"] * STREAMS
            assert status(site) == 503
            assert site.get("/healthz").status == 200
        wait_until(lambda: status(site) == 200)
        assert COMPLETED not in site.output

        told = staying.read().decode()
    assert ": still reading\n" in told
    assert [line for line in told.splitlines() if line.startswith("event: ")][-1] == "event: end"
    assert site.output.count(COMPLETED) == 1
    assert "Traceback" not in site.output


def test_the_site_ends_in_time_while_streams_are_open(site: Site) -> None:
    with asked(site):
        site.process.terminate()
        site.process.wait(20)
    assert "Traceback" not in site.output
