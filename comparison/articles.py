"""The articles of pages, kept in this process beside the results that they show: making one takes most of a page.

An article is the same for all who may see the comparison. It is made without their request, so that nothing of theirs
can be in it: no name, no token, no message. Whoever asks here has been let in already.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings

from comparison.packed import Packed

MOST = 8_000_000  # characters of all articles together: five nodes take 0.2 million of them, forty 0.8


@dataclass(frozen=True)
class Article:
    """`first` goes up to the figures, `rest` is all behind them."""

    first: str
    rest: str

    @property
    def size(self) -> int:
        return len(self.first) + len(self.rest)

    @cached_property
    def packed(self) -> Packed:
        return Packed(f"{self.first}{self.rest}".encode())


@dataclass(frozen=True)
class _Entry:
    of: str
    article: Article
    made: float


class Articles:
    """By how a comparison is asked for and shown; `of` says which result of it an article shows."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()

    def get(self, key: Hashable, of: str) -> Article | None:
        """None, too, where the article shows another result: that one is gone, and its article goes with it."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            if entry.of != of:
                del self._entries[key]
                return None
            self._entries.move_to_end(key)
            return entry.article

    def put(self, key: Hashable, of: str, article: Article) -> None:
        with self._lock:
            self._entries.pop(key, None)
            self._entries[key] = _Entry(of, article, time.monotonic())
            self._drop_old_ones()
            while self.size > self._most:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    @property
    def size(self) -> int:
        return sum(entry.article.size for entry in self._entries.values())

    def _drop_old_ones(self) -> None:
        """Their results have run out, and nobody will ask for them again."""
        since = time.monotonic() - settings.COMPARISON_CACHE_TTL
        for key in [key for key, entry in self._entries.items() if entry.made < since]:
            del self._entries[key]


articles = Articles()
