"""`manage.py earnings`: the statements of nodes for a month, in a terminal, or as JSON or CSV for scripts."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from comparison.commands import ComparingCommand
from comparison.metrics import EARNINGS
from comparison.money.export import as_json, csv_text, months_csv
from comparison.money.terminal import statements_text
from comparison.request import DEFAULT_MONTHS, ComparisonRequest, validated


class Command(ComparingCommand):
    help = (
        "Says what nodes earned in a month, per satellite, and month by month what was estimated and paid; all known "
        "nodes when none is named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--month", metavar="M", help="such as 2026-10; default this month so far")
        parser.add_argument(
            "--months",
            metavar="N",
            help=f"side by side, up to that one (default {DEFAULT_MONTHS}); with --format csv a row for each month",
        )

    def request(self, known: list[str], options: Mapping[str, Any]) -> ComparisonRequest:
        nodes = options["nodes"] or known
        return validated(
            known, nodes, EARNINGS, as_of=options["as_of"], month=options["month"], months=options["months"], fewest=1
        )

    def as_table(self, result: Mapping[str, Any], width: int, colour: bool, options: Mapping[str, Any]) -> str:
        return statements_text(result, width, colour)

    def as_csv(self, result: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        return months_csv(result) if options["months"] else csv_text(result)

    def as_json(self, result: Mapping[str, Any]) -> Mapping[str, Any]:
        return as_json(result)
