"""What a run does to the events database: as much as helps, and nothing to a large one that is in use."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.adopt import Step, adopted, plan
from nodes.errors import EventsUnavailable, explained
from nodes.models import Event
from nodes.reading import reading
from nodes.router import EVENTS

# Adding indexes to more rows than these holds up the monitor's writer for longer than a second or two.
LARGE = 1_000_000

Say = Callable[[str], None]


@dataclass(frozen=True)
class Found:
    """An events database as it was found, without writing to it."""

    is_adopted: bool
    is_large: bool
    steps: list[Step]


def prepare_events(say: Say) -> None:
    """Makes or adopts the events database, and fills the site's own with demonstration data if it is empty.

    What is wrong with an operator's database does not stop the site, which shows the same sentence.
    """
    try:
        found = Found(False, False, []) if _is_to_be_made() else _look()
        if found.is_large and not found.is_adopted:
            _announce(found.steps, say)
            return
        if not found.is_adopted:
            _adopt(say)
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
        return Found(adopted(connection), _is_large(connection), plan(connection))


def _is_large(connection: BaseDatabaseWrapper) -> bool:
    if Event._meta.db_table not in connection.introspection.table_names():
        return False
    return Event.objects.order_by()[: LARGE + 1].count() > LARGE


def _has_events() -> bool:
    with reading():
        return Event.objects.order_by()[:1].exists()


def _adopt(say: Say) -> None:
    with explained():
        call_command("migrate", database=EVENTS, interactive=False, verbosity=0)
    say("The events database: ready.")


def _announce(steps: list[Step], say: Say) -> None:
    say(
        f"The events database holds more than {LARGE:,} events, so this run adds nothing to it. `make adopt` would add:"
    )
    for step in steps:
        say(f"  {step}")


def _demonstrate(say: Say) -> None:
    """A mark stays behind when this is broken off, so that the next run makes it whole."""
    say("There are no events yet: making demonstration data.")
    again = _unfinished().exists()
    _unfinished().touch()
    call_command("demo", force=again)
    _unfinished().unlink()


def _unfinished() -> Path:
    return Path(settings.DATA_DIR) / "demo-unfinished"
