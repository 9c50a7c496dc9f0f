"""Computes live comparisons anew just before their results run out, for who looks at them again and again.

Only those of `comparison.recent`, and only while the machine has nothing better to do: this process computes no
comparison, and on the average of the last minute fewer threads wanted to run than the machine has cores.
"""

import logging
import os
import time
from collections.abc import Callable

from django.conf import settings

from comparison import cache, engine, recent
from comparison.request import ComparisonRequest

logger = logging.getLogger(__name__)

AHEAD = 5.0  # seconds before a result runs out, and half of its life at the most


class Prewarming:
    """To be used by one thread."""

    def __init__(self) -> None:
        # When to look at a result again: its age is in the cache, where a look costs a copy of all of it.
        self._due: dict[str, float] = {}

    def renew_due(self, is_over: Callable[[], bool] = lambda: False) -> int:
        """Renews the results that are about to run out, and says how many; `is_over` ends that between two of them.

        To be called every second or so.
        """
        if not _is_worth_it():
            return 0
        requests = {cache.key_of(request): request for request in recent.recent()}
        self._due = {key: due for key, due in self._due.items() if key in requests}
        renewed = 0
        for key, request in requests.items():
            if not is_over() and self._is_about_to_run_out(key) and is_idle():
                renewed += self._renew(key, request)
        return renewed

    def _is_about_to_run_out(self, key: str) -> bool:
        """Not of one that is not there: it had an error, its node was edited, or the machine was busy for too long.

        Whoever asks next computes that.
        """
        now = time.time()
        if self._due.get(key, 0.0) > now or (made := cache.made_at(key)) is None:
            return False
        self._due[key] = _due_at(made)
        return self._due[key] <= now

    def _renew(self, key: str, request: ComparisonRequest) -> int:
        # Whatever comes of it: a result with an error is not stored, and is not to be tried again at once.
        self._due[key] = _due_at(time.time())
        try:
            engine.recompute(request)
        except Exception as error:  # noqa: BLE001 - nobody waits for it; whoever asks next is told what is wrong
            logger.info("A comparison could not be computed ahead of time: %s", error)
            recent.forget(request)
            return 0
        return 1


def is_idle() -> bool:
    return not engine.is_computing() and os.getloadavg()[0] < _cores()


def _is_worth_it() -> bool:
    """On one core whoever asks meanwhile would wait for it."""
    return settings.COMPARISON_CACHE_TTL > 0 and _cores() > 1


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _due_at(made: float) -> float:
    life = settings.COMPARISON_CACHE_TTL
    return made + life - min(AHEAD, life / 2)
