"""Asks the APIs of all nodes that have an address, again and again; one process at a time.

Threads ask, one for each node that is being asked, and have nothing to do with databases. The caller's thread decides
who is asked when, and writes what came back, one short transaction per node.
"""

import logging
import queue
import random
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from django.conf import settings
from django.db import connections

from nodes.display import quoted
from nodes.errors import EventsUnavailable
from nodes.models import Node
from nodes.one_process import turn_at
from nodes.readiness import refuse_unready
from nodes.sno.answer import Answer, understood
from nodes.sno.asking import ask
from nodes.sno.client import ApiTrouble
from nodes.sno.store import forget_silence, store, store_silence

logger = logging.getLogger(__name__)

# Nodes asked at a time. Those that gave no or a late answer last time never have more than half of the threads.
AT_ONCE = 16
SLOW = 10.0  # seconds; whoever takes longer is asked among those that do not answer
LOOK = 5.0  # seconds between two looks at which nodes there are
TICK = 0.1  # seconds between two looks at what came back, while there is something to wait for
LONGEST_BACK_OFF = 1800.0
JITTER = 0.1  # of the interval, so that nodes do not all come at the same time for ever
HISTORY_EVERY, HISTORY_AGAIN = 6 * 3600.0, 3600.0  # pay stubs and held amounts change once a month
PATIENT_STEPS = 5
UNEXPECTED = "Asking this node failed in a way that nobody thought of: the log of the site has the details."


class Stopping(Protocol):
    def is_set(self) -> bool: ...

    def wait(self, timeout: float) -> bool: ...


@dataclass(frozen=True)
class Outcome:
    """What came back from a node. Without an answer `trouble` says why."""

    at: datetime
    answer: Answer | None
    trouble: str
    seconds: float
    with_history: bool


@dataclass
class _Polled:
    """A node as this poller knows it; times are those of time.monotonic()."""

    name: str
    url: str
    due: float = 0.0
    history_due: float = 0.0
    failures: int = 0
    is_slow: bool = False
    trouble: str = ""
    is_asked: bool = False
    unwritten: Outcome | None = None
    tries: int = 0  # to write it

    @property
    def is_suspect(self) -> bool:
        return self.failures > 0 or self.is_slow


