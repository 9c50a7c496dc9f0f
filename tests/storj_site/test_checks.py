"""Every system check, with what sets it off."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.adopt import adopt
from nodes.schema import INDEXES
from storj_site import checks
from storj_site.targets import target
from tests.opened import Opened
from tests.processes import manage

GOOD_KEY = "8Qz!k2Lw0pVx7Rb4Nc9Td1Mf6Yh3Gj5Sa-Ue_Oi+Ip=Zq*Wm(Xn)Bv"
ON_POSTGRESQL = {"ENGINE": "django.db.backends.postgresql", "NAME": "storj", "PASSWORD": "secret"}


def ids(messages: Iterable[CheckMessage]) -> list[str]:
    found = list(messages)
    assert all(message.hint or message.id == "storj.I001" for message in found)
    return [str(message.id) for message in found]


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of root, to whom the modes of files say nothing."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_the_defaults_give_no_warning(databases: None) -> None:
    every = (
        checks.secret_key,
        checks.hosts_and_https,
        checks.one_cache_for_all_processes,
        checks.limits_that_fit_together,
        checks.databases_apart,
        checks.folders_can_be_written,
        checks.site_answers,
        checks.events_are_ready,
    )
    assert [message for check in every for message in check(databases=["default", "events"])] == []


def test_databases_are_asked_only_when_they_are_named() -> None:
    every = (
        checks.where_databases_are,
        checks.folders_can_be_written,
        checks.site_answers,
        checks.events_are_ready,
    )
    assert [message for check in every for message in check(databases=None)] == []


def test_a_missing_secret_key_is_an_error(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", SECRET_KEY="")
    assert done.returncode == 1
    assert "storj.E001" in done.stderr
    assert "Traceback" not in done.stderr


def test_any_host_without_https(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert ids(checks.hosts_and_https()) == ["storj.W011"]


@pytest.mark.parametrize(("https", "origin"), [(True, "http://storj.example"), (False, "https://storj.example")])
def test_origins_that_contradict_https(settings: Any, https: bool, origin: str) -> None:
    settings.HTTPS, settings.CSRF_TRUSTED_ORIGINS = https, [origin]
    assert ids(checks.hosts_and_https()) == ["storj.W012"]


@pytest.mark.parametrize("https", [True, False])
def test_the_origins_that_come_from_the_address_fit_https(https: bool, tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--tag", "security", BIND="192.168.1.5", HTTPS=https)
    assert (done.returncode, done.stderr) == (0, "")


def test_several_processes_with_a_cache_in_memory(settings: Any, memory_cache: None) -> None:
    settings.WEB_CONCURRENCY = 2
    assert ids(checks.one_cache_for_all_processes()) == ["storj.W010"]


def test_several_processes_with_a_cache_server_are_fine(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--tag", "caches", WEB_CONCURRENCY="2", CACHE_URL="redis://127.0.0.1:6379/9")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("POOL_TIMEOUT", 9, "storj.W013"),
        ("MAX_POOL_SIZE", 0, "storj.W014"),
        ("MAX_EVENTS_FOR_COMPARISON", 29, "storj.W015"),
        ("STREAMS", 9, "storj.W016"),
    ],
)
def test_limits_that_contradict_each_other(settings: Any, name: str, value: int, found: str) -> None:
    setattr(settings, name, value)
    assert ids(checks.limits_that_fit_together()) == [found]


def test_one_database_for_both(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES, "default", settings.DATABASES["events"])
    assert ids(checks.databases_apart()) == ["storj.W001"]


def test_a_read_only_alias_of_another_database(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES, "events_readonly", settings.DATABASES["default"])
    assert ids(checks.databases_apart()) == ["storj.W002"]


@pytest.mark.sqlite_files
def test_a_read_only_alias_that_can_write(opened: Opened, tmp_path: Path) -> None:
    connection = opened(tmp_path / "events.db")
    adopt(connection, lambda line: None)
    assert ids(checks.events_are_ready(databases=["events"])) == ["storj.W003"]


@pytest.mark.postgresql
def test_a_read_only_role_option_that_is_missing(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, lambda line: None)
    assert ids(checks.events_are_ready(databases=["events"])) == ["storj.W003"]


def test_an_index_that_is_missing(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, lambda line: None)
    with fresh.cursor() as cursor:
        cursor.execute(f"DROP INDEX {INDEXES[0].name}")
    _, missing = checks.events_are_ready(databases=["events"])
    assert missing.id == "storj.W006"
    assert str(INDEXES[0]) in str(missing.hint)


def test_missing_tables_of_the_roll_ups_are_told_with_what_that_means(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, lambda line: None)
    with fresh.cursor() as cursor:
        cursor.execute("DROP TABLE rollup_counts")
    missing = {message.id: message for message in checks.events_are_ready(databases=["events"])}["storj.W006"]
    assert "no events are counted" in str(missing.hint)


@pytest.mark.postgresql
@pytest.mark.parametrize("collation", ["und-x-icu", "en-US-x-icu"])
def test_texts_that_postgresql_sorts_as_words(fresh: BaseDatabaseWrapper, collation: str) -> None:
    adopt(fresh, lambda line: None)
    with fresh.cursor() as cursor:
        cursor.execute(f'ALTER TABLE events ALTER COLUMN timestamp TYPE text COLLATE "{collation}"')
    found = {message.id: message for message in checks.events_are_ready(databases=["events"])}
    assert "events.timestamp" in found["storj.W007"].msg


@pytest.mark.sqlite_files
def test_a_folder_that_cannot_be_written(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        monkeypatch.setitem(settings.DATABASES["events"], "NAME", f"{folder}/events.db")
        with as_nobody():
            found = ids(checks.folders_can_be_written(databases=["default", "events"]))
        assert found[-1:] == ["storj.W005"]


@pytest.mark.sqlite_files
def test_a_site_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "site.db").write_bytes(b"no database " * 500)
    done = manage(tmp_path, "check", "--database", "default")
    assert "storj.W008" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.sqlite_files
def test_an_events_database_that_does_not_exist_is_told_and_not_made(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--database", "events")
    assert done.returncode == 0
    assert "storj.W004" in done.stderr
    assert not (tmp_path / "events.db").exists()


@pytest.mark.sqlite_files
def test_an_events_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "events.db").write_bytes(b"no database " * 500)
    done = manage(tmp_path, "check", "--database", "events")
    assert "(storj.W004) The events database is damaged or not a database." in done.stderr
    assert "HINT: Restore it from a backup" in done.stderr


@pytest.mark.sqlite_files
def test_paths_are_shown_as_they_are_resolved(tmp_path: Path) -> None:
    (tmp_path / "Ümläute #1?").mkdir()
    events = tmp_path / "Ümläute #1?" / "events+.db"
    done = manage(tmp_path, "check", "--database", "events", events=events)
    assert f"(storj.I001) `events` is the file {events}, which does not exist yet" in done.stderr


@pytest.mark.sqlite_files
def test_a_site_that_is_set_up_passes_the_checks_of_deployment(tmp_path: Path) -> None:
    for alias in ("default", "events"):
        assert manage(tmp_path, "migrate", "--database", alias).returncode == 0
    for named in ([], ["--database", "default", "--database", "events", "--database", "events_readonly"]):
        done = manage(
            tmp_path, "check", "--deploy", "--fail-level", "WARNING", *named, HTTPS="True", SECRET_KEY=GOOD_KEY
        )
        assert done.returncode == 0, done.stderr
        assert "WARNINGS" not in done.stderr


def test_a_schema_of_its_own_makes_it_another_database() -> None:
    site, events = (ON_POSTGRESQL | {"OPTIONS": {"options": f"-c search_path={name}"}} for name in ("site", "events"))
    assert target(site) != target(events)
    assert str(target(site)) == "database storj on localhost:5432, search_path site"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("-c search_path=site", "-c search_path=site,public"),
        ("-c search_path=site", '-c search_path="site",public'),
        ("-c search_path=site,events", r"-c search_path=site,\ public"),
        ("-c search_path=site", "-c search_path=other -c search_path=site"),
        ("", '-c search_path="$user",public'),
        ("", "-c search_path=public,site"),
    ],
)
def test_the_first_schema_of_a_search_path_tells_databases_apart(one: str, other: str) -> None:
    first, second = (target(ON_POSTGRESQL | {"OPTIONS": {"options": options}}) for options in (one, other))
    assert first == second
    assert first != target(ON_POSTGRESQL | {"OPTIONS": {"options": "-c search_path=events,site,public"}})


def test_the_names_of_this_machine_are_one_server() -> None:
    hosts = ("", "localhost", "127.0.0.1", "/var/run/postgresql")
    assert len({target(ON_POSTGRESQL | {"HOST": host, "PORT": port}) for host in hosts for port in ("", 5432)}) == 1


def test_a_replica_on_another_server_is_the_same_database_read_only() -> None:
    replica = target(ON_POSTGRESQL | {"HOST": "replica.example"})
    assert replica.is_copy_of(target(ON_POSTGRESQL))
    assert replica != target(ON_POSTGRESQL)


def test_links_to_one_file_are_one_database(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "events.db")
    sqlite = {"ENGINE": "django.db.backends.sqlite3"}
    linked = {"NAME": f"{(tmp_path / 'link.db').as_uri()}?mode=ro"}
    assert target(sqlite | linked) == target(sqlite | {"NAME": str(tmp_path / "events.db")})


def test_no_password_is_shown() -> None:
    assert "secret" not in str(target(ON_POSTGRESQL))
