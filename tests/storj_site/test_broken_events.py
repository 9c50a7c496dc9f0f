"""A running site whose events database breaks: sentences with status 503, and it goes on when that is mended."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path

import pytest

from tests.processes import manage, site_in
from tests.storj_site.running import Answer, Site, running

pytestmark = pytest.mark.sqlite_files

BODY = json.dumps({"nodes": ["a", "b"], "timeRange": "24h", "asOf": "2026-11-20T12:00:00Z"})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, static_root: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("broken")
    assert manage(folder, "migrate", "--database", "events", "-v0").returncode == 0
    with closing(sqlite3.connect(folder / "events.db")) as connection:
        connection.executemany(
            "INSERT INTO events (timestamp, action, status, size, node_name) VALUES (?, 'GET', 'success', 1, ?)",
            [(f"2026-11-20T10:{minute:02}:00+00:00", name) for minute in range(60) for name in ("a", "b")],
        )
        connection.commit()
        connection.execute("PRAGMA journal_mode=DELETE")
    settings = site_in(folder, STATIC_ROOT=static_root, PUBLIC_READ=True, COMPARISON_CACHE_TTL=0)
    with running(folder, **settings) as site:
        yield site


def events_of(site: Site) -> Path:
    return site.log.parent / "events.db"


def missing(events: Path) -> AbstractContextManager[None]:
    events.unlink()
    return nullcontext()


def empty(events: Path) -> AbstractContextManager[None]:
    events.write_bytes(b"")
    return nullcontext()


def truncated(events: Path) -> AbstractContextManager[None]:
    events.write_bytes(events.read_bytes()[:20_000])
    return nullcontext()


def no_database(events: Path) -> AbstractContextManager[None]:
    events.write_bytes(b"just text, not a database at all" * 1000)
    return nullcontext()


@contextmanager
def locked(events: Path) -> Iterator[None]:
    with closing(sqlite3.connect(events, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def broken(site: Site, breaking: Callable[[Path], AbstractContextManager[None]]) -> Iterator[None]:
    events = events_of(site)
    kept = events.with_name("kept.db")
    shutil.copy(events, kept)
    try:
        with breaking(events):
            yield
    finally:
        for leftover in events.parent.glob("events.db*"):
            leftover.unlink()
        kept.replace(events)


def answers(site: Site) -> list[Answer]:
    return [
        site.post("/api/comparison", BODY, **{"Content-Type": "application/json"}),
        site.get("/api/nodes"),
        site.get("/"),
        site.get("/healthz"),
    ]


@pytest.mark.parametrize("breaking", [missing, empty, truncated, no_database, locked])
def test_every_answer_is_a_503_with_a_sentence_until_it_is_mended(
    site: Site, breaking: Callable[[Path], AbstractContextManager[None]]
) -> None:
    with broken(site, breaking):
        given = answers(site)
    assert [answer.status for answer in given] == [503] * 4
    for answer in given:
        assert "Traceback" not in answer.text
        assert str(site.log.parent) not in answer.text
        assert "SELECT" not in answer.text
    assert json.loads(given[0].text)["error"].endswith(".")
    assert [answer.status for answer in answers(site)] == [200] * 4
