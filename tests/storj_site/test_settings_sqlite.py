"""SQLite URLs: which file they name, what is refused, and that the read-only alias cannot write."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from storj_site import env
from tests.storj_site.conftest import ODD_NAMES
from tests.storj_site.running import manage

pytestmark = pytest.mark.sqlite_files

AWKWARD = [
    "with space",
    "a#b",
    "what?",
    "c++",
    "Größe",
    "100%",
    "50%25",
    "a&b=c",
    "it's",
    "🚀",
    "semi;colon",
    "back\\slash",
]


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the URL of the events database as an operator's environment would."""

    def set_to(value: str) -> None:
        monkeypatch.setenv("EVENTS_DATABASE_URL", value)

    return set_to


def configured() -> dict[str, Any]:
    return env.database("EVENTS_DATABASE_URL", "sqlite:////tmp/unused.db")


@pytest.fixture
def connections_to(django_db_blocker: Any) -> Iterator[Any]:
    """Real connections from settings, outside the suite's own databases."""
    opened: list[BaseDatabaseWrapper] = []

    def connect(config: dict[str, Any]) -> BaseDatabaseWrapper:
        connection: BaseDatabaseWrapper = ConnectionHandler({"default": config})["default"]
        opened.append(connection)
        return connection

    with django_db_blocker.unblock():
        yield connect
        for connection in opened:
            connection.close()


@pytest.mark.parametrize("name", AWKWARD)
def test_a_percent_encoded_path_is_the_file_of_that_name_for_writing_and_for_reading(
    name: str, url: Any, connections_to: Any, tmp_path: Path
) -> None:
    path = tmp_path / name / f"{name}.db"
    path.parent.mkdir()
    url(f"sqlite:///{quote(str(path))}")
    written, read = connections_to(configured()), connections_to(env.read_only(configured(), 1))
    with written.cursor() as cursor:
        cursor.execute("CREATE TABLE t (n INTEGER)")
        cursor.execute("INSERT INTO t VALUES (7)")
    with read.cursor() as cursor:
        cursor.execute("SELECT n FROM t")
        assert cursor.fetchone() == (7,)
    assert path.exists()
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("bad", "advice"),
    [
        ("sqlite:////srv/a#b.db", "%23"),
        ("sqlite:////srv/a?b.db", "%3F"),
        ("sqlite:////srv/a+b.db", "%2B"),
        ("sqlite://srv/b.db", "four slashes"),
        ("sqlite://:memory:", "must name a file"),
        ("sqlite://", "must name a file"),
        ("mysql://root@localhost/b", "must begin with sqlite:// or postgres://"),
        ("/home/pi/storj_stats.db", "sqlite:////home/pi/storj_stats.db"),
        ("foo", "four slashes before an absolute path"),
        ("postgres://root@localhost:port/b", "is not a database URL"),
        ("postgres://root:a#b@localhost/b", "%23"),
    ],
)
def test_a_url_that_would_silently_mean_something_else_is_refused_with_advice(bad: str, advice: str, url: Any) -> None:
    url(bad)
    with pytest.raises(ImproperlyConfigured, match="EVENTS_DATABASE_URL") as refused:
        configured()
    assert advice in str(refused.value)


def test_a_relative_path_is_taken_from_the_current_folder(
    url: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url("sqlite:///monitor.db")
    assert configured()["NAME"] == str(tmp_path / "monitor.db")


def test_databases_for_writing_are_in_wal_mode_and_wait_for_locks(
    url: Any, connections_to: Any, tmp_path: Path
) -> None:
    url(f"sqlite:///{tmp_path}/a.db")
    with connections_to(configured()).cursor() as cursor:
        for pragma, value in (("journal_mode", "wal"), ("busy_timeout", 5000)):
            cursor.execute(f"PRAGMA {pragma}")
            assert cursor.fetchone() == (value,)


@pytest.fixture
def read_only(url: Any, connections_to: Any, tmp_path: Path) -> BaseDatabaseWrapper:
    path = tmp_path / "events.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (n INTEGER)")
    connection.close()
    url(f"sqlite:///{path}")
    opened: BaseDatabaseWrapper = connections_to(env.read_only(configured(), 1))
    return opened


def test_nothing_can_be_written_through_the_read_only_alias(read_only: BaseDatabaseWrapper) -> None:
    with read_only.cursor() as cursor, pytest.raises(OperationalError, match="readonly"):
        cursor.execute("INSERT INTO t VALUES (1)")


def test_nor_when_its_query_only_pragma_is_turned_off(read_only: BaseDatabaseWrapper) -> None:
    with read_only.cursor() as cursor:
        cursor.execute("PRAGMA query_only = OFF")
        with pytest.raises(OperationalError, match="readonly"):
            cursor.execute("INSERT INTO t VALUES (1)")


def test_the_read_only_alias_makes_no_file_where_there_is_none(url: Any, connections_to: Any, tmp_path: Path) -> None:
    url(f"sqlite:///{tmp_path}/missing.db")
    with pytest.raises(OperationalError, match="unable to open"):
        connections_to(env.read_only(configured(), 1)).ensure_connection()
    assert list(tmp_path.iterdir()) == []


def test_opening_the_read_only_alias_leaves_the_journal_mode_of_the_file_alone(
    read_only: BaseDatabaseWrapper,
) -> None:
    with read_only.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("delete",)


def test_awkward_paths_lead_from_adopting_to_reading_and_reads_go_to_the_read_only_address(
    events_file: Path, prepared: dict[str, Any], empty_events: str
) -> None:
    folder = events_file.parent / "a b#c?d+e ü%20"
    folder.mkdir()
    url = f"sqlite:///{quote(str(events_file.rename(folder / 'monitor #1.db')))}"
    assert manage("adopt", EVENTS_DATABASE_URL=url, **prepared).returncode == 0
    urls = {"EVENTS_DATABASE_URL": empty_events, "EVENTS_READONLY_DATABASE_URL": url}
    code = "from nodes.known import known_names; print(len(known_names()))"
    assert manage("shell", "--no-imports", "-c", code, **prepared, **urls).stdout == f"{len(ODD_NAMES)}\n"
