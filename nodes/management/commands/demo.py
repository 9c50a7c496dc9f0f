"""Fills an empty events database with demonstration data."""

import sys
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandError
from django.db import connections
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from nodes.commands import OperatorCommand
from nodes.demo import fill
from nodes.entered import FORM, moment_of
from nodes.errors import explained
from nodes.recognition import refuse_foreign_file
from nodes.router import EVENTS

HOLDS_DATA = (
    "The events database already holds data: name an empty one in EVENTS_DATABASE_URL, or give --force to add "
    "the demonstration nodes to it, which replaces what it holds about nodes of the same names."
)
EARLIEST = datetime(2018, 1, 1, tzinfo=UTC)  # when Storj's present network began
MOST_DAYS = 365


class Command(OperatorCommand):
    help = (
        "Fills an empty events database with lifelike demonstration nodes. If it is broken off, run it again "
        "with --force, or delete the database first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--nodes", type=int, default=4, help="number of nodes (%(default)s)")
        parser.add_argument("--events-per-node", type=int, default=30_000, help="events of each (%(default)s)")
        parser.add_argument("--days", type=int, default=3, help="days that the events cover (%(default)s)")
        parser.add_argument(
            "--as-of", metavar="TIME", help="the end of the data, such as 2026-11-23T12:00, in UTC (now)"
        )
        parser.add_argument("--seed", type=int, default=1, help="another number makes other data (%(default)s)")
        parser.add_argument("--force", action="store_true", help="add the nodes to a database that holds data")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = _plan(options)
        with explained(writing=True):
            refuse_foreign_file(connections[EVENTS])
            holds_data = fill.holds_data()
            if holds_data and not options["force"]:
                raise CommandError(HOLDS_DATA)
            seconds = _filled(plan, replace=holds_data)
        self.stdout.write(
            f"{plan.nodes} nodes with {plan.events:,} events of {plan.days} days up to {plan.as_of:%Y-%m-%d %H:%M} "
            f"UTC: {plan.events / seconds:,.0f} events a second before indexes."
        )


def _plan(options: dict[str, Any]) -> fill.Plan:
    for name in ("nodes", "events_per_node", "days"):
        if options[name] < 1:
            raise CommandError(f"--{name.replace('_', '-')} must be at least 1.")
    if options["days"] > MOST_DAYS:
        raise CommandError(f"--days must be at most {MOST_DAYS}.")
    as_of = _moment(options["as_of"]) if options["as_of"] else datetime.now(UTC)
    return fill.Plan(options["nodes"], options["events_per_node"], options["days"], as_of, options["seed"])


def _moment(text: str) -> datetime:
    moment = moment_of(text)
    if moment is None or not EARLIEST <= moment <= datetime.now(UTC):
        raise CommandError(f"--as-of must be a time since 2018 and not in the future, in {FORM}.")
    return moment


def _filled(plan: fill.Plan, replace: bool) -> float:
    """Fills, with a progress bar on a terminal. Returns the seconds that the events took."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, disable=not sys.stdout.isatty()) as progress:
        task = progress.add_task("Tables", total=plan.events)
        fill.prepare(plan, replace)
        fill.write_side_tables(plan)
        progress.update(task, description="Events")
        began = time.perf_counter()
        for written in fill.write_events(plan):
            progress.advance(task, written)
        seconds = time.perf_counter() - began
        progress.update(task, description="Indexes")
        fill.finish()
    return seconds
