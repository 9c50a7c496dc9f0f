"""The in-process cache of comparisons, which can say how many it holds."""

from django.core.cache.backends.locmem import LocMemCache


class CountedLocMemCache(LocMemCache):
    def entries(self) -> int:
        """Results that are held now; one that has run out counts until it is asked for or pushed out."""
        with self._lock:  # type: ignore[attr-defined]
            return len(self._cache)  # type: ignore[attr-defined]
