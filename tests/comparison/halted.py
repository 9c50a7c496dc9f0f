"""A real comparison that stands still in its midst, for whoever wants to see it then."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.conf import LazySettings

from comparison import executor
from comparison.engine import compare
from comparison.request import ComparisonRequest
from comparison.result import NodeResult


class Halted:
    """A comparison under way that stops after its first node, until it is let go."""

    def __init__(self, request: ComparisonRequest) -> None:
        self.told, self._go_on = threading.Event(), threading.Event()
        self._threads = ThreadPoolExecutor(1)
        self.result = self._threads.submit(compare, request, self._on_node)
        assert self.told.wait(10)

    def _on_node(self, node: NodeResult) -> None:
        self.told.set()
        assert self._go_on.wait(30)

    def let_go(self) -> None:
        self._go_on.set()
        self._threads.shutdown()


@contextmanager
def halting(settings: LazySettings, request: ComparisonRequest) -> Iterator[Halted]:
    """One thread gathers, so that nothing overtakes what is halted."""
    settings.COMPARISON_WORKERS = 1
    executor.shutdown()
    halted = Halted(request)
    try:
        yield halted
    finally:
        halted.let_go()
        executor.shutdown()
