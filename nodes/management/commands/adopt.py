"""Adds to the events database what the comparison needs and it lacks."""

from argparse import ArgumentParser
from typing import Any

from django.db import connections

from nodes.adopt import adopt_and_record, announcement, plan
from nodes.commands import OperatorCommand
from nodes.errors import explained
from nodes.reading import reading
from nodes.recognition import refuse_folder
from nodes.router import EVENTS


class Command(OperatorCommand):
    help = (
        "Adds the tables, columns and indexes that the events database lacks, one at a time, and touches nothing "
        "else. Running it again does no harm; one that was broken off goes on where it was."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be added, and write nothing")
        parser.add_argument(
            "--wait", type=float, metavar="SECONDS", help="how long to wait for another program's lock (a minute)"
        )

    def handle(self, *args: Any, dry_run: bool, wait: float | None, **options: Any) -> None:
        refuse_folder(connections[EVENTS])
        if dry_run:
            self._show()
            return
        with explained(writing=True):
            adopt_and_record(connections[EVENTS], self._say, wait)
        self._say("The events database has everything that is needed.")

    def _show(self) -> None:
        with reading() as connection:
            steps = plan(connection)
        for line in announcement(steps) if steps else ["Nothing is missing."]:
            self._say(line)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
