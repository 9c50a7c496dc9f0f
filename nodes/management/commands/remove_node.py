"""Removes a node with all that is stored of it."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError
from django.db import connections

from nodes.commands import OperatorCommand
from nodes.display import quoted
from nodes.errors import explained
from nodes.intake.write import NodeTaken
from nodes.models import Node
from nodes.progress import EventsBar
from nodes.recognition import refuse_foreign_file
from nodes.removal import Part, StillFed, parts, refuse_fed, remove
from nodes.router import EVENTS

UNCONFIRMED = "Nothing was removed: type the name, or give --yes where nobody can be asked."


class Command(OperatorCommand):
    help = (
        "Removes a node, for good: its record in the admin, and all that the events database has of it, events, sums, "
        "scores, space, earnings and payouts included. For a name that was mistyped, or a node that is gone. In short "
        "steps beside other programs; broken off, it is run again. An SQLite file does not get smaller."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("node", metavar="NODE", help="its name, exactly")
        parser.add_argument("--dry-run", action="store_true", help="say what would be removed, and remove nothing")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--force", action="store_true", help="although another program writes this node's events")

    def handle(self, *args: Any, node: str, dry_run: bool, yes: bool, force: bool, **options: Any) -> None:
        refuse_foreign_file(connections[EVENTS])
        with explained(writing=True):
            found = parts(node)
            if not found and not Node.objects.filter(name=node).exists():
                raise CommandError(f"There is no node {quoted([node])}: nothing is stored of it.")
            self._tell(node, found)
            if dry_run:
                return
            _refuse_fed(node, force)
            if not (yes or _confirmed(node)):
                raise CommandError(UNCONFIRMED)
            removed = _removed(node, sum(part.rows for part in found))
        self.stdout.write(f"Removed {quoted([node])}: {removed:,} rows.")

    def _tell(self, node: str, found: Sequence[Part]) -> None:
        self.stdout.write(f"Of {quoted([node])} there are:")
        for part in found:
            self.stdout.write(f"{part.rows:>13,}  rows of {part.table.name}")
        if not found:
            self.stdout.write("            –  nothing but its record in the admin")


def _refuse_fed(node: str, force: bool) -> None:
    try:
        refuse_fed(node)
    except StillFed as error:
        raise CommandError(str(error)) from error
    except NodeTaken as error:
        if not force:
            raise CommandError(str(error)) from error


def _confirmed(node: str) -> bool:
    return sys.stdin.isatty() and input("All of it goes for good. Type the node's name to go on: ") == node


def _removed(node: str, total: int) -> int:
    removed = 0
    with EventsBar("Removing") as bar:
        for more in remove(node):
            removed += more
            bar.show(removed, total)
    return removed
