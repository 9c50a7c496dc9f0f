"""Tells a monitor's events database from any other, so that a mistyped address changes nothing there.

Storage nodes keep many SQLite files: none of them may get a table or a column of ours.
"""

import os
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes import catalog
from nodes.errors import FOLDER, EventsUnavailable, NotTheMonitors
from nodes.reading import reading
from nodes.schema import TABLES

# Where Django records the migrations that were applied.
RECORD = "django_migrations"
_EVENTS = "events"
# In all that a monitor ever wrote.
_ALWAYS_THERE = ("timestamp", "action", "status")
_LEFT_ALONE = ("alerts", "insights", "analytics_baselines", "app_persistent_state")
_KNOWN = {*(table.name for table in TABLES), *_LEFT_ALONE, RECORD}
_KNOWN_BEGINNINGS = ("sqlite_", "rollup_", "intake_", "sno_")


def refuse_foreign(connection: BaseDatabaseWrapper) -> None:
    """Raises NotTheMonitors; an empty database may become an events database."""
    relations = catalog.relations(connection)
    if _EVENTS in relations:
        columns = catalog.find(connection, _EVENTS).columns
        if lacking := [name for name in _ALWAYS_THERE if name not in columns]:
            raise NotTheMonitors(f"its table events has no column {', '.join(lacking)}")
    elif any(is_table and not _is_known(name) for name, is_table in relations.items()):
        raise NotTheMonitors("it has tables of another program and no table events")


def refuse_foreign_file(connection: BaseDatabaseWrapper) -> None:
    """refuse_foreign() before `connection` opens an SQLite file: opening it for writing already makes it WAL."""
    refuse_folder(connection)
    if (file := file_of(connection)) and is_there(file):
        with reading() as readonly:
            refuse_foreign(readonly)


def refuse_folder(connection: BaseDatabaseWrapper) -> None:
    """SQLite's own words for it are those for a damaged file."""
    if (file := file_of(connection)) and is_there(file) and file.is_dir():
        raise EventsUnavailable(FOLDER)


def file_of(connection: BaseDatabaseWrapper) -> Path | None:
    return Path(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None


def is_there(file: Path) -> bool:
    """Without opening it, and without an error where this user may not even look."""
    return os.access(file, os.F_OK, effective_ids=True)


def is_made(connection: BaseDatabaseWrapper) -> bool:
    """Whether there is a file, for who must not make one by opening it; a server's database is asked itself."""
    file = file_of(connection)
    return file is None or is_there(file)


def _is_known(table: str) -> bool:
    return table in _KNOWN or table.startswith(_KNOWN_BEGINNINGS)
