"""Counts new events into the roll-ups by hand, or from a timer."""

import time
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError
from django.db import connections

from nodes.commands import OperatorCommand
from nodes.errors import explained
from nodes.progress import EventsBar
from nodes.recognition import refuse_foreign_file
from nodes.rollups.roll import BATCH, Batch, rollup_once
from nodes.router import EVENTS


class Command(OperatorCommand):
    help = (
        "Counts events that are not counted yet into sums per hour, day and week, which stay when events are pruned. "
        "May be broken off at any time, and run while the site and the monitor run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--until-done", action="store_true", help="go on until all events are counted")
        parser.add_argument(
            "--batch", type=int, default=BATCH, metavar="N", help="events to count at a time (%(default)s)"
        )

    def handle(self, *args: Any, until_done: bool, batch: int, **options: Any) -> None:
        if batch < 1:
            raise CommandError("--batch must be at least 1.")
        refuse_foreign_file(connections[EVENTS])
        began, events, behind = time.perf_counter(), 0, 0
        with explained(writing=True), EventsBar("Counting") as bar:
            for done in _batches(batch, until_done):
                events, behind = events + done.events, done.behind
                bar.show(events, events + behind)
        rate = events / max(time.perf_counter() - began, 0.001)
        left = f"; about {behind:,} are left" if behind else ""
        self.stdout.write(f"Counted {events:,} events, {rate:,.0f} a second{left}.")


def _batches(size: int, until_done: bool) -> Iterator[Batch]:
    while True:
        batch = rollup_once(size)
        yield batch
        if batch.is_last or not until_done:
            return
