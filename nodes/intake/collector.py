"""Follows the logs of all nodes in one thread, as the operator's records say from time to time."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic
from typing import Protocol

from django.db import Error as DatabaseError
from django.db import connections

from nodes.intake.follower import SOON, Follower, Rest
from nodes.intake.states import LogState, States
from nodes.known import printable
from nodes.models import Node
from nodes.router import EVENTS, SITE
from nodes.sql.collecting import wait_for_locks

logger = logging.getLogger(__name__)

# Seconds.
CONFIGURE, TELL = 10.0, 5.0
LOCK_WAIT = 1.0  # for another program's lock, so that the end is never waited for long
LONGEST_WAIT = 0.5
PER_BUSY_NODE = 0.001  # with many nodes each is looked at less often: at most so much of the time is looking


class Stopping(Protocol):
    def is_set(self) -> bool: ...

    def wait(self, timeout: float) -> bool: ...


class Collector:
    def __init__(self) -> None:
        self._followers: dict[str, Follower] = {}
        self._rest = Rest()
        self._states = States()
        self._configure_at = self._tell_at = 0.0

    def run(self, stopping: Stopping) -> None:
        """Until `stopping` is set; then all that was read is written."""
        try:
            while not stopping.is_set():
                wait = self.step(stopping)
                if wait > 0:
                    stopping.wait(wait)
        finally:
            self.close()

    def step(self, stopping: Stopping) -> float:
        """Reads what is new of every log that is due; returns the seconds until the next one is."""
        now = monotonic()
        if now >= self._configure_at:
            self._configure_at = now + CONFIGURE
            self._configure()
        self._connect()
        tick = max(SOON, PER_BUSY_NODE * len(self._followers))
        for follower in list(self._followers.values()):
            if stopping.is_set():
                return 0.0
            if monotonic() >= follower.due - tick / 2:  # those that are due together are looked at together
                follower.step(tick)
        if now >= self._tell_at:
            self._tell_at = now + TELL
            self._tell()
        due = min((follower.due for follower in self._followers.values()), default=now + LONGEST_WAIT)
        wait = due - monotonic()
        return 0.0 if wait <= 0 and self._is_behind else min(max(wait, tick), LONGEST_WAIT)

    @property
    def _is_behind(self) -> bool:
        return any(follower.is_behind for follower in self._followers.values())

    def read_all(self, stopping: Stopping) -> bool:
        """Once what is there now; whether all of it could be read and written."""
        self._configure()
        self._connect()
        for follower in self._followers.values():
            while (follower.step(quiet=0) or not follower.is_settled) and not stopping.is_set():
                if not follower.is_settled:
                    stopping.wait(SOON)
            follower.step(quiet=0)
        self.close()
        return not any(follower.trouble or follower.waits for follower in self._followers.values())

    def close(self) -> None:
        for follower in self._followers.values():
            follower.close()
        self._tell()
        connections.close_all()

    def _configure(self) -> None:
        try:
            wanted = dict(Node.objects.exclude(log_path="").values_list("name", "log_path"))
        except DatabaseError as error:
            logger.warning("Which nodes have logs cannot be read now: %s", error)
        else:
            self._follow({name: log.strip() for name, log in wanted.items()})
        finally:
            connections[SITE].close()

    def _connect(self) -> None:
        """Where the connection is new, it has not been told yet how long to wait."""
        if connections[EVENTS].connection is None:
            with suppress(DatabaseError):
                wait_for_locks(connections[EVENTS], LOCK_WAIT)

    def _follow(self, wanted: Mapping[str, str]) -> None:
        for name, follower in list(self._followers.items()):
            if wanted.get(name) != follower.log:
                logger.info("The log of %s is not followed any more", printable(name))
                self._followers.pop(name).close()
        for name in wanted.keys() - self._followers.keys():
            self._followers[name] = Follower(name, wanted[name], self._rest)

    def _tell(self) -> None:
        """What keeps the states from being written is in the way of the events too, and told by the followers."""
        try:
            self._states.write({name: _state_of(follower) for name, follower in self._followers.items()})
        except DatabaseError:
            connections[EVENTS].close()


def _state_of(follower: Follower) -> LogState:
    return LogState(follower.last_seen, follower.last_event, follower.behind, follower.trouble, follower.trouble_since)
