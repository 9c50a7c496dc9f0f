"""The threads that gather, and those that wait for a stream's comparison: made on first use in each process, so that a
fork never inherits dead ones."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings


class _Threads:
    def __init__(self, name: str, number: Callable[[], int]) -> None:
        self._name, self._number = name, number
        self._lock = threading.Lock()
        self._executor: ThreadPoolExecutor | None = None
        self._made_by = 0

    def executor(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._executor is None or self._made_by != os.getpid():
                self._executor = ThreadPoolExecutor(self._number(), thread_name_prefix=self._name)
                self._made_by = os.getpid()
            return self._executor

    def shutdown(self) -> None:
        with self._lock:
            ending, self._executor = self._executor, None
        if ending is not None and self._made_by == os.getpid():
            ending.shutdown(wait=False, cancel_futures=True)


_gathering = _Threads("gather", lambda: settings.COMPARISON_WORKERS)
_streaming = _Threads("stream", lambda: max(1, settings.STREAMS))


def executor() -> ThreadPoolExecutor:
    return _gathering.executor()


def stream_executor() -> ThreadPoolExecutor:
    return _streaming.executor()


def shutdown() -> None:
    """Ends the threads; what waits in the queue is dropped. The next comparison makes new ones."""
    _streaming.shutdown()
    _gathering.shutdown()
