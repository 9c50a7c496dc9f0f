"""The in-process cache of comparisons, which can say how many it holds, and has the newest at hand."""

import pickle
from collections import OrderedDict
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache

from comparison.frozen import frozen

# So many results are kept as objects too, as many as are renewed ahead of time: to read one of 40 nodes from its bytes
# takes over a millisecond. As objects it takes five times their memory.
AT_HAND = 3
# By name, as Django's own: each thread has an instance of its own.
_at_hand: dict[str, OrderedDict[str, tuple[bytes, Any]]] = {}


class CountedLocMemCache(LocMemCache):
    """For values of plain types. What `get` returns may be shared, and then refuses every change."""

    # Of Django's class, which the stubs do not tell.
    _lock: Any
    _cache: OrderedDict[str, bytes]

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(name, params)
        self._at_hand = _at_hand.setdefault(name, OrderedDict())

    def entries(self) -> int:
        """Results that are held now; one that has run out counts until it is asked for or pushed out."""
        with self._lock:
            return len(self._cache)

    def set(self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        key = self.make_and_validate_key(key, version=version)
        stored, shared = pickle.dumps(value, pickle.HIGHEST_PROTOCOL), frozen(value)
        with self._lock:
            self._set(key, stored, timeout)  # type: ignore[attr-defined]
            self._at_hand[key] = stored, shared
            self._at_hand.move_to_end(key)
            if len(self._at_hand) > AT_HAND:
                self._at_hand.popitem(last=False)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        key = self.make_and_validate_key(key, version=version)
        with self._lock:
            if self._has_expired(key):  # type: ignore[attr-defined]
                self._delete(key)  # type: ignore[attr-defined]
                return default
            stored = self._cache[key]
            self._cache.move_to_end(key, last=False)
            # Whatever became of the entry meanwhile, the object is only that of these very bytes.
            at_hand = self._at_hand.get(key)
            if at_hand is not None and at_hand[0] is stored:
                self._at_hand.move_to_end(key)
                return at_hand[1]
        return pickle.loads(stored)  # noqa: S301 - made above, in this process
