"""The housekeeper's thread, in this process and in a real server."""

import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings

from comparison import cache, recent
from comparison.engine import compare
from comparison.request import ComparisonRequest
from nodes.models import Event, RollupState
from storj_site import housekeeper
from storj_site.housekeeper import Housekeeper
from storj_site.log_keeper import LONG
from tests.nodes import monitor_files
from tests.nodes.overlapping import PAGE, another_program_reads, length, monitor, read_without_pause, write
from tests.nodes.rollups import oracle, tables
from tests.nodes.rollups.lifelike import some_events
from tests.processes import manage, site_in
from tests.storj_site.running import Site, running, wait_until

GRACEFUL = 6  # seconds; gunicorn kills what has not ended by then


@pytest.fixture
def no_housekeeper(databases: None, settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    yield
    housekeeper.stop()


def threads(name: str = "housekeeper") -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == name]


def watermark() -> int:
    state = RollupState.objects.using("events").first()
    return state.watermark if state else 0


class TestThread:
    def test_it_counts_what_is_inserted_round_after_round(self, no_housekeeper: None, settings: LazySettings) -> None:
        keeper = Housekeeper(interval=0.05)
        rows = some_events(first=1, count=200)
        keeper.start()
        try:
            for first in (0, 100):
                tables.insert(rows[first : first + 100])
                wait_until(lambda: watermark() == first + 100)  # noqa: B023 - waited for at once
        finally:
            keeper.stop()
        assert tables.counts() == oracle.counts(rows)
        assert not keeper.is_alive

    def test_it_goes_on_after_an_error_that_nobody_thought_of(
        self,
        no_housekeeper: None,
        settings: LazySettings,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        tables.insert(some_events(first=1, count=10))
        keeper = Housekeeper(interval=0.05)
        with monkeypatch.context() as broken:
            broken.delitem(settings.DATABASES["events_readonly"], "ENGINE")
            keeper.start()
            wait_until(lambda: keeper.counting.trouble is not None)
        try:
            wait_until(lambda: watermark() == 10)
        finally:
            keeper.stop()
        assert [record.levelname for record in caplog.records if record.exc_info] == ["WARNING"]

    def test_it_renews_a_result_that_is_about_to_run_out(
        self, no_housekeeper: None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("os.getloadavg", lambda: (0.0, 0.0, 0.0))
        monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
        # Names that no other test has edited within the minute.
        for name in ("renewed", "renewed too"):
            moment = datetime.now(UTC) - timedelta(minutes=1)
            Event.objects.create(timestamp=moment, action="GET", status="success", size=1, node_name=name)
        recent.forget_all()
        request = ComparisonRequest(("renewed", "renewed too"), "earnings", 24)
        key = cache.key_of(request)
        cache.put(key, compare(request), time.time() - settings.COMPARISON_CACHE_TTL + 1)
        before = cache.made_at(key)
        keeper = Housekeeper(interval=60)
        keeper.start()
        try:
            wait_until(lambda: cache.made_at(key) != before)
        finally:
            keeper.stop()

    def test_it_is_started_once_and_ended(self, no_housekeeper: None, settings: LazySettings) -> None:
        settings.ROLLUP_INTERVAL = 60
        housekeeper.start()
        housekeeper.start()
        assert len(threads()) == 1
        assert housekeeper.counting() is not None
        housekeeper.stop()
        assert threads() == []

    @pytest.mark.sqlite_files
    def test_once_it_has_counted_the_write_ahead_log_is_kept_short(
        self, no_housekeeper: None, settings: LazySettings
    ) -> None:
        settings.ROLLUP_INTERVAL = 60
        tables.insert(some_events(first=1, count=10))
        with read_without_pause():
            with another_program_reads(), monitor() as connection:
                write(connection, 2 * LONG // PAGE)
            before = length()
            housekeeper.start()
            wait_until(lambda: length() < before)
            assert watermark() == 10
        housekeeper.stop()
        assert threads("log keeper") == []

    def test_an_interval_of_0_turns_it_off(self, no_housekeeper: None, settings: LazySettings) -> None:
        settings.ROLLUP_INTERVAL = 0
        housekeeper.start()
        assert threads() == []
        assert housekeeper.counting() is None

    def test_nothing_starts_it_but_a_server(self, databases: None) -> None:
        assert threads() == []
        assert housekeeper.counting() is None


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adopted")
    path = monitor_files.current(folder / "events.db", events=0)
    done = manage(folder, "adopt", events=path)
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def adopted_file(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(template, tmp_path / "events.db"))


def query(path: Path, sql: str) -> list[tuple[int, ...]]:
    connection = sqlite3.connect(path, timeout=30)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def counted(path: Path) -> int:
    """Attempts of the roll-ups' hours and of broken time stamps."""
    return query(path, "SELECT COALESCE(SUM(attempts), 0) FROM rollup_counts WHERE span IN (0, 2)")[0][0]


def add_events(path: Path, count: int) -> None:
    connection = sqlite3.connect(path, timeout=30)
    with connection:
        connection.execute(
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO events (timestamp, action, status, size, node_name, satellite_id) "
            "SELECT printf('2026-11-20T%02d:%02d:00+00:00', i % 24, i % 60), 'GET', 'success', i, 'n' || (i % 5), 's' "
            "FROM n",
            [count],
        )
    connection.close()


def in_all(path: Path) -> int:
    """Those that can be counted: of a node with a name."""
    return query(path, "SELECT COUNT(*) FROM events WHERE node_name IS NOT NULL")[0][0]


def settings_of(folder: Path, events: Path, static_root: Path, **more: object) -> dict[str, object]:
    return site_in(folder, events, STATIC_ROOT=static_root, PUBLIC_READ=True, **more)


@pytest.mark.sqlite_files
class TestServer:
    def test_events_are_counted_while_it_runs(self, tmp_path: Path, adopted_file: Path, static_root: Path) -> None:
        with running(tmp_path / "site", **settings_of(tmp_path, adopted_file, static_root, ROLLUP_INTERVAL=1)) as site:
            for _ in range(2):
                add_events(adopted_file, 1_000)
                wait_until(lambda: counted(adopted_file) == in_all(adopted_file))
            assert open_files(site, adopted_file) == []
        assert "Traceback" not in site.output
        assert "WARNING" not in site.output

    def test_several_processes_count_every_event_once(
        self, tmp_path: Path, adopted_file: Path, static_root: Path
    ) -> None:
        settings = settings_of(tmp_path, adopted_file, static_root, ROLLUP_INTERVAL=1, WEB_CONCURRENCY=2)
        with running(tmp_path / "site", **settings):
            for _ in range(3):
                add_events(adopted_file, 1_000)
                wait_until(lambda: counted(adopted_file) >= in_all(adopted_file))
        assert counted(adopted_file) == in_all(adopted_file)

    def test_it_ends_at_once_while_it_catches_up_and_answers_meanwhile(
        self, tmp_path: Path, adopted_file: Path, static_root: Path
    ) -> None:
        add_events(adopted_file, 200_000)
        with running(tmp_path / "site", **settings_of(tmp_path, adopted_file, static_root)) as site:
            wait_until(lambda: counted(adopted_file) > 0)
            assert site.get("/healthz").status == 200
            began = time.monotonic()
            site.process.terminate()
            assert site.process.wait(60) == 0
            assert time.monotonic() - began < GRACEFUL
        assert 0 < counted(adopted_file) < in_all(adopted_file)
        assert "Counting about 200,0" in site.output
        assert "Traceback" not in site.output
        assert manage(tmp_path, "rollup", "--until-done", events=adopted_file).returncode == 0
        assert counted(adopted_file) == in_all(adopted_file)

    def test_a_database_that_is_only_read_gets_nothing(
        self, tmp_path: Path, adopted_file: Path, static_root: Path
    ) -> None:
        with running(tmp_path / "site", **settings_of(tmp_path, adopted_file, static_root, ROLLUP_INTERVAL=0)) as site:
            assert site.get("/healthz").status == 200
        assert counted(adopted_file) == 0


def open_files(site: Site, path: Path) -> list[str]:
    """Files of the database that stay open in the workers; looked at until a moment between two rounds."""

    def found() -> list[str]:
        links = [fd for pid in site.workers for fd in Path(f"/proc/{pid}/fd").iterdir()]
        names = [str(link.readlink()) for link in links if link.exists()]
        return [name for name in names if name.startswith(str(path))]

    wait_until(lambda: not found())
    return []
