"""Which live comparisons were asked for lately: those that somebody probably looks at."""

import threading
import time
from collections import OrderedDict

from comparison.request import ComparisonRequest

# So many, the most recently asked for; and none that was last asked for longer ago than this.
MOST, REMEMBERED = 3, 3600.0  # seconds

_lock = threading.Lock()
_asked: OrderedDict[tuple[object, ...], tuple[ComparisonRequest, float]] = OrderedDict()


def asked_for(request: ComparisonRequest) -> None:
    """Remembers it, unless it is of a moment: that has the same answer for ever."""
    if request.as_of is not None:
        return
    with _lock:
        _asked[_key(request)] = request, time.monotonic()
        _asked.move_to_end(_key(request))
        if len(_asked) > MOST:
            _asked.popitem(last=False)


def forget(request: ComparisonRequest) -> None:
    with _lock:
        _asked.pop(_key(request), None)


def forget_all() -> None:
    with _lock:
        _asked.clear()


def recent(now: float | None = None) -> list[ComparisonRequest]:
    """The most recently asked for first; `now` is a time.monotonic()."""
    since = (time.monotonic() if now is None else now) - REMEMBERED
    with _lock:
        return [request for request, asked in reversed(_asked.values()) if asked >= since]


def _key(request: ComparisonRequest) -> tuple[object, ...]:
    """The same for every order of the same nodes, as in the cache."""
    return frozenset(request.names), request.type, request.hours, request.basis, request.same_satellites
