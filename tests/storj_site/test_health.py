import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest
from django.db import connections
from django.test import Client

from nodes.models import Event
from nodes.places import places
from storj_site.health import PROBES, Probe

pytestmark = pytest.mark.usefixtures("databases")
Point = Callable[[str, str], None]


@pytest.fixture
def point(monkeypatch: pytest.MonkeyPatch) -> Iterator[Point]:
    """Lets an alias name another file, in every thread that opens it from then on."""

    def to(alias: str, name: str) -> None:
        monkeypatch.setitem(connections[alias].settings_dict, "NAME", name)

    yield to
    monkeypatch.undo()
    wait([probe.begin() for probe in PROBES.values()], timeout=10)


def answer(client: Client) -> tuple[int, dict[str, str]]:
    """Status and body, within a second."""
    began = monotonic()
    response = client.get("/healthz")
    assert monotonic() - began < 1
    return response.status_code, response.json()


def read_only(path: Path) -> str:
    return path.as_uri() + "?mode=ro"


def test_both_databases_answer(client: Client) -> None:
    assert answer(client) == (200, {"site": "ok", "events": "ok"})


def test_a_monitor_may_ask_with_head(client: Client) -> None:
    response = client.head("/healthz")
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_else_is_allowed(method: str) -> None:
    assert getattr(Client(enforce_csrf_checks=True), method)("/healthz").status_code == 405


def test_no_proxy_keeps_the_answer(client: Client) -> None:
    assert "no-store" in client.get("/healthz")["Cache-Control"]


@pytest.mark.sqlite_files
@pytest.mark.parametrize(("alias", "name"), [("default", "site"), ("events_readonly", "events")])
def test_a_database_locked_by_another_program(
    client: Client, point: Point, tmp_path: Path, alias: str, name: str
) -> None:
    path = tmp_path / "locked.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE events (id INTEGER PRIMARY KEY)")
        other.execute("BEGIN EXCLUSIVE")
        point(alias, str(path) if alias == "default" else read_only(path))
        assert answer(client) == (503, {"site": "ok", "events": "ok"} | {name: "unavailable"})
        threads = threading.active_count()
        assert answer(client)[0] == 503
        assert threading.active_count() <= threads
        other.execute("ROLLBACK")


@pytest.mark.sqlite_files
def test_a_missing_database(client: Client, point: Point, tmp_path: Path) -> None:
    point("events_readonly", read_only(tmp_path / "missing.db"))
    assert answer(client) == (503, {"site": "ok", "events": "unavailable"})


@pytest.mark.sqlite_files
@pytest.mark.parametrize("content", [b"", b"no database " * 1000])
def test_a_file_that_is_no_database(client: Client, point: Point, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "events.db"
    path.write_bytes(content)
    point("events_readonly", read_only(path))
    assert answer(client) == (503, {"site": "ok", "events": "unavailable"})


@pytest.mark.sqlite_files
def test_a_signed_in_browser_is_answered_without_the_sites_database(
    admin_client: Client, point: Point, tmp_path: Path
) -> None:
    point("default", str(tmp_path / "missing" / "site.db"))
    connections["default"].close()
    assert answer(admin_client) == (503, {"site": "unavailable", "events": "ok"})


def test_all_places_taken(client: Client, settings: object) -> None:
    settings.MAX_POOL_SIZE = places.use().in_use + 1  # type: ignore[attr-defined]
    places.take()
    try:
        assert answer(client) == (503, {"site": "ok", "events": "unavailable"})
    finally:
        places.give_back()
    assert answer(client)[0] == 200


def test_the_place_is_given_back(client: Client) -> None:
    before = places.use().in_use
    answer(client)
    assert places.use().in_use == before


def test_an_events_database_with_rows(client: Client) -> None:
    Event.objects.create(node_name="a")
    assert answer(client)[0] == 200


def test_a_check_that_hangs_is_not_started_again() -> None:
    started, goes_on = [], threading.Event()

    def hang() -> None:
        started.append(1)
        goes_on.wait(5)

    probe = Probe(hang)
    first, second = probe.begin(), probe.begin()
    assert first is second
    assert len(started) <= 1
    goes_on.set()
    first.result(5)
    probe.begin().result(5)
    assert len(started) == 2
