"""Deletes old events that the roll-ups have counted."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import connections

from nodes.commands import OperatorCommand
from nodes.display import size
from nodes.errors import explained
from nodes.fields import to_stored
from nodes.progress import EventsBar
from nodes.recognition import refuse_foreign_file
from nodes.rollups.archive import Archive, ArchiveError
from nodes.rollups.prune import older, prunable, prune
from nodes.router import EVENTS
from nodes.sql.pruning import COLUMNS

MOST_DAYS = 3650


def span(text: str) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,5})([hd])", text)
    length = timedelta(**{"hours" if found[2] == "h" else "days": int(found[1])}) if found else timedelta()
    if not timedelta(hours=1) <= length <= timedelta(days=MOST_DAYS):
        raise ArgumentTypeError("must be hours or days, such as 48h or 2d, of an hour to ten years")
    return length


class Command(OperatorCommand):
    help = (
        "Deletes events that `rollup` has counted and that are older than asked, in short steps beside other programs. "
        "The newest event, events not counted yet, and those whose time cannot be read stay. The file of an SQLite "
        "database does not get smaller: the room is used again. Comparisons go on to describe what was deleted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--keep", type=span, required=True, metavar="TIME", help="what to keep, such as 2d or 48h")
        parser.add_argument(
            "--archive",
            type=Path,
            metavar="FILE.csv.gz",
            help="add the events to this file before they are deleted; after a kill some may be in it twice",
        )
        parser.add_argument("--dry-run", action="store_true", help="say how many would be deleted, and delete nothing")

    def handle(self, *args: Any, keep: timedelta, archive: Path | None, dry_run: bool, **options: Any) -> None:
        refuse_foreign_file(connections[EVENTS])
        before = datetime.now(UTC) - keep
        with explained(writing=True):
            total = prunable(to_stored(before))
            left = older(to_stored(before)) - total
        of = f"events from before {before:%Y-%m-%d %H:%M} UTC"
        uncounted = (
            f" {left:,} older ones are not counted yet: run `manage.py rollup --until-done`." if left > 0 else ""
        )
        if dry_run:
            self.stdout.write(f"Would delete {total:,} {of}.{uncounted}")
            return
        try:
            deleted, archived = _pruned(to_stored(before), archive, total)
        except ArchiveError as error:
            raise CommandError(str(error)) from error
        added = f", after {size(archived)} were added to the archive" if archive else ""
        self.stdout.write(f"Deleted {deleted:,} {of}{added}.{uncounted}")


def _pruned(before: str, archive: Path | None, total: int) -> tuple[int, int]:
    """Events deleted and bytes archived."""
    deleted = 0
    with Archive(archive, COLUMNS) if archive else nullcontext() as file, explained(writing=True):
        with EventsBar("Deleting") as bar:
            for more in prune(before, file):
                deleted += more
                bar.show(deleted, total)
        return deleted, file.added if file else 0
