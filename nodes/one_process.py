"""A turn that one process of this machine has, until it ends: for work that several worker processes would do twice."""

import fcntl
import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings

from nodes.router import EVENTS


class OneProcess:
    """Held by a lock on a file of its own, which ends with the process, however that ends; the file stays."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._held: int | None = None

    def is_ours(self) -> bool:
        """Takes the turn if nobody has it. Where the file cannot be locked at all, everybody has it."""
        if self._held is None:
            try:
                self._held = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.give_back()
                return False
            except OSError:
                self.give_back()
        return True

    def give_back(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            with suppress(OSError):
                os.close(held)


def turn_at(work: str) -> OneProcess:
    """The turn at this work on the events; sites over different events may share a data folder."""
    of_events = fingerprint(settings.DATABASES[EVENTS])
    return OneProcess(Path(settings.DATA_DIR) / f"{work}-{of_events}.lock")


def fingerprint(config: Mapping[str, Any]) -> str:
    """Tells one events database from another, so that two sites can share a cache server or a folder."""
    parts = [str(config.get(key, "")) for key in ("NAME", "HOST", "PORT", "OPTIONS")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
