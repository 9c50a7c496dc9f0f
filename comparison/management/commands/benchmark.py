"""Measures what comparisons cost, on demonstration data of its own."""

import json
import sys
import tempfile
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from rich.console import Console, RenderableType

from comparison.benchmarking import writes
from comparison.benchmarking.databases import BenchmarkError, prepared
from comparison.benchmarking.measuring import Benchmark, Report, Wanted, machine, measured
from comparison.benchmarking.scenarios import SCENARIOS, SMALLEST, WRITES, Parameters
from comparison.benchmarking.table import rendered, rendered_writes
from comparison.benchmarking.writes import Writes
from comparison.metrics import EARNINGS, TYPES
from comparison.window import parse_range
from nodes.commands import OperatorCommand

WIDTH = 160  # where the output is no terminal
ALL = "all"
RANGES = ("24h", "7d", "30d", "365d")
_AT_LEAST = {"nodes": 2, "events_per_node": 1, "days": 1, "runs": 1, "minutes": 1}
_SIZES = ("nodes", "events_per_node", "days")

Figures = Benchmark | Writes


class Command(OperatorCommand):
    help = (
        "Measures comparisons of each type and range in fresh processes, beside a sample, one GROUP BY and a full load "
        "of the same events; and what roll-ups cost. Makes the databases it needs; reads and writes no other."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--scenario",
            action="append",
            choices=(*SCENARIOS, WRITES, ALL),
            help=f"which database to measure; can be repeated ({SMALLEST})",
        )
        parser.add_argument("--nodes", type=int, help="another number of nodes than the scenario's")
        parser.add_argument("--events-per-node", type=int, help="another number of events of each")
        parser.add_argument("--days", type=int, help="another number of days that they cover")
        parser.add_argument("--type", action="append", choices=TYPES, help="can be repeated (all)")
        parser.add_argument("--range", action="append", type=_hours, help=f"can be repeated ({', '.join(RANGES)})")
        parser.add_argument("--runs", type=int, default=3, help="measurements of each way (%(default)s)")
        parser.add_argument("--minutes", type=int, default=60, help=f"of life in “{WRITES}” (%(default)s)")
        parser.add_argument("--folder", type=Path, help="where to keep the databases for the next time (temporary)")
        parser.add_argument("--format", choices=("table", "json"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, least in _AT_LEAST.items():
            if options[name] is not None and options[name] < least:
                raise CommandError(f"--{name.replace('_', '-')} must be at least {least}.")
        try:
            if options["format"] == "json":
                found = {name: figures.as_dict() for name, figures in _all_figures(options)}
                self.stdout.write(json.dumps({"machine": machine(), "scenarios": found}, indent=1))
            else:
                self._print_tables(options)
        except BenchmarkError as error:
            raise CommandError(str(error)) from error

    def _print_tables(self, options: dict[str, Any]) -> None:
        """Each when it is there: all of them take long."""
        for name, figures in _all_figures(options):
            self._print(rendered_writes(figures) if isinstance(figures, Writes) else rendered(name, figures))

    def _print(self, text: RenderableType) -> None:
        console = Console(width=None if sys.stdout.isatty() else WIDTH)
        with console.capture() as captured:
            console.print(text)
        self.stdout.write(captured.get())
        self.stdout.flush()


def _all_figures(options: dict[str, Any]) -> Iterator[tuple[str, Figures]]:
    chosen = dict.fromkeys(options["scenario"] or [SMALLEST])
    names = (*SCENARIOS, WRITES) if ALL in chosen else tuple(chosen)
    for name in names:
        with tempfile.TemporaryDirectory(prefix="comparison-benchmark-") as temporary:
            folder = options["folder"] or Path(temporary)
            with Console(stderr=True).status(name) as status:
                yield name, _figures(name, folder, options, status.update)


def _figures(name: str, folder: Path, options: dict[str, Any], report: Report) -> Figures:
    if name == WRITES:
        return writes.measured(folder, options["minutes"], report)
    report(f"{name}: making the database")
    database = prepared(folder, _parameters(name, options))
    types = options["type"] or list(TYPES)
    # Earnings are of the calendar month, whatever the range.
    usual = RANGES[:1] if set(types) == {EARNINGS} else RANGES
    ranges = options["range"] or [parse_range(range_) for range_ in usual]
    return measured(database, Wanted(types, ranges, options["runs"]), report)


def _parameters(name: str, options: dict[str, Any]) -> Parameters:
    return replace(SCENARIOS[name], **{size: options[size] for size in _SIZES if options[size] is not None})


def _hours(text: str) -> int:
    try:
        return parse_range(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
