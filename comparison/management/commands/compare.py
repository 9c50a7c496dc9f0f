"""`manage.py compare`: the comparison in a terminal, or as JSON or CSV for scripts."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from comparison.commands import ComparingCommand
from comparison.export import csv_text
from comparison.metrics import TYPES
from comparison.request import AUTO, DEFAULT_RANGE, DEFAULT_TYPE, ComparisonRequest, validated
from comparison.terminal import table_text


class Command(ComparingCommand):
    help = "Compares nodes side by side; all known nodes when none is named. Exit code 2 when some node failed."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--type", default=DEFAULT_TYPE, metavar="T", help=f"one of {', '.join(TYPES)}")
        parser.add_argument("--range", default=DEFAULT_RANGE, metavar="R", help="24h, 7d, 30d or others up to 365d")
        parser.add_argument("--month", metavar="M", help="with --type earnings: a month such as 2026-10; default now")
        parser.add_argument(
            "--basis", default=AUTO, metavar="B", help="sample: read the newest events alone, without the roll-ups"
        )
        parser.add_argument(
            "--details",
            action="store_true",
            help="below the table: actions, satellites, errors, coverage; for earnings each satellite",
        )

    def request(self, known: list[str], options: Mapping[str, Any]) -> ComparisonRequest:
        return validated(
            known,
            nodes=options["nodes"] or known,
            type=options["type"],
            range=options["range"],
            as_of=options["as_of"],
            basis=options["basis"],
            month=options["month"],
        )

    def as_table(self, result: Mapping[str, Any], width: int, colour: bool, options: Mapping[str, Any]) -> str:
        return table_text(result, width, colour=colour, details=options["details"])

    def as_csv(self, result: Mapping[str, Any]) -> str:
        return csv_text(result)
