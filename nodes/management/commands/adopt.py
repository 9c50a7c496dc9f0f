"""Adds to the events database what the comparison needs and it lacks."""

import os
from argparse import ArgumentParser
from typing import Any

from django.db import connections

from nodes.adopt import adopt_and_record, announcement, is_recordable, plan
from nodes.commands import OperatorCommand
from nodes.errors import NOT_MADE, EventsUnavailable, explained
from nodes.reading import reading
from nodes.recognition import RECORD, file_of, is_there, refuse_folder
from nodes.router import EVENTS

NO_RECORD = f"Nothing is missing but the table {RECORD}, in which that is recorded."
WAS_EMPTY = "The events database was an empty file: check EVENTS_DATABASE_URL if the monitor has already filled it."


class Command(OperatorCommand):
    help = (
        "Adds the tables, columns and indexes that the events database lacks, one at a time, and touches nothing "
        "else. Running it again does no harm; one that was broken off goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be added, and write nothing")
        parser.add_argument("--create", action="store_true", help="make the file where EVENTS_DATABASE_URL names none")
        parser.add_argument(
            "--wait", type=float, metavar="SECONDS", help="how long to wait for another program's lock (a minute)"
        )

    def handle(self, *args: Any, dry_run: bool, create: bool, wait: float | None, **options: Any) -> None:
        refuse_folder(connections[EVENTS])
        if dry_run:
            self._show()
            return
        if not create:
            _refuse_missing_file()
        was_empty = _is_empty_file()
        with explained(writing=True):
            adopt_and_record(connections[EVENTS], self._say, wait)
        if was_empty:
            self._say(WAS_EMPTY)
        self._say("The events database has everything that is needed.")

    def _show(self) -> None:
        with reading() as connection:
            steps, recordable = plan(connection), is_recordable(connection)
        nothing = "Nothing is missing." if recordable else NO_RECORD
        for line in announcement(steps) if steps else [nothing]:
            self._say(line)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _refuse_missing_file() -> None:
    """A file that the operator named and that is not there is a mistyped one; the site's own is made."""
    file = file_of(connections[EVENTS])
    if file and os.environ.get("EVENTS_DATABASE_URL", "").strip() and not is_there(file):
        raise EventsUnavailable(NOT_MADE)


def _is_empty_file() -> bool:
    file = file_of(connections[EVENTS])
    return file is not None and is_there(file) and file.stat().st_size == 0