@dataclass
class Poller:
    """To be used by one thread: step() again and again, then close()."""

    interval: float
    at_once: int = AT_ONCE
    asked: int = 0  # polls so far
    trouble: str | None = None
    by_another: bool = False
    _nodes: dict[str, _Polled] = field(default_factory=dict)
    _answers: "queue.SimpleQueue[tuple[_Polled, Outcome]]" = field(default_factory=queue.SimpleQueue)
    _asked_before: Collection[str] | None = None
    _next_look: float = 0.0
    _is_ready: bool = False
    _failures: int = 0

    def __post_init__(self) -> None:
        self._turn = turn_at("node-apis")

    def step(self) -> float:
        """Asks whoever is due, and writes what came back. Returns the seconds until there may be something to do.

        Raises EventsUnavailable and the errors of the site's database; what could not be written is kept.
        """
        if time.monotonic() >= self._next_look:
            self._look()
            self._next_look = time.monotonic() + LOOK
        self._collect()
        # Before what can fail: the answer of one node that cannot be written must not keep the others from being asked.
        self._ask_due()
        self._write()
        if self._waits:
            return TICK
        connections.close_all()
        return min([LOOK, *(node.due - time.monotonic() for node in self._nodes.values())])

    def run(self, stopping: Stopping) -> None:
        """Until `stopping` is set; whatever goes wrong, it goes on."""
        try:
            while not stopping.is_set():
                stopping.wait(max(TICK, self._survived()))
        finally:
            self.close()

    def close(self) -> None:
        """Those who are being asked are left to themselves."""
        connections.close_all()
        self._turn.give_back()

    @property
    def _waits(self) -> bool:
        return any(node.is_asked or node.unwritten for node in self._nodes.values())

    def _survived(self) -> float:
        try:
            wait = self.step()
        except EventsUnavailable as error:
            self._is_ready = False
            self._met(str(error))
            return 1.0
        except Exception:
            if self.trouble != UNEXPECTED:
                logger.exception("Asking the nodes' APIs failed")
            self._met(UNEXPECTED)
            return LOOK
        if self._failures >= PATIENT_STEPS:
            logger.info("What the nodes' APIs tell is stored again")
        self.trouble, self._failures = None, 0
        return wait

    def _met(self, trouble: str) -> None:
        """Another program holds the database now and then: only trouble that lasts is worth a line."""
        self.trouble, self._failures = trouble, self._failures + 1
        if self._failures == PATIENT_STEPS:
            logger.warning("What the nodes' APIs tell is not stored for now: %s", trouble)

    def _look(self) -> None:
        """Which nodes there are now. A new one, or one with a new address, is asked at once."""
        wanted = dict(Node.objects.exclude(api_url="").values_list("name", "api_url"))
        self.by_another = bool(wanted) and not self._turn.is_ours()
        if self.by_another:
            wanted = {}
        if wanted and not self._is_ready:
            refuse_unready()
            self._is_ready = True
        self._nodes = {
            name: node if (node := self._nodes.get(name)) and node.url == url else _Polled(name, url)
            for name, url in wanted.items()
        }
        if not self.by_another and self._asked_before != wanted.keys():
            with suppress(EventsUnavailable):  # at the next look then
                forget_silence(wanted.keys())
                self._asked_before = wanted.keys()

    def _ask_due(self) -> None:
        now = time.monotonic()
        asked = [node for node in self._nodes.values() if node.is_asked]
        free, free_for_suspects = self.at_once - len(asked), self.at_once // 2 - sum(node.is_suspect for node in asked)
        due = sorted((node for node in self._nodes.values() if self._is_due(node, now)), key=lambda node: node.due)
        for node in due:
            if free <= 0:
                return
            if node.is_suspect and free_for_suspects <= 0:
                continue
            free, free_for_suspects = free - 1, free_for_suspects - node.is_suspect
            self._start(node, now)

    def _is_due(self, node: _Polled, now: float) -> bool:
        return node.due <= now and not node.is_asked and node.unwritten is None

    def _start(self, node: _Polled, now: float) -> None:
        node.due = now + self.interval * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
        with_history = node.history_due <= now
        # A daemon: a host whose name nobody knows may take longer than any time-out.
        threading.Thread(target=self._run, args=(node, with_history), name="ask a node", daemon=True).start()
        node.is_asked = True

    def _run(self, node: _Polled, with_history: bool) -> None:
        self._answers.put((node, _outcome(node.url, with_history)))

    def _collect(self) -> None:
        while not self._answers.empty():
            node, outcome = self._answers.get()
            node.is_asked = False
            self.asked += 1
            if self._nodes.get(node.name) is node:  # its address may have been changed meanwhile
                _settle(node, outcome, self.interval)

    def _write(self) -> None:
        """The rest stays for the next step if one fails; that one is tried last then, and let go when it is old."""
        for node in sorted(self._nodes.values(), key=lambda node: node.tries):
            if (outcome := node.unwritten) and (node.tries == 0 or time.monotonic() < node.due):
                node.tries += 1
                _store(node.name, outcome)
            node.unwritten, node.tries = None, 0


def _store(name: str, outcome: Outcome) -> None:
    if outcome.answer is None:
        store_silence(name, outcome.at, outcome.trouble)
    else:
        store(name, outcome.answer, outcome.at, outcome.trouble)


def _settle(node: _Polled, outcome: Outcome, interval: float) -> None:
    """When to ask again; one line in the log when a node falls silent, and one when it is back."""
    node.unwritten = outcome
    node.is_slow = outcome.seconds > SLOW
    now = time.monotonic()
    if outcome.answer is None:
        node.failures += 1
        node.due = max(node.due, now + min(interval * 2 ** min(node.failures - 1, 10), max(LONGEST_BACK_OFF, interval)))
    else:
        node.failures = 0
        if outcome.with_history:
            node.history_due = now + (HISTORY_AGAIN if outcome.trouble else HISTORY_EVERY)
    _log_change(node, outcome)
    node.trouble = outcome.trouble


def _log_change(node: _Polled, outcome: Outcome) -> None:
    if outcome.trouble and not node.trouble:
        what = "does not answer" if outcome.answer is None else "answers in part"
        logger.warning("The API of %s %s: %s", quoted([node.name]), what, outcome.trouble)
    elif node.trouble and not outcome.trouble:
        logger.info("The API of %s answers again", quoted([node.name]))


def _outcome(url: str, with_history: bool) -> Outcome:
    at, began = datetime.now(UTC), time.monotonic()
    answer: Answer | None = None
    try:
        asked = ask(url, with_history)
        answer, trouble = understood(asked.documents), asked.trouble
    except ApiTrouble as error:
        trouble = str(error)
    except Exception:
        # A thread that died silently would leave its node asked for ever.
        logger.exception("Asking a node's API failed")
        trouble = UNEXPECTED
    return Outcome(at, answer, trouble, time.monotonic() - began, with_history)


def poll_forever(stopping: Stopping) -> None:
    """Every API_POLL_INTERVAL seconds, until `stopping` is set; nothing where that is 0."""
    if settings.API_POLL_INTERVAL:
        Poller(settings.API_POLL_INTERVAL).run(stopping)
