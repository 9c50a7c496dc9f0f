"""Collects as long as it runs: follows the logs of the nodes, and asks their APIs."""

import os
import signal
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from nodes.commands import OperatorCommand
from nodes.intake.collector import Collector
from nodes.one_process import OneProcess, turn_at
from nodes.readiness import refuse_unready
from nodes.sno.poller import poll_forever

ANOTHER = "Another collector of this site runs already: only one may follow the logs."
UNFINISHED = "Not all could be read or written: the lines above, or the status page, say what."
ENDED = "Collecting has ended because of an error, which the lines above have."
TICK = 0.1  # seconds between two looks at signals
PATIENCE = 1.6  # seconds for the last writes; what is not written then will be read again
TURN_PATIENCE = 2.0  # seconds that another collector, which has been told to end, may take


class Command(OperatorCommand):
    help = (
        "Follows the logs of all nodes and asks their APIs, as far as these are given in "
        "the admin, until it is stopped. Changes there are seen within ten seconds."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="read the logs as far as they are there, then end")
        parser.add_argument("--beside", type=int, metavar="PID", help="end when this parent process has ended")

    def handle(self, *args: Any, once: bool, beside: int | None, **options: Any) -> None:
        refuse_unready()
        turn = turn_at("collector")
        _wait_for(turn)
        self._is_asked_to_stop = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            self._once() if once else self._collect(beside)
        finally:
            turn.give_back()

    def _stop(self, number: int, frame: object) -> None:
        # No more than this: the thread that is interrupted may hold any lock.
        self._is_asked_to_stop = True

    def _once(self) -> None:
        is_all_read = []
        work = _Work(lambda stopping: is_all_read.append(Collector().read_all(stopping)))
        while work.is_alive and not self._is_asked_to_stop:
            time.sleep(TICK)
        work.end()
        if is_all_read != [True]:
            raise CommandError(UNFINISHED)

    def _collect(self, beside: int | None) -> None:
        work, polling = _Work(Collector().run), _Work(poll_forever)
        while work.is_alive and not self._is_asked_to_stop and (beside is None or os.getppid() == beside):
            time.sleep(TICK)
        has_failed = not work.is_alive
        polling.ask_to_end()
        work.end()
        if has_failed:
            raise CommandError(ENDED)


class _Work:
    """A daemon thread: a disk or a database that hangs must not keep the process from ending."""

    def __init__(self, work: Any) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=work, args=(self._stopping,), name="collector", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def ask_to_end(self) -> None:
        self._stopping.set()

    def end(self) -> None:
        self.ask_to_end()
        self._thread.join(PATIENCE)


def _wait_for(turn: OneProcess) -> None:
    until = time.monotonic() + TURN_PATIENCE
    while not turn.is_ours():
        if time.monotonic() > until:
            raise CommandError(ANOTHER)
        time.sleep(TICK)
