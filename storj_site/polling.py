"""A thread of the web process that asks the nodes' APIs, so that addresses alone make the site useful."""

import threading

from django.conf import settings

from nodes.sno.poller import Poller

# Seconds that its end is waited for: less than gunicorn's graceful_timeout. What is not written by then is undone.
PATIENCE = 3.0


class Polling:
    """The poller itself sees to it that one process asks, and this one does not while `manage.py collect` does."""

    def __init__(self, interval: float) -> None:
        self.poller = Poller(interval)
        self._stopping = threading.Event()
        # A daemon: a database that hangs must not keep the process from ending.
        self._thread = threading.Thread(target=self.poller.run, args=(self._stopping,), name="polling", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask_to_stop(self) -> None:
        self._stopping.set()

    def stop(self) -> None:
        self.ask_to_stop()
        self._thread.join(PATIENCE)


_polling: Polling | None = None


def start() -> None:
    """Once per worker process; nothing where API_POLL_INTERVAL is 0."""
    global _polling  # noqa: PLW0603 - one per process is the point
    if settings.API_POLL_INTERVAL and _polling is None:
        _polling = Polling(settings.API_POLL_INTERVAL)
        _polling.start()


def ask_to_stop() -> None:
    if _polling is not None:
        _polling.ask_to_stop()


def stop() -> None:
    """Nothing where there is none, as in gunicorn's own process."""
    global _polling
    ending, _polling = _polling, None
    if ending is not None:
        ending.stop()
