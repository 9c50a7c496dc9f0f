"""Whether both databases answer, told within a second whatever they do."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from time import monotonic

from django.db import connection

from nodes.models import Event, Node
from nodes.reading import reading

# Seconds. Under one in all, with something left for the request itself on a busy machine.
WAIT = 0.7


class Probe:
    """One question to one database, asked in a thread of its own, as a locked one answers after seconds.

    Never asked twice at the same time: who asks meanwhile waits for the same answer, so that a database
    that hangs costs one thread and not one a request.
    """

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._answer: Future[None] | None = None

    def begin(self) -> "Future[None]":
        with self._lock:
            if self._answer is None or self._answer.done():
                answer: Future[None] = Future()
                self._answer = answer
                try:
                    # A daemon: a database that hangs must not keep the process from ending.
                    threading.Thread(target=self._run, args=(answer,), name="healthz", daemon=True).start()
                except RuntimeError as error:  # no more threads: to be asked again, not waited for
                    answer.set_exception(error)
            return self._answer

    def _run(self, answer: "Future[None]") -> None:
        try:
            self._ask()
        except BaseException as error:  # noqa: BLE001 - whatever it is, this database does not answer
            answer.set_exception(error)
        else:
            answer.set_result(None)


def _ask_site() -> None:
    # A row of a table of ours: SELECT 1 touches no file, so a locked or damaged one would pass.
    try:
        Node.objects.values_list("pk").first()
    finally:
        connection.close()


def _ask_events() -> None:
    with reading(place_until=monotonic() + WAIT):
        Event.objects.order_by("-id").values_list("pk").first()


PROBES = {"site": Probe(_ask_site), "events": Probe(_ask_events)}


def health(probes: dict[str, Probe] = PROBES) -> dict[str, bool]:
    """For each database, whether it answered in time."""
    answers = {name: probe.begin() for name, probe in probes.items()}
    done, _ = wait(answers.values(), timeout=WAIT)
    return {name: answer in done and answer.exception() is None for name, answer in answers.items()}
