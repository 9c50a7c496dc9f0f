"""The housekeeper's counting, a step at a time."""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connections

from nodes.adopt import adopt
from nodes.errors import LOCKED
from nodes.models import RollupState
from nodes.rollups.pace import MOST_WAITING, SHORTEST_PAUSE
from storj_site import rolling
from storj_site.rolling import Rolling
from tests.nodes import monitor_files
from tests.nodes.rollups import oracle, tables
from tests.nodes.rollups.lifelike import events_of_many_hours, some_events

INTERVAL = 60.0
Put = Callable[[Path], None]


@pytest.fixture(autouse=True)
def lines_for_operators(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "storj_site")


@pytest.fixture
def rolling_(databases: None, settings: LazySettings, tmp_path: Path) -> Iterator[Rolling]:
    settings.DATA_DIR = tmp_path
    found = Rolling(INTERVAL)
    yield found
    found.close()


@pytest.fixture
def put_as_events(databases: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Put]:
    """Puts a file in the place of the events, for whoever opens them from now on."""

    def put(path: Path) -> None:
        connections.close_all()
        monkeypatch.setitem(connections["events"].settings_dict, "NAME", str(path))
        monkeypatch.setitem(connections["events_readonly"].settings_dict, "NAME", path.as_uri() + "?mode=ro")

    yield put
    connections.close_all()


def adopted_copy(folder: Path, put: Put) -> Path:
    path = monitor_files.current(folder / "events.db")
    put(path)
    adopt(connections["events"], lambda line: None)
    tables.empty()
    connections.close_all()
    return path


def test_it_comes_back_sooner_where_many_events_came(rolling_: Rolling) -> None:
    often = Rolling(60)
    assert often.step() == 60
    tables.insert(some_events(first=1, count=3 * MOST_WAITING))
    assert often.step() == SHORTEST_PAUSE
    often.close()


def round_of(rolling_: Rolling) -> int:
    """How many steps the round took."""
    steps = 1
    while rolling_.step() != INTERVAL:
        steps += 1
    return steps


def is_open(alias: str) -> bool:
    return connections[alias].connection is not None


def watermark() -> int:
    return RollupState.objects.using("events").get().watermark


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_round_counts_all_events_batch_by_batch(rolling_: Rolling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rolling, "BATCH", 50)
    rows = some_events(first=1, count=175)
    tables.insert(rows)
    assert round_of(rolling_) == 4
    assert tables.counts() == oracle.counts(rows)
    assert (rolling_.counting.events, rolling_.counting.trouble) == (175, None)
    assert rolling_.counting.last_run is not None


def test_no_connection_is_open_after_a_round(rolling_: Rolling) -> None:
    tables.insert(some_events(first=1, count=10))
    round_of(rolling_)
    assert not is_open("events")
    assert not is_open("events_readonly")


def test_between_batches_others_have_as_long_as_a_batch_took(
    rolling_: Rolling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolling, "BATCH", 1)
    tables.insert(some_events(first=1, count=2))
    began = time.monotonic()
    pause = rolling_.step()
    assert rolling.SHORTEST_PAUSE <= pause <= max(rolling.SHORTEST_PAUSE, time.monotonic() - began)


