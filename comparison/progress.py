"""How far a comparison is, for who waits for it at a terminal."""

import threading
from contextlib import suppress
from typing import TextIO

from comparison.result import NodeResult
from nodes.known import printable

ERASE = "\r\033[K"


class ProgressLine:
    """One line, written anew with each node, and gone at the end; nothing where there is no terminal."""

    def __init__(self, total: int, out: TextIO) -> None:
        self._total, self._out, self._done = total, out, 0
        self._lock = threading.Lock()

    def __call__(self, node: NodeResult) -> None:
        with self._lock:
            self._done += 1
            self._write(f"{ERASE}Processing node {self._done}/{self._total}: {printable(node.name)}")

    def __enter__(self) -> "ProgressLine":
        return self

    def __exit__(self, *_: object) -> None:
        self._write(ERASE)

    def _write(self, text: str) -> None:
        if self._out.isatty():
            with suppress(OSError):  # a terminal that has gone must not stop the comparison
                self._out.write(text)
                self._out.flush()
