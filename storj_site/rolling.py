"""The housekeeper's counting: batch after batch into the roll-ups, and what an operator should know of it.

One batch a step, so that whoever takes the steps can end between two of them.
"""

import logging
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.conf import settings
from django.db import connections

from nodes.errors import LOCKED, EventsUnavailable, NoPlace, NotTheMonitors, explained
from nodes.one_process import turn_at
from nodes.reading import reading
from nodes.recognition import refuse_folder, refuse_foreign
from nodes.rollups.pace import pause
from nodes.rollups.presence import rollups_exist
from nodes.rollups.roll import Batch, rollup_once
from nodes.router import EVENTS, READONLY
from storj_site.targets import target

logger = logging.getLogger(__name__)

# Events at a time: as many as a slow machine counts in about a second, so that a step ends soon.
BATCH = 20_000
SHORTEST_PAUSE = 0.05  # seconds
# A round that is left to be counted by the next one as long as nobody need know: another program writes just now.
PATIENT_ROUNDS = 5
# More events than these take a while, which is worth a line in the log.
MANY = 100_000
UNEXPECTED = "An unexpected error, which the log of the site has."


@dataclass(frozen=True)
class Counting:
    """What this process knows of its own counting; it is replaced, never changed, as other threads read it.

    `counts`: this is the process that does, in a database that is adopted.
    """

    last_run: datetime | None = None
    trouble: str | None = None
    by_another: bool = False
    counts: bool = False
    events: int = 0


class Rolling:
    """To be used by one thread."""

    def __init__(self, interval: float) -> None:
        self.counting = Counting()
        self._interval = interval
        self._turn = turn_at("housekeeper")
        self._in_round = False
        self._trouble = _Trouble()
        self._catch_up = _CatchUp()
        self._last_round = time.monotonic()
        self._events = 0  # of this round

    def step(self) -> float:
        """Counts the next events, if there are any and this is the process that does. Returns seconds to wait."""
        began = time.monotonic()
        batch = self._survived()
        if batch is None or batch.is_last:
            self.end_round()
            return self._pause()
        # As long as it took, so that readers, the monitor and this machine's other programs have half of the time.
        return max(SHORTEST_PAUSE, time.monotonic() - began)

    def _pause(self) -> float:
        ended = time.monotonic()
        seconds = pause(self._interval, self._events, ended - self._last_round)
        self._last_round, self._events = ended, 0
        return seconds

    def end_round(self) -> None:
        self._in_round = False
        connections.close_all()

    def close(self) -> None:
        self.end_round()
        self._turn.give_back()

    def _survived(self) -> Batch | None:
        """The batch that was counted. Whatever goes wrong, the next round tries again."""
        try:
            batch = self._next_batch()
        except Exception as error:  # noqa: BLE001 - a thread that ended would never count again
            self._trouble.met(error)
        else:
            self._trouble.has_paused(is_over=batch is None or batch.is_last)
            if batch is not None:
                self._catch_up.counted(batch)
                self._events += batch.events
                self._note(events=self.counting.events + batch.events, last_run=datetime.now(UTC))
            return batch
        finally:
            self._note(trouble=self._trouble.sentence)
        return None

    def _next_batch(self) -> Batch | None:
        if not self._in_round:
            self._note(by_another=not self._turn.is_ours())
            self._in_round = not self.counting.by_another and _has_roll_ups()
            self._note(counts=self._in_round)
        if not self._in_round:
            return None
        with explained(writing=True):
            return rollup_once(BATCH)

    def _note(self, **facts: object) -> None:
        self.counting = replace(self.counting, **facts)  # type: ignore[arg-type]


def _has_roll_ups() -> bool:
    """Whether the events are a monitor's and adopted: told without opening them for writing, which leaves traces."""
    if not target(settings.DATABASES[READONLY]).is_copy_of(target(settings.DATABASES[EVENTS])):
        return False
    refuse_folder(connections[EVENTS])
    try:
        with reading(place_until=time.monotonic() + 1) as connection:
            refuse_foreign(connection)
            return rollups_exist(connection)
    except NotTheMonitors:
        return False


class _Trouble:
    """One line when it begins, one when it is over, however long it lasts and however often it pauses."""

    def __init__(self) -> None:
        self.sentence: str | None = None
        self._rounds = 0
        self._told: set[str] = set()

    def met(self, error: Exception) -> None:
        self._rounds += 1
        self.sentence = str(error) if isinstance(error, EventsUnavailable) else UNEXPECTED
        passes = isinstance(error, NoPlace) or self.sentence == LOCKED
        if self.sentence not in self._told and (not passes or self._rounds >= PATIENT_ROUNDS):
            self._told.add(self.sentence)
            unexpected = error if self.sentence == UNEXPECTED else None
            why = error.__cause__ or error
            logger.warning("New events are not counted for now: %s (%s)", self.sentence, why, exc_info=unexpected)

    def has_paused(self, is_over: bool) -> None:
        """A batch went well; only a whole round that does is the end of it."""
        self.sentence, self._rounds = None, 0
        if is_over and self._told:
            self._told.clear()
            logger.info("New events are counted again")


class _CatchUp:
    """One line when counting of many events begins and ends, however many rounds that takes."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._events = 0

    def counted(self, batch: Batch) -> None:
        if self._began is None and batch.events + batch.behind > MANY:
            self._began, self._events = time.monotonic(), 0
            logger.info("Counting about %s events that are not counted yet", f"{batch.events + batch.behind:,}")
        self._events += batch.events
        if self._began is not None and batch.is_last:
            seconds = time.monotonic() - self._began
            logger.info("Counted these events: %s in %.0f s", f"{self._events:,}", seconds)
            self._began = None
