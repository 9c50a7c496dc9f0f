"""The logs that an operator names: opened whatever they are, and in the order in which they were written."""

import glob
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from nodes.intake.identity import (
    AfterHole,
    Ahead,
    Known,
    Readable,
    Recognised,
    Unreadable,
    recognised,
    recognised_ahead,
)
from nodes.intake.parse import parse
from nodes.intake.records import Skipped
from nodes.intake.unpack import unpacked
from nodes.known import printable

STDIN = "-"
LONGEST_PATH = 200  # characters that are shown
NO_LOGS = "“{}” has no file with “log” in its name: name the files themselves."
# In which the first line with a time is looked for.
_BEGINNING = 1 << 20  # bytes


class _Counted:
    """What is read of a file, or of a pipe, is counted."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self.count += len(data)
        return data


@dataclass
class Log:
    """One that is open. `may_grow` unless it is compressed or comes through a pipe."""

    path: str
    may_grow: bool
    _file: BinaryIO | AfterHole
    _counted: _Counted
    _stream: Readable

    def recognise(self, known: Sequence[Known]) -> Recognised:
        """Once, before it is read. Raises Unreadable and OSError."""
        if isinstance(self._file, AfterHole):
            return recognised(self._file, self.path, known)
        stream = Ahead(self._stream)
        self._stream = stream
        return recognised_ahead(stream, self.path, known)

    def read(self, size: int) -> bytes:
        """At most so many bytes without compression, none at the end. Raises Unreadable and OSError."""
        return self._stream.read(size)

    @property
    def done(self) -> int:
        """Bytes of the file, as it is on the disk, that were read."""
        return self._file.tell() if self.may_grow else self._counted.count


@contextmanager
def opened(path: str) -> Iterator[Log]:
    """A file, a pipe, or STDIN. Raises OSError and Unreadable."""
    with nullcontext(sys.stdin.buffer) if path == STDIN else Path(path).open("rb") as file:
        counted = _Counted(file)
        ahead = Ahead(counted)
        unpacked_ = unpacked(ahead)
        if unpacked_ or path == STDIN or not _is_file(path):
            yield Log(path, False, file, counted, unpacked_ or ahead)
        else:
            after_hole = AfterHole(file)
            after_hole.seek(0)
            yield Log(path, True, after_hole, counted, after_hole)


@dataclass(frozen=True)
class Found:
    """The logs, oldest first, with the first time in each in microseconds since 1970, and why others are none."""

    logs: list[tuple[str, int | None]]
    troubles: list[str]

    @property
    def size(self) -> int | None:
        """Bytes on the disk; None where it cannot be told."""
        try:
            return sum(Path(path).stat().st_size for path, _ in self.logs)
        except OSError:
            return None


def found(paths: Sequence[str]) -> Found:
    """Of files, folders, patterns and STDIN."""
    expanded = {path: _expanded(path) for path in paths}
    troubles = [NO_LOGS.format(named(path)) for path, files in expanded.items() if not files]
    logs: dict[Path, tuple[int, str, int | None]] = {}
    for file in chain.from_iterable(expanded.values()):
        try:
            logs.setdefault(Path(file).resolve(), _placed(file))
        except (OSError, Unreadable) as error:
            troubles.append(trouble(file, error))
    return Found([(file, first) for _, file, first in sorted(logs.values(), key=lambda log: log[:2])], troubles)


def trouble(path: str, error: OSError | Unreadable) -> str:
    why = (error.strerror or "it cannot be read").lower() if isinstance(error, OSError) else str(error)
    how_far = " to its end" if isinstance(error, Unreadable) and error.partly else ""
    return f"“{named(path)}” could not be read{how_far}: {why}."


def named(path: str) -> str:
    """As it is shown to operators."""
    return "standard input" if path == STDIN else printable(path, LONGEST_PATH)


def _expanded(path: str) -> list[str]:
    """Of a folder those of its files whose name has "log" in it."""
    if path == STDIN:
        return [path]
    if Path(path).is_dir():
        return sorted(entry.path for entry in os.scandir(path) if entry.is_file() and "log" in entry.name.lower())
    if not Path(path).exists() and (matching := sorted(glob.glob(path))):  # noqa: PTH207 - as a shell would
        return matching
    return [path]


def _placed(path: str) -> tuple[int, str, int | None]:
    """What to sort by, its first time or when it was last written; its path; its first time again."""
    if path == STDIN:
        return 0, path, None
    first = first_time(path) if _is_file(path) else None
    return Path(path).stat().st_mtime_ns // 1000 if first is None else first, path, first


def _is_file(path: str) -> bool:
    return stat.S_ISREG(Path(path).stat().st_mode)


def first_time(path: str) -> int | None:
    """In microseconds since 1970; None where its beginning has no line with a time that counts."""
    with opened(path) as log:
        beginning = b"".join(_parts(log))
    for line in beginning.split(b"\n"):
        record = parse(line)
        if not isinstance(record, Skipped) and record.at is not None:
            return record.at
    return None


def _parts(log: Log) -> Iterator[bytes]:
    left = _BEGINNING
    try:
        while left > 0 and (data := log.read(left)):
            yield data
            left -= len(data)
    except Unreadable:
        return  # which is told when it is read
