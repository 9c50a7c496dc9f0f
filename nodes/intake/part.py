"""A file of a log that is read by its open descriptor, whatever its name is by now, in whole lines."""

import os
from pathlib import Path
from typing import BinaryIO, NamedTuple

from nodes.intake.identity import HEAD, AfterHole, Source
from nodes.intake.rotation import File

CHUNK = 1 << 18  # bytes to read at a time
EXACT = 30_000  # microseconds between two looks, in which lines came so closely that they came at once
LONGEST_LINE = 1 << 20  # bytes; what is longer is handed on in pieces
_WITNESS = 256  # bytes at the beginning and before the position that show that nobody has cut the file off


class Truncated(Exception):
    """The file was cut off, and has another log's bytes or none."""


class Lines(NamedTuple):
    """Whole lines. `arrival` in microseconds since 1970, None where they may have been there for long.

    `is_exact` where it is that of each of them to EXACT, and not only of the last.
    """

    data: bytes
    arrival: int | None
    is_exact: bool = False


class Cut:
    """Cuts what is read into whole lines; a part of one that is far too long counts as one."""

    def __init__(self) -> None:
        self.rest = b""

    def lines(self, data: bytes) -> bytes:
        whole, newline, rest = data.rpartition(b"\n")
        if not newline:
            self.rest += data
            return self.take() if len(self.rest) > LONGEST_LINE else b""
        lines, self.rest = self.rest + whole + newline, rest
        return lines

    def take(self) -> bytes:
        rest, self.rest = self.rest, b""
        return rest


class Part:
    """`source` is None until the first line is there, by which a log is told from others.

    Times in microseconds since 1970: `seen_at` is when a look last found it read to its end, 0 before; `changed_at`
    when it last grew, or was opened.
    """

    def __init__(self, file: File, opened: BinaryIO, now: int) -> None:
        self.path = file.path
        self.inode = file.inode
        self._opened = opened
        self.file = AfterHole(opened)
        self.source: Source | None = None
        self.seen_at = 0
        self.changed_at = now
        self.position = 0
        # Whether it was cut off, and nobody has looked yet for what it had.
        self.begins_again = False
        self._number = opened.fileno()
        self._written = 0  # nanoseconds since 1970
        self._cut = Cut()
        self._before = b""
        self.remember_beginning()

    @classmethod
    def of(cls, file: File, now: int) -> "Part":
        """Raises OSError; FileNotFoundError also where another file has this name by now."""
        opened = Path(file.path).open("rb", buffering=0)  # noqa: SIM115 - held open by the part
        found = os.fstat(opened.fileno())
        if (found.st_dev, found.st_ino) != file.inode:
            opened.close()
            raise FileNotFoundError
        return cls(file, opened, now)

    @property
    def behind(self) -> int:
        """Bytes that are there and were not read."""
        return max(0, self._size - self.position)

    @property
    def has_more(self) -> bool:
        return self.behind > 0

    @property
    def state(self) -> tuple[int, int]:
        """As File.state."""
        found = os.fstat(self._number)
        return found.st_size, found.st_mtime_ns

    @property
    def is_removed(self) -> bool:
        return os.fstat(self._number).st_nlink == 0

    @property
    def has_begun(self) -> bool:
        """Whether a line is there."""
        if self.source is None:
            self.file = AfterHole(self._opened)
        head = self._pread(HEAD, 0)
        return b"\n" in head or len(head) == HEAD

    @property
    def is_cut(self) -> bool:
        """Whether what was read or remembered of it is no longer there."""
        return self._size < self.position or not self._is_same()

    def has_more_than(self, source: Source) -> bool:
        """Than what was read of this log, which the file begins with."""
        return self._size > source.prefix.length

    def remember_beginning(self) -> None:
        """That it is the same log still shows before any of it is read."""
        self._begin = self._pread(_WITNESS, 0)

    def go_on_as(self, source: Source) -> None:
        self.source, self.position, self._cut = source, source.prefix.length, Cut()
        self._begin = source.prefix.head[:_WITNESS] or self._begin
        length = min(self.position, _WITNESS)
        self._before = self._pread(length, self.position - length)

    def read(self, now: int, fresh: int) -> Lines | None:
        """The next lines; None where there are none. `now` and `fresh` in microseconds.

        What was not there at a look less than `fresh` ago arrived when the file was written last.
        Raises Truncated, and OSError.
        """
        found = os.fstat(self._number)
        size = found.st_size - self.file.start
        if size == self.position and found.st_mtime_ns == self._written:
            self.seen_at = now
            return None
        data = self._pread(CHUNK, self.position)
        after = os.fstat(self._number).st_mtime_ns  # not before any of what was read
        if size < self.position or not self._is_same():  # asked after reading: the bytes are those of before
            raise Truncated
        self._written = found.st_mtime_ns
        if not data:
            return None
        seen_at, arrival = self.seen_at, self._arrival(now, fresh, after // 1000)
        if len(data) < CHUNK:
            self.seen_at = now
        self.changed_at = now
        if not (lines := self._whole(data)):
            return None
        is_one = after == found.st_mtime_ns and data.endswith(b"\n") and lines.count(b"\n") == 1
        return Lines(lines, arrival, arrival is not None and (is_one or arrival - seen_at <= EXACT))

    def last_line(self) -> bytes:
        """What stands behind the last line break of a log that nobody writes any more."""
        return self._cut.take()

    def start_again(self) -> None:
        """Of a file that was cut off."""
        self.source, self.position, self.seen_at = None, 0, 0
        self.begins_again = True
        self._cut, self._begin, self._before = Cut(), b"", b""

    def close(self) -> None:
        self._opened.close()

    def _arrival(self, now: int, fresh: int, written: int) -> int | None:
        if not 0 <= now - self.seen_at <= fresh:
            return None
        return max(self.seen_at, min(now, written))

    def _whole(self, data: bytes) -> bytes:
        if self.position < _WITNESS:
            self._begin = (self._begin[: self.position] + data)[:_WITNESS]
        self.position += len(data)
        self._before = (self._before + data[-_WITNESS:])[-_WITNESS:]
        return self._cut.lines(data)

    def _is_same(self) -> bool:
        start = self.position - len(self._before)
        begin = self._pread(len(self._begin), 0)
        return begin == self._begin and self._pread(len(self._before), start) == self._before

    @property
    def _size(self) -> int:
        """Bytes of the log, which begins after a hole perhaps."""
        return os.fstat(self._number).st_size - self.file.start

    def _pread(self, length: int, position: int) -> bytes:
        return os.pread(self._number, length, self.file.start + position)
