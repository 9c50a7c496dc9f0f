"""The threads that gather: made on first use in each process, so that a fork never inherits dead ones."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

_lock = threading.Lock()
_executor: ThreadPoolExecutor | None = None
_made_by = 0


def executor() -> ThreadPoolExecutor:
    global _executor, _made_by  # noqa: PLW0603 - one per process is the point
    with _lock:
        if _executor is None or _made_by != os.getpid():
            _executor = ThreadPoolExecutor(settings.COMPARISON_WORKERS, thread_name_prefix="gather")
            _made_by = os.getpid()
        return _executor


def shutdown() -> None:
    """Ends the threads; what waits in the queue is dropped. The next comparison makes new ones."""
    global _executor
    with _lock:
        ending, _executor = _executor, None
    if ending is not None and _made_by == os.getpid():
        ending.shutdown(wait=False, cancel_futures=True)