@pytest.mark.sqlite_files
def test_a_database_that_is_not_adopted_stays_as_it_is(
    rolling_: Rolling, put_as_events: Put, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = monitor_files.current(tmp_path / "monitor.db")
    before = path.read_bytes()
    put_as_events(path)
    assert rolling_.step() == INTERVAL
    assert path.read_bytes() == before
    assert rolling_.counting.last_run is None
    assert caplog.messages == []


@pytest.mark.sqlite_files
def test_a_database_of_another_program_stays_as_it_is(
    rolling_: Rolling, put_as_events: Put, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (id INTEGER PRIMARY KEY)")
        for table in ("nodes", "satellites", "counts", "latencies", "batches", "state"):
            other.execute(f"CREATE TABLE rollup_{table} (id INTEGER PRIMARY KEY)")
    other.close()
    before = path.read_bytes()
    put_as_events(path)
    assert rolling_.step() == INTERVAL
    assert path.read_bytes() == before
    assert caplog.messages == []


@pytest.mark.sqlite_files
def test_a_database_that_is_gone_is_told_once_and_not_made(
    rolling_: Rolling, put_as_events: Put, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put_as_events(tmp_path / "gone.db")
    for _ in range(3):
        assert rolling_.step() == INTERVAL
    assert not (tmp_path / "gone.db").exists()
    assert len(warnings(caplog)) == 1
    assert "cannot be opened" in warnings(caplog)[0]


@pytest.mark.sqlite_files
def test_what_is_read_elsewhere_than_written_is_not_counted(
    rolling_: Rolling, put_as_events: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopted_copy(tmp_path, put_as_events)
    monkeypatch.setitem(connections["events"].settings_dict, "NAME", str(tmp_path / "elsewhere.db"))
    assert rolling_.step() == INTERVAL
    assert not (tmp_path / "elsewhere.db").exists()


@pytest.mark.sqlite_files
def test_a_full_disk_is_told_once_when_it_begins_and_once_when_it_is_over(
    rolling_: Rolling,
    put_as_events: Put,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    adopted_copy(tmp_path, put_as_events)
    tables.insert(events_of_many_hours(3_000))
    with monkeypatch.context() as full:
        full.setitem(connections["events"].settings_dict["OPTIONS"], "init_command", no_page_more())
        for _ in range(3):
            assert rolling_.step() == INTERVAL
    assert len(warnings(caplog)) == 1
    assert "disk" in warnings(caplog)[0]
    assert "full" in str(rolling_.counting.trouble)
    round_of(rolling_)
    assert caplog.messages[-1] == "New events are counted again"
    assert (rolling_.counting.trouble, watermark()) == (None, 3_000)


def no_page_more() -> str:
    """What a new connection has to send so that its file cannot grow."""
    with connections["events"].cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
    connections.close_all()
    return f"PRAGMA max_page_count = {pages}"


@pytest.fixture
def locked_events(databases: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Events to be counted, held by another writer until the call."""
    tables.insert(some_events(first=1, count=10))
    connection = connections["events"].copy()
    if connection.vendor == "sqlite":
        connections.close_all()
        monkeypatch.setitem(connections["events"].settings_dict["OPTIONS"], "timeout", 0.1)
    connection.set_autocommit(False)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO events (id, timestamp) VALUES (99, '2026-11-20T11:00:00+00:00')")

    def release() -> None:
        connection.rollback()
        connection.close()

    yield release
    release()


def test_a_lock_that_another_program_holds_for_long_is_told_once(
    rolling_: Rolling, locked_events: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(rolling.PATIENT_ROUNDS - 1):
        rolling_.step()
    assert warnings(caplog) == []
    assert rolling_.counting.trouble == LOCKED
    for _ in range(3):
        rolling_.step()
    assert len(warnings(caplog)) == 1
    locked_events()
    round_of(rolling_)
    assert caplog.messages[-1] == "New events are counted again"
    assert rolling_.counting.trouble is None


def test_a_lock_that_is_soon_gone_is_no_news(
    rolling_: Rolling, locked_events: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    rolling_.step()
    locked_events()
    round_of(rolling_)
    assert caplog.messages == []


def test_a_catch_up_of_many_events_is_told_when_it_begins_and_ends(
    rolling_: Rolling, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rolling, "BATCH", 100)
    monkeypatch.setattr(rolling, "MANY", 299)
    tables.insert(some_events(first=1, count=300))
    round_of(rolling_)
    assert caplog.messages[0] == "Counting about 300 events that are not counted yet"
    assert caplog.messages[1].startswith("Counted these events: 300 in ")
    tables.insert(some_events(first=301, count=200))
    round_of(rolling_)
    assert len(caplog.messages) == 2


def test_of_several_processes_of_a_site_one_counts_until_it_ends(
    rolling_: Rolling, settings: LazySettings, tmp_path: Path
) -> None:
    other = Rolling(INTERVAL)
    tables.insert(some_events(first=1, count=10))
    round_of(other)
    tables.insert(some_events(first=11, count=10))
    round_of(rolling_)
    assert (rolling_.counting.by_another, watermark()) == (True, 10)
    other.close()
    round_of(rolling_)
    assert (rolling_.counting.by_another, watermark()) == (False, 20)


def test_a_folder_that_cannot_be_written_to_keeps_nobody_from_counting(
    databases: None, settings: LazySettings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "missing"
    tables.insert(some_events(first=1, count=10))
    round_of(Rolling(INTERVAL))
    assert watermark() == 10
