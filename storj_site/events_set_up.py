"""What a run does to the events database: as much as helps, and nothing to a large one that is in use."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from nodes import catalog
from nodes.adopt import LARGE, Step, adopt_and_record, plan
from nodes.errors import EventsUnavailable, explained
from nodes.models import Event
from nodes.reading import reading
from nodes.recognition import refuse_folder
from nodes.router import EVENTS

# Seconds to wait for another program's lock; a run should not seem stuck, and the next one tries again.
PATIENCE = 10.0

_LEFT_ALONE = (
    f"The events database holds more than {LARGE:,} events, so this run adds nothing to it; `make adopt` does, "
    "and storj.W006 below says what that is."
)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Found:
    """An events database as it was found, without writing to it."""

    missing: list[Step]
    is_recorded: bool
    is_large: bool


def prepare_events(say: Say) -> None:
    """Makes or adopts the events database, and fills the site's own with demonstration data if it is empty.

    What is wrong with an operator's database does not stop the site, which shows the same sentence.
    """
    try:
        refuse_folder(connections[EVENTS])
        found = None if _is_to_be_made() else _look()
    except EventsUnavailable:
        return  # the system check that follows (storj.W004 or E002) says why
    try:
        if found and found.is_large:
            if found.missing:
                say(_LEFT_ALONE)
            return
        if found is None or found.missing or not found.is_recorded:
            # What the site makes for itself is no news; what an operator's database gets is.
            _adopt(say, report=say if found else _be_silent)
        if _is_ours() and (_unfinished().exists() or not _has_events()):
            _demonstrate(say)
    except EventsUnavailable as error:
        say(f"Warning: {error}")


def _is_ours() -> bool:
    """Whether it is the site's own file in the data folder, not an operator's."""
    return not os.environ.get("EVENTS_DATABASE_URL", "").strip()


def _is_to_be_made() -> bool:
    return _is_ours() and not Path(settings.DATABASES[EVENTS]["NAME"]).exists()


def _look() -> Found:
    with reading() as connection:
        return Found(plan(connection), not unapplied_migrations(connection), _is_large(connection))


def unapplied_migrations(connection: BaseDatabaseWrapper) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _is_large(connection: BaseDatabaseWrapper) -> bool:
    table = Event._meta.db_table
    return table in catalog.relations(connection) and catalog.about_how_many(connection, table) > LARGE


def _has_events() -> bool:
    with reading():
        return Event.objects.order_by()[:1].exists()


def _adopt(say: Say, report: Say) -> None:
    with explained(writing=True):
        adopt_and_record(connections[EVENTS], report, PATIENCE)
    say("The events database: ready.")


def _be_silent(_: str) -> None:
    pass


def _demonstrate(say: Say) -> None:
    """A mark stays behind when this is broken off, so that the next run makes it whole."""
    say("There are no events yet: making demonstration data.")
    again = _unfinished().exists()
    _unfinished().touch()
    call_command("demo", force=again)
    _unfinished().unlink()


def _unfinished() -> Path:
    return Path(settings.DATA_DIR) / "demo-unfinished"
