"""The cache of results: plain dicts, in a cache alias of their own, that a dead cache server cannot stop."""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache

from comparison import arrivals
from comparison.articles import articles
from comparison.request import ComparisonRequest

logger = logging.getLogger(__name__)
T = TypeVar("T")

# Seconds for which a result is served whatever our intake writes meanwhile: no comparison is computed more often.
YOUNG = 5.0


@dataclass(frozen=True)
class CacheStatistics:
    """Counts of this process since it began; `entries` None where the cache server does not tell."""

    hits: int
    misses: int
    errors: int
    entries: int | None

    @property
    def hit_rate(self) -> float | None:
        """Per cent of look-ups that were hits."""
        lookups = self.hits + self.misses
        return 100 * self.hits / lookups if lookups else None


class _Counts:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.hits = self.misses = self.errors = 0

    def add(self, name: str) -> None:
        with self._lock:
            setattr(self, name, getattr(self, name) + 1)


_counts = _Counts()


def key_of(request: ComparisonRequest) -> str:
    """The same for every order of the same nodes. Hashed, as cache servers limit a key's length and letters."""
    as_of = request.as_of.isoformat() if request.as_of else "now"
    parts = [
        sorted(request.names),
        request.type,
        request.hours,
        as_of,
        request.basis,
        request.months,
        request.same_satellites,
    ]
    return "comparison-" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def get(key: str) -> dict[str, Any] | None:
    """The stored result, unless it has run out, or one of its nodes was edited or got new events since it was made."""
    result = peek(key)
    _counts.add("misses" if result is None else "hits")
    return result


def peek(key: str) -> dict[str, Any] | None:
    """As `get`, but neither a hit nor a miss: for a second look."""
    entry = _survive(lambda: _fresh(key), None)
    return None if entry is None or _has_new_events(entry) else entry["result"]


def made_at(key: str) -> float | None:
    """The time.time() at which the stored result's computation began; neither a hit nor a miss.

    Also of one that is not served any more, because there are new events.
    """
    entry = _survive(lambda: _fresh(key), None)
    return None if entry is None else float(entry["timestamp"])


def put(key: str, result: dict[str, Any], began: float, arrived: arrivals.Ids | None = None) -> None:
    """`began` is the time.time() at which its computation began: an edit since then makes it old already.

    `arrived` is what our intake had written then; None where the result has nothing to do with that.
    """
    names = [node["name"] for node in result["nodes"]]
    ids = None if arrived is None else [arrived.get(name) for name in names]
    entry = {"result": result, "timestamp": began, "nodes": names, "arrived": ids}
    _survive(lambda: _results().set(key, entry, settings.COMPARISON_CACHE_TTL), None)


def forget_node(name: str) -> None:
    """Drops every result that contains this node.

    Cache servers cannot be searched, so the node is marked instead, for as long as any result made
    before can live; the next look-up of such a result drops it.
    """
    longest = settings.COMPARISON_CACHE_TTL + settings.POOL_TIMEOUT + settings.CONNECTION_TIMEOUT
    _survive(lambda: caches["default"].set(_mark(name), time.time(), longest), None)


def clear() -> None:
    arrivals.forget()
    articles.clear()
    _survive(lambda: _results().clear(), None)


def statistics() -> CacheStatistics:
    entries = getattr(_results(), "entries", None)
    return CacheStatistics(_counts.hits, _counts.misses, _counts.errors, entries() if entries else None)


def _fresh(key: str) -> dict[str, Any] | None:
    entry: dict[str, Any] | None = _results().get(key)
    if entry is not None and _edited_since(entry["timestamp"], entry["nodes"]):
        _results().delete(key)
        return None
    return entry


def _has_new_events(entry: dict[str, Any]) -> bool:
    if entry.get("arrived") is None or time.time() - entry["timestamp"] < YOUNG:
        return False
    ids = arrivals.seen()
    return ids is not None and [ids.get(name) for name in entry["nodes"]] != entry["arrived"]


def _edited_since(moment: float, names: Sequence[str]) -> bool:
    marks = caches["default"].get_many([_mark(name) for name in names])
    return any(edited >= moment for edited in marks.values())


def _mark(name: str) -> str:
    return "edited-" + hashlib.sha256(name.encode()).hexdigest()


def _results() -> BaseCache:
    return caches["comparison"]


def _survive(use: Callable[[], T], otherwise: T) -> T:
    """A cache that fails costs time, never the answer."""
    try:
        return use()
    except Exception as error:  # noqa: BLE001 - every cache client has exceptions of its own
        _counts.add("errors")
        logger.warning("The cache does not work, so comparisons are computed each time: %s", error)
        return otherwise
