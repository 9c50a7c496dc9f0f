"""Measures a real server under load, on demonstration data of its own."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from comparison.benchmarking.databases import BenchmarkError, prepared
from comparison.benchmarking.scenarios import Parameters
from nodes.commands import OperatorCommand
from storj_site.load import Figure, report


class Command(OperatorCommand):
    help = (
        "Measures the first page of a gunicorn; and of one that is pinned to one core: ten comparisons at once, fifty "
        "equal ones, and how fast /healthz answers meanwhile. Makes the database it needs; reads and writes no other."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--nodes", type=int, default=5, help="number of nodes (%(default)s)")
        parser.add_argument("--events-per-node", type=int, default=1_000_000, help="events of each (%(default)s)")
        parser.add_argument("--days", type=int, default=2, help="days that they cover (%(default)s)")
        parser.add_argument("--seconds", type=float, default=15, help="how long /healthz is watched (%(default)s)")
        parser.add_argument("--folder", type=Path, help="where to keep the database for the next time (temporary)")

    def handle(self, *args: Any, **options: Any) -> None:
        parameters = Parameters(options["nodes"], options["events_per_node"], options["days"])
        try:
            with tempfile.TemporaryDirectory(prefix="comparison-benchmark-") as temporary:
                database = prepared(options["folder"] or Path(temporary), parameters)
                for figure in report(database, options["seconds"]):
                    self.stdout.write(_line(figure))
        except BenchmarkError as error:
            raise CommandError(str(error)) from error


def _line(figure: Figure) -> str:
    goal = f"  (goal: {figure.goal})" if figure.goal else ""
    return f"{figure.label:<58} {figure.value}{goal}"
