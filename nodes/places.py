"""The places for reads of the events: at most MAX_POOL_SIZE open connections in one process."""

import logging
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Condition
from typing import Any

from django.conf import settings

from nodes.errors import NoPlace

logger = logging.getLogger(__name__)

# time.monotonic() until which the next connection of this context may wait for a place.
wait_until: ContextVar[float | None] = ContextVar("wait_until", default=None)


@dataclass(frozen=True)
class PlacesUse:
    """How the places were used since the process began; `longest_wait` in seconds."""

    size: int
    in_use: int
    waits: int
    timeouts: int
    longest_wait: float


class Places:
    """A counted set of places, given in the order in which they were asked for.

    The size is read from the settings each time, so it is one fact.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._asking: deque[object] = deque()
        self._in_use = self._waits = self._timeouts = 0
        self._longest_wait = 0.0
        self._busy = _Busy()
        self._quiet_until = 0.0  # time.monotonic()

    def take(self) -> None:
        """Waits for a place until `wait_until`, else POOL_TIMEOUT seconds from now.

        Raises NoPlace if none became free; logs a line whenever none was.
        """
        began = time.monotonic()
        deadline = wait_until.get() or began + settings.POOL_TIMEOUT
        if deadline <= began:
            raise NoPlace(_never_began())
        with self._changed:
            is_ours, lacked = self._await_turn(deadline)
            waited = time.monotonic() - began
            if lacked:
                self._waits += 1
                self._longest_wait = max(self._longest_wait, waited)
            if is_ours:
                self._busy.begin(is_first=not self._in_use)
                self._in_use += 1
            else:
                self._timeouts += 1
        if not is_ours:
            raise NoPlace(_none_free(waited))
        if lacked:
            logger.info("A read of the events waited %.3f s for a place", waited)

    def give_back(self) -> None:
        with self._changed:
            self._in_use -= 1
            self._changed.notify_all()

    @contextmanager
    def quiet_moment(self, seconds: float) -> Iterator[Callable[[], bool]]:
        """Waits until no place is taken; whoever asks for one meanwhile, or inside, waits. For `seconds` at most.

        Yields what tells whether it is quiet still. For one thread at a time.
        """
        until = time.monotonic() + seconds
        try:
            with self._changed:
                self._quiet_until = until
                self._changed.wait_for(lambda: not self._in_use, seconds)
            yield lambda: not self._in_use and time.monotonic() < until
        finally:
            with self._changed:
                self._quiet_until = 0.0
                self._changed.notify_all()

    def wait_for_reads(self, unless: Callable[[], bool]) -> None:
        """Until a place is taken, or that is so; look_again() has it asked."""
        with self._changed:
            self._changed.wait_for(lambda: self._in_use > 0 or unless())

    def look_again(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def overlapping_for(self) -> float:
        """For how many seconds reads have followed one another without a moment between them; 0 of a single one."""
        with self._changed:
            return self._busy.seconds if self._in_use else 0.0

    def use(self) -> PlacesUse:
        with self._changed:
            return PlacesUse(settings.MAX_POOL_SIZE, self._in_use, self._waits, self._timeouts, self._longest_wait)

    def _await_turn(self, deadline: float) -> tuple[bool, bool]:
        """Whether it came in time, and whether places were lacking. A quiet moment may outlast the deadline."""
        ours, lacked = object(), False
        self._asking.append(ours)
        try:
            while (wait := self._until(ours, deadline) - time.monotonic()) > 0:
                lacked = lacked or not self._has_place(ours)
                self._changed.wait(wait)
            return self._has_place(ours), lacked
        finally:
            self._asking.remove(ours)
            self._changed.notify_all()

    def _until(self, ours: object, deadline: float) -> float:
        return self._quiet_until if self._has_place(ours) else deadline

    def _has_place(self, ours: object) -> bool:
        return self._asking.index(ours) < int(settings.MAX_POOL_SIZE) - self._in_use


class _Busy:
    """A time in which there is always a read."""

    def __init__(self) -> None:
        self._since = 0.0  # time.monotonic()
        self._reads = 0

    def begin(self, is_first: bool) -> None:
        if is_first:
            self._since, self._reads = time.monotonic(), 0
        self._reads += 1

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._since if self._reads > 1 else 0.0


def _none_free(waited: float) -> str:
    logger.warning("No place for a read of the events: gave up after %.1f s", waited)
    return (
        f"All {settings.MAX_POOL_SIZE} places for reading the events stayed taken for "
        f"{settings.POOL_TIMEOUT} s: try again later, or raise MAX_POOL_SIZE."
    )


def _never_began() -> str:
    """No place was missing, but a thread: the time ran out in the executor's queue."""
    logger.warning("A read of the events gave up after %d s in the queue for a thread", settings.POOL_TIMEOUT)
    return (
        f"A read of the events waited {settings.POOL_TIMEOUT} s for one of the {settings.COMPARISON_WORKERS} threads "
        "(COMPARISON_WORKERS): try again when fewer comparisons run, or with fewer nodes."
    )


places = Places()


class TakesAPlace:
    """Mixin for a DatabaseWrapper: an open connection holds a place, whoever opened it."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        places.take()
        try:
            connection = super().get_new_connection(conn_params)  # type: ignore[misc]
        except BaseException:
            places.give_back()
            raise
        self._place = weakref.finalize(self, places.give_back)
        return connection

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            if place := self.__dict__.pop("_place", None):
                place()
