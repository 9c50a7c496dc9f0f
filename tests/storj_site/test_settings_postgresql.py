"""PostgreSQL URLs: two schemas of one database, and a read-only alias that cannot write."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse

import psycopg
import pytest

from storj_site import env
from tests.storj_site.running import manage

URL = "postgres://reader:p%2Fw%23@db.example:5433/nodes?options=-c%20search_path%3Devents"


def test_both_aliases_keep_the_search_path_and_one_of_them_cannot_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTS_DATABASE_URL", URL)
    events = env.database("EVENTS_DATABASE_URL", "")
    read_only = env.read_only(events, 1)
    assert (events["HOST"], events["PORT"], events["PASSWORD"]) == ("db.example", 5433, "p/w#")
    assert events["OPTIONS"]["options"] == "-c search_path=events"
    assert read_only["OPTIONS"]["options"] == "-c search_path=events -c default_transaction_read_only=on"
    assert "default_transaction_read_only" not in str(events)


@pytest.fixture
def schemas() -> Iterator[dict[str, object]]:
    """A database of its own with a schema for the site and one for the events, as settings."""
    server = f"postgres://{urlparse(os.environ['DATABASE_URL']).netloc}"
    name = f"schemas_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        base = f"{server}/{name}"
        with psycopg.connect(base, autocommit=True) as connection:
            connection.execute("CREATE SCHEMA site")
            connection.execute("CREATE SCHEMA events")
        yield {
            "DATABASE_URL": f"{base}?options=-c%20search_path%3Dsite",
            "EVENTS_DATABASE_URL": f"{base}?options=-c%20search_path%3Devents",
        }
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.postgresql
def test_site_and_events_live_in_two_schemas_of_one_database(schemas: dict[str, object], tmp_path: Path) -> None:
    settings = schemas | {"DATA_DIR": tmp_path / "data", "STATIC_ROOT": tmp_path / "static"}
    assert manage("setup", **settings).returncode == 0
    assert manage("demo", "--events-per-node", "100", **settings).returncode == 0
    ran = manage("setup", **settings)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("curl ") == 1
    with psycopg.connect(str(schemas["DATABASE_URL"])) as connection:
        rows = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN ('site', 'events')"
        ).fetchall()
    assert ("events", "events") in rows
    assert ("site", "nodes_node") in rows
    assert ("events", "nodes_node") not in rows
    assert ("site", "events") not in rows
