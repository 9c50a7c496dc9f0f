"""Single flight: of concurrent calls with one key, the first computes and all get its result."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Flights(Generic[T]):
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flying: dict[str, Future[T]] = {}

    def run(self, key: str, compute: Callable[[], T]) -> T:
        """The result of `compute`, or of the call with the same key that is already under way.

        An exception of the computation is raised in every call that waited for it.
        """
        with self._lock:
            flight = self._flying.get(key)
            leads = flight is None
            if flight is None:
                flight = self._flying[key] = Future()
        if leads:
            self._lead(key, flight, compute)
        return flight.result()

    def are_under_way(self) -> bool:
        with self._lock:
            return bool(self._flying)

    def _lead(self, key: str, flight: "Future[T]", compute: Callable[[], T]) -> None:
        try:
            flight.set_result(compute())
        except BaseException as error:
            flight.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._flying[key]
