"""A thread of the web process that counts new events into the roll-ups, and keeps what people look at computed.

Where it counts, another keeps SQLite's write-ahead log short.
"""

import logging
import threading
import time

from django.conf import settings

from comparison.prewarm import Prewarming
from storj_site.log_keeper import LogKeeper
from storj_site.rolling import Counting, Rolling

logger = logging.getLogger(__name__)

TICK = 1.0  # seconds between two looks at the results that are about to run out
# Seconds after the start in which people who have waited for it come first.
HEAD_START = 3.0
# Seconds that its end is waited for: less than gunicorn's graceful_timeout. What is not written by then is undone.
PATIENCE = 2.0


class Housekeeper:
    def __init__(self, interval: float) -> None:
        self._rolling = Rolling(interval)
        self._interval = interval
        self._prewarming = Prewarming()
        self._log_keeper = LogKeeper(may_write=self._counts)
        self._stopping = threading.Event()
        # A daemon: a database that hangs must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="housekeeper", daemon=True)

    @property
    def counting(self) -> Counting:
        return self._rolling.counting

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()
        self._log_keeper.start()

    def ask_to_stop(self) -> None:
        """It ends between two batches; this does not wait for that."""
        self._stopping.set()
        self._log_keeper.ask_to_stop()

    def stop(self) -> None:
        self.ask_to_stop()
        self._thread.join(PATIENCE)
        self._log_keeper.stop()

    def _counts(self) -> bool:
        return self.counting.counts and self.counting.trouble is None

    def _run(self) -> None:
        due = time.monotonic() + min(self._interval, HEAD_START)
        try:
            while not self._stopping.is_set():
                if time.monotonic() >= due:
                    due = self._step() + time.monotonic()
                self._renew()
                self._stopping.wait(max(0.0, min(TICK, due - time.monotonic())))
        finally:
            self._rolling.close()

    def _step(self) -> float:
        try:
            return self._rolling.step()
        except Exception:
            logger.exception("Counting new events failed")
            return self._interval

    def _renew(self) -> None:
        try:
            self._prewarming.renew_due(is_over=self._stopping.is_set)
        except Exception:
            logger.exception("Looking for comparisons to compute ahead of time failed")


_housekeeper: Housekeeper | None = None


def start() -> None:
    """Once per worker process; nothing where ROLLUP_INTERVAL is 0."""
    global _housekeeper  # noqa: PLW0603 - one per process is the point
    if settings.ROLLUP_INTERVAL and _housekeeper is None:
        _housekeeper = Housekeeper(settings.ROLLUP_INTERVAL)
        _housekeeper.start()


def ask_to_stop() -> None:
    if _housekeeper is not None:
        _housekeeper.ask_to_stop()


def stop() -> None:
    """Nothing where there is none, as in gunicorn's own process."""
    global _housekeeper
    ending, _housekeeper = _housekeeper, None
    if ending is not None:
        ending.stop()


def counting() -> Counting | None:
    """None where no housekeeper runs in this process."""
    return _housekeeper.counting if _housekeeper else None
