"""`manage.py compare`: the comparison in a terminal, as JSON or CSV for scripts, or as Markdown for a forum."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser

from comparison.change.request import Beside, beside
from comparison.commands import ComparingCommand
from comparison.explained import UnknownMetric, explanation_text
from comparison.export import csv_text
from comparison.markdown import markdown_text
from comparison.metrics import TYPES
from comparison.request import AUTO, DEFAULT_RANGE, DEFAULT_TYPE, ComparisonRequest, validated
from comparison.terminal import table_text
from nodes.known import known_nodes
from nodes.together import NoSuchGroup, nodes_of


class Command(ComparingCommand):
    help = "Compares nodes side by side; all known nodes when none is named. Exit code 2 when some node failed."

    formats = (*ComparingCommand.formats, "markdown")

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--group", metavar="G", help="compare the nodes of this host or group from the admin")
        parser.add_argument("--type", default=DEFAULT_TYPE, metavar="T", help=f"one of {', '.join(TYPES)}")
        parser.add_argument("--range", default=DEFAULT_RANGE, metavar="R", help="24h, 7d, 30d or others up to 365d")
        parser.add_argument("--month", metavar="M", help="with --type earnings: a month such as 2026-10; default now")
        parser.add_argument(
            "--basis", default=AUTO, metavar="B", help="sample: read the newest events alone, without the roll-ups"
        )
        parser.add_argument(
            "--same-satellites",
            action="store_true",
            help="only what each node does for satellites that all of them serve",
        )
        parser.add_argument("--change-at", metavar="TIME", help="whether a change helped that was made then, in UTC")
        parser.add_argument(
            "--changed", action="append", metavar="NODE", help="the changed node, or several; the first"
        )
        parser.add_argument("--settle", metavar="R", help="leave out so much after the change, such as 24h")
        parser.add_argument("--against", metavar="A", help="previous: the difference to the window before")
        parser.add_argument(
            "--details",
            action="store_true",
            help="below the table: actions, satellites, errors, coverage; for earnings each satellite",
        )
        parser.add_argument("--mask", action="store_true", help="with --format markdown: without the names of nodes")
        parser.add_argument(
            "--explain", metavar="METRIC", help="say what a metric means, by its key, and compare nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["mask"] and options["format"] != "markdown":
            raise CommandError("Only --format markdown can leave out the names of nodes.")
        if options["explain"] is None:
            super().handle(*args, **options)
            return
        try:
            self.stdout.write(explanation_text(options["explain"]), ending="")
        except UnknownMetric as error:
            raise CommandError(str(error)) from None

    def request(self, known: list[str], options: Mapping[str, Any]) -> ComparisonRequest:
        if options["group"] and options["nodes"]:
            raise CommandError("Name nodes, or a group of them, and not both.")
        try:
            gathered = nodes_of(options["group"], known_nodes()) if options["group"] else known
        except NoSuchGroup as error:
            raise CommandError(str(error)) from None
        return validated(
            known,
            nodes=options["nodes"] or gathered,
            type=options["type"],
            range=options["range"],
            as_of=options["as_of"],
            basis=options["basis"],
            month=options["month"],
            same_satellites=options["same_satellites"],
        )

    def beside(self, request: ComparisonRequest, options: Mapping[str, Any]) -> Beside:
        asked = beside(request, *(options[name] for name in ("change_at", "changed", "settle", "against")))
        if (asked.change or asked.previous) and options["format"] in ("csv", "markdown"):
            raise CommandError("A change and the window before are told as a table or as JSON only.")
        return asked

    def as_table(self, result: Mapping[str, Any], width: int, colour: bool, options: Mapping[str, Any]) -> str:
        return table_text(result, width, colour=colour, details=options["details"])

    def as_csv(self, result: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        return csv_text(result)

    def as_markdown(self, result: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        return markdown_text(result, {}, mask=options["mask"])
