"""Reads logs of a storage node into the events."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from nodes.commands import OperatorCommand
from nodes.display import size
from nodes.errors import explained
from nodes.intake.files import Found, found
from nodes.intake.ingest import Ingest, Report
from nodes.intake.write import NodeTaken, SourceMoved, refuse_taken
from nodes.known import ensure_nodes, is_usable_name, printable
from nodes.models import Node
from nodes.progress import LogBar
from nodes.readiness import refuse_unready
from nodes.sources import why_not_lines

BROKEN_OFF = "Broken off. What was read is kept; run the same command again to go on from there."

SAME_FILES = "The very files that are followed, and older ones of the same log, add nothing twice: --force reads them."


class Command(OperatorCommand):
    help = (
        "Reads logs of a storage node into the events: of any version since 2019, plain, .gz or .zst, in any order. "
        "May be broken off at any time, and run again with the same logs, renamed, grown or compressed: no line counts "
        "twice. Only whole lines are read of a file that is not compressed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("node", metavar="NODE", help="the name of the node; a new one is made")
        parser.add_argument(
            "paths",
            nargs="+",
            metavar="PATH",
            help="files, patterns, folders (of which those with “log” in their name), or - for standard input",
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help="read them even if another program seems to write this node's events, or its log is followed",
        )

    def handle(self, *args: Any, node: str, paths: list[str], force: bool, **options: Any) -> None:
        if not is_usable_name(node):
            raise CommandError(f"NODE must be a name of 1 to {Node.MAX_NAME} characters that can be read.")
        _prepare(node, force)
        logs = found(paths)
        ingest, began = Ingest(node, logs, force), time.perf_counter()
        try:
            with explained(writing=True):
                _run(ingest, logs)
        except KeyboardInterrupt:
            raise CommandError(BROKEN_OFF) from None
        except (NodeTaken, SourceMoved) as error:
            raise CommandError(str(error)) from error
        finally:
            self._tell(node, ingest.report, time.perf_counter() - began)
        if ingest.report.troubles:
            raise CommandError("\n".join(ingest.report.troubles))

    def _tell(self, node: str, report: Report, seconds: float) -> None:
        rate = report.lines / max(seconds, 0.001)
        known = f" {size(report.known)} of them had been read before." if report.known else ""
        logs = "1 log" if report.logs == 1 else f"{report.logs} logs"
        self.stdout.write(
            f"Read {report.lines:,} lines from {logs} of “{printable(node)}”, {rate:,.0f} a second: "
            f"{report.events:,} events, {report.scores:,} scores, {report.compactions:,} compactions.{known}"
        )
        for reason, lines in report.skipped.most_common():
            self.stdout.write(f"{lines:>13,}  left aside: {reason}")


def _prepare(node: str, force: bool) -> None:
    """Nothing is written into a database that is not the intake's to write, and no Node made for it."""
    refuse_unready()
    if not force and (double := why_not_lines(node)):
        raise CommandError(f"{double} {SAME_FILES}")
    try:
        with explained():
            if not force:
                refuse_taken(node)
    except NodeTaken as error:
        raise CommandError(str(error)) from error
    ensure_nodes([node])


def _run(ingest: Ingest, logs: Found) -> None:
    with LogBar("Reading") as bar:
        for done in ingest.run():
            bar.show(done, logs.size, ingest.report.lines)
