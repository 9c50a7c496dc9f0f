"""A thread of the web process that keeps SQLite's write-ahead log short while many compare.

It sleeps as long as nobody reads. Where reads overlap, without a moment between them, and the log has become long, it
has them make a pause: about once a minute beside a monitor of 20 events a second, a few times a second beside 5,000.
"""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from django.db import connections

from nodes.places import places
from nodes.router import EVENTS
from nodes.write_ahead_log import shorten_in_a_pause
from storj_site.targets import target

logger = logging.getLogger(__name__)

# From 4 MB on, 1,000 pages, each commit of the monitor copies the log into the database, which takes twice its time.
LONG = 2_000_000  # bytes
LOOK_EVERY = 0.1  # seconds, while somebody reads
LONGEST_PAUSE = 3.2  # seconds, to which it doubles each time that readers are in the way
AFTER_ERROR = 60.0  # seconds; a disk that is full stays so for a while
PATIENCE = 0.5  # seconds that its end is waited for


class LogKeeper:
    """Does nothing as long as `may_write` says no: databases that are not adopted are only read."""

    def __init__(self, may_write: Callable[[], bool]) -> None:
        self._may_write = may_write
        self._stopping = threading.Event()
        self._pause = LOOK_EVERY
        # A daemon: a disk that hangs must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="log keeper", daemon=True)

    def start(self) -> None:
        if connections[EVENTS].vendor == "sqlite":
            self._thread.start()

    def ask_to_stop(self) -> None:
        self._stopping.set()
        places.look_again()

    def stop(self) -> None:
        self.ask_to_stop()
        if self._thread.is_alive():
            self._thread.join(PATIENCE)

    def _run(self) -> None:
        while not self._stopping.wait(self._pause):
            places.wait_for_reads(unless=self._stopping.is_set)
            if not self._stopping.is_set():
                self._look()

    def _look(self) -> None:
        try:
            is_needed = places.overlapping_for() >= LOOK_EVERY and _is_long() and self._may_write()
            is_hindered = is_needed and not _shortened()
        except Exception as error:  # noqa: BLE001 - a thread that ended would never look again
            logger.warning("The write-ahead log could not be shortened: %s", error)
            self._pause = AFTER_ERROR
        else:
            self._pause = min(2 * self._pause, LONGEST_PAUSE) if is_hindered else LOOK_EVERY


def _is_long() -> bool:
    """Told by the file, at next to no cost: until it is emptied, its size is the greatest length that the log had."""
    file = target(connections[EVENTS].settings_dict).file
    try:
        return Path(f"{file}-wal").stat().st_size > LONG
    except OSError:
        return False


def _shortened() -> bool:
    try:
        # However little of the file is in use: of an empty one, the size tells how much that is.
        return shorten_in_a_pause(connections[EVENTS])
    finally:
        # The file may be replaced by another one, of a backup.
        connections[EVENTS].close()
