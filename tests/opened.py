"""Fixtures that put other databases in the place of the events."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

from nodes.router import EVENTS, READONLY
from storj_site.env import SQLITE_ENGINE, sqlite_options

Opened = Callable[[Path | str], BaseDatabaseWrapper]


@contextmanager
def as_events(connection: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    """Makes this the connection of the aliases of the events, for this thread."""
    usual = {alias: connections[alias] for alias in (EVENTS, READONLY)}
    connections[EVENTS] = connections[READONLY] = connection
    try:
        yield connection
    finally:
        connection.close()
        for alias in usual:
            connections[alias] = usual[alias]


def changed(**settings: Any) -> dict[str, Any]:
    return {**connections[EVENTS].settings_dict, **settings}


@pytest.fixture
def opened(databases: None) -> Iterator[Opened]:
    """Opens an SQLite file as the site opens its events database; one at a time."""
    with ExitStack() as stack:

        def open_file(path: Path | str) -> BaseDatabaseWrapper:
            stack.close()
            settings = changed(ENGINE=SQLITE_ENGINE, NAME=str(path), OPTIONS=sqlite_options())
            return stack.enter_context(as_events(SQLite(settings, EVENTS)))

        yield open_file


@pytest.fixture
def fresh(opened: Opened, tmp_path: Path) -> Iterator[BaseDatabaseWrapper]:
    """An empty events database of the kind that the tests run on."""
    usual = connections[EVENTS]
    if usual.vendor == "sqlite":
        yield opened(tmp_path / "fresh.db")
        return
    schema = f"fresh_{uuid4().hex}"
    with usual.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}")
    settings = changed(OPTIONS={**usual.settings_dict["OPTIONS"], "options": f"-c search_path={schema}"})
    with as_events(type(usual)(settings, EVENTS)) as connection:
        yield connection
    with usual.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {schema} CASCADE")
