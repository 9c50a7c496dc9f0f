"""Takes over from a CSV file what satellites really paid."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from nodes.commands import OperatorCommand
from nodes.known import printable
from nodes.payouts.importing import preview, read_lines, write
from nodes.payouts.lines import MOST_BYTES, Parsed
from nodes.payouts.told import refusal, summary


class Command(OperatorCommand):
    help = (
        "Takes over payouts from a CSV file with node, period (2026-10), satellite (us1, or its id) and amount (US "
        "dollars). The same file again changes nothing; another amount replaces the one before. Lines that cannot be "
        "read are told by number and left out; the others are written together or not at all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and write nothing")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        found = read_lines(_content(file))
        for bad in found.bad:
            self.stderr.write(printable(str(bad), 200))
        if reason := refusal(found):
            raise CommandError(reason)
        self.stdout.write(self._would(found) if dry_run else f"Payouts: {summary(found, write(found))}.")

    def _would(self, found: Parsed) -> str:
        plan = preview(found)
        for line in plan.new:
            self.stdout.write(f"new: {_told(line)} {line.amount} USD")
        for change in plan.changed:
            self.stdout.write(f"changed: {_told(change.line)} {change.before} to {change.line.amount} USD")
        return f"Payouts, nothing written: {summary(found, plan)}."


def _told(line: Any) -> str:
    return f"{printable(line.node)}, {line.period}, {line.satellite}:"


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{file} could not be read: {error.strerror}.") from None
    if len(content) > MOST_BYTES:
        raise CommandError(f"{file} has over {MOST_BYTES:,} bytes: divide it.")
    return content
