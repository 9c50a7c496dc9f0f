"""Single flight: of concurrent calls with one key, the first computes, and all get its result and hear of its steps."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")
S = TypeVar("S")


class Flight(Generic[T, S]):
    """A computation under way. Who follows later hears first of the steps that are done already."""

    def __init__(self) -> None:
        self.result: Future[T] = Future()
        self._lock = threading.Lock()
        self._steps: list[S] = []
        self._listeners: list[Callable[[S], None]] = []

    def step(self, step: S) -> None:
        with self._lock:
            self._steps.append(step)
            listeners = list(self._listeners)
        # Without the lock, so that a listener that takes its time keeps nobody from joining.
        for listener in listeners:
            listener(step)

    def follow(self, listener: Callable[[S], None]) -> None:
        with self._lock:
            self._listeners.append(listener)
            done = list(self._steps)
        for step in done:
            listener(step)


class Flights(Generic[T, S]):
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flying: dict[str, Flight[T, S]] = {}

    def run(
        self, key: str, compute: Callable[[Callable[[S], None]], T], listener: Callable[[S], None] | None = None
    ) -> T:
        """The result of `compute`, or of the call with the same key that is already under way.

        `compute` tells its steps to what it is given, and so to the `listener` of every call; a listener must not
        raise. An exception of the computation is raised in every call that waited for it.
        """
        with self._lock:
            flight = self._flying.get(key)
            leads = flight is None
            if flight is None:
                flight = self._flying[key] = Flight()
        if listener is not None:
            flight.follow(listener)
        if leads:
            self._lead(key, flight, compute)
        return flight.result.result()

    def are_under_way(self) -> bool:
        with self._lock:
            return bool(self._flying)

    def _lead(self, key: str, flight: Flight[T, S], compute: Callable[[Callable[[S], None]], T]) -> None:
        try:
            flight.result.set_result(compute(flight.step))
        except BaseException as error:
            flight.result.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._flying[key]
