"""A comparison as server-sent events: each node as soon as it is read, and then what needs all of them.

The comparison itself is computed in a thread beside, so that the one of the request can tell whether its browser still
listens. Whoever leaves gives the place back; what is computed goes on, for others and for the cache.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any

from django.conf import settings
from django.db import connections

from comparison.executor import stream_executor
from comparison.gather import OnNode
from comparison.result import NodeResult, Result
from nodes.errors import EventsUnavailable

logger = logging.getLogger(__name__)

HEARTBEAT = 1.0  # seconds; a browser that has gone is noticed at the second one
UNEXPECTED = "The site met an error that it did not expect; its log has the details."
Event = tuple[str, dict[str, Any]]


class _Places:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = 0

    def take(self) -> bool:
        with self._lock:
            if self._taken >= settings.STREAMS:
                return False
            self._taken += 1
            return True

    def give_back(self) -> None:
        with self._lock:
            self._taken -= 1


_places = _Places()


def opened(
    start: "Start", compared: Callable[[OnNode], Result], on_node: Callable[[NodeResult], Event], end: "End"
) -> "Stream | None":
    """The stream of one comparison; None where as many as may be are open. `start` is written while it is computed."""
    return Stream(_events(start, compared, on_node, end)) if _places.take() else None


Start = Callable[[], Event]
End = Callable[[Result], Iterator[Event]]


class Stream:
    """Holds a place until it is closed, which the server does however a response ends."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._is_open = True

    def __iter__(self) -> Iterator[bytes]:
        return self._parts

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            _places.give_back()


def longest() -> float:
    """Seconds: the wait for a place, one reading of all nodes, one of what each serves, and one of each apart."""
    return float(settings.POOL_TIMEOUT + 3 * settings.CONNECTION_TIMEOUT)


def _events(
    start: Start, compared: Callable[[OnNode], Result], on_node: Callable[[NodeResult], Event], end: End
) -> Iterator[bytes]:
    news: SimpleQueue[NodeResult | None] = SimpleQueue()
    computing = stream_executor().submit(_computed, compared, news.put)
    computing.add_done_callback(lambda _: news.put(None))
    try:
        yield _sent(start())
        yield from _nodes(news, on_node)
        yield from map(_sent, _rest(computing, end))
    except EventsUnavailable as error:
        logger.warning("A stream ended: %s (%s)", error, error.__cause__)
        yield _sent(("error", {"error": str(error)}))
    except Exception:
        logger.exception("A stream failed")
        yield _sent(("error", {"error": UNEXPECTED}))
    finally:
        computing.cancel()


def _computed(compared: Callable[[OnNode], Result], on_node: OnNode) -> Result:
    try:
        return compared(on_node)
    finally:
        connections.close_all()


def _nodes(news: "SimpleQueue[NodeResult | None]", on_node: Callable[[NodeResult], Event]) -> Iterator[bytes]:
    """Until the comparison is computed. Raises EventsUnavailable when that takes too long."""
    until = time.monotonic() + longest()
    while True:
        try:
            node = news.get(timeout=HEARTBEAT)
        except Empty:
            if time.monotonic() > until:
                sentence = f"The comparison took longer than {longest():.0f} s: ask again, or for fewer nodes."
                raise EventsUnavailable(sentence) from None
            yield b": still reading\n\n"
            continue
        if node is None:
            return
        yield _sent(on_node(node))


def _rest(computing: Future[Result], end: End) -> Iterator[Event]:
    yield from end(computing.result(timeout=0))


def _sent(event: Event) -> bytes:
    name, data = event
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
