"""Measures what comparisons cost, on demonstration data of its own."""

import json
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from rich.console import Console

from comparison.benchmarking.databases import BenchmarkError, Parameters, prepared
from comparison.benchmarking.measuring import Benchmark, measured
from comparison.benchmarking.table import rendered
from comparison.metrics import TYPES
from nodes.commands import OperatorCommand

WIDTH = 160  # where the output is no terminal
_AT_LEAST = {"nodes": 2, "events_per_node": 1, "days": 1, "runs": 1}


class Command(OperatorCommand):
    help = (
        "Measures comparisons of each type in fresh processes, beside a full load of the same events. "
        "Makes the database it needs; reads and writes no other."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--nodes", type=int, default=5, help="number of nodes (%(default)s)")
        parser.add_argument("--events-per-node", type=int, default=1_000_000, help="events of each (%(default)s)")
        parser.add_argument("--days", type=int, default=2, help="days that they cover, and the range (%(default)s)")
        parser.add_argument("--type", action="append", choices=TYPES, help="can be repeated (all)")
        parser.add_argument("--runs", type=int, default=5, help="measurements of each way (%(default)s)")
        parser.add_argument("--folder", type=Path, help="where to keep the database for the next time (temporary)")
        parser.add_argument("--format", choices=("table", "json"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, least in _AT_LEAST.items():
            if options[name] < least:
                raise CommandError(f"--{name.replace('_', '-')} must be at least {least}.")
        try:
            self._print(_benchmark(options), options["format"])
        except BenchmarkError as error:
            raise CommandError(str(error)) from error

    def _print(self, benchmark: Benchmark, format_: str) -> None:
        if format_ == "json":
            self.stdout.write(json.dumps(benchmark.as_dict(), indent=1))
        else:
            console = Console(width=None if sys.stdout.isatty() else WIDTH)
            with console.capture() as text:
                console.print(rendered(benchmark))
            self.stdout.write(text.get())


def _benchmark(options: dict[str, Any]) -> Benchmark:
    if options["folder"] is not None:
        return _measured(options["folder"], options)
    with tempfile.TemporaryDirectory(prefix="comparison-benchmark-") as folder:
        return _measured(Path(folder), options)


def _measured(folder: Path, options: dict[str, Any]) -> Benchmark:
    database = prepared(folder, Parameters(options["nodes"], options["events_per_node"], options["days"]))
    with Console(stderr=True).status("…") as status:
        return measured(database, options["type"] or list(TYPES), options["runs"], status.update)
