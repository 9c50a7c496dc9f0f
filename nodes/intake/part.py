"""A file of a log that is read by its open descriptor, whatever its name is by now, in whole lines."""

import os
from pathlib import Path
from typing import BinaryIO, NamedTuple

from nodes.intake.identity import HEAD, Source
from nodes.intake.rotation import File

CHUNK = 1 << 18  # bytes to read at a time
LONGEST_LINE = 1 << 20  # bytes; what is longer is handed on in pieces
_WITNESS = 256  # bytes at the beginning and before the position that show that nobody has cut the file off


class Truncated(Exception):
    """The file was cut off, and has another log's bytes or none."""


class Lines(NamedTuple):
    """Whole lines. `arrival` in microseconds since 1970, None where they may have been there for long."""

    data: bytes
    arrival: int | None


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
        self.file = opened
        self.source: Source | None = None
        self.seen_at = 0
        self.changed_at = now
        self.position = 0
        self._number = opened.fileno()
        self._written = 0  # nanoseconds since 1970
        self._cut = Cut()
        self._begin = b""
        self._before = b""

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
        return max(0, os.fstat(self._number).st_size - self.position)

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
        head = os.pread(self._number, HEAD, 0)
        return b"\n" in head or len(head) == HEAD

    def go_on_as(self, source: Source) -> None:
        self.source, self.position, self._cut = source, source.prefix.length, Cut()
        self._begin = source.prefix.head[:_WITNESS]
        length = min(self.position, _WITNESS)
        self._before = os.pread(self._number, length, self.position - length)

    def read(self, now: int, fresh: int) -> Lines | None:
        """The next lines; None where there are none. `now` and `fresh` in microseconds.

        What was not there at a look less than `fresh` ago arrived when the file was written last.
        Raises Truncated, and OSError.
        """
        found = os.fstat(self._number)
        if found.st_size == self.position and found.st_mtime_ns == self._written:
            self.seen_at = now
            return None
        data = os.pread(self._number, CHUNK, self.position)
        if found.st_size < self.position or not self._is_same():  # asked after reading: the bytes are those of before
            raise Truncated
        self._written = found.st_mtime_ns
        if not data:
            return None
        arrival = self._arrival(now, fresh, found.st_mtime_ns // 1000)
        if len(data) < CHUNK:
            self.seen_at = now
        self.changed_at = now
        return self._whole(data, arrival)

    def last_line(self) -> bytes:
        """What stands behind the last line break of a log that nobody writes any more."""
        return self._cut.take()

    def start_again(self) -> None:
        """Of a file that was cut off."""
        self.source, self.position, self.seen_at = None, 0, 0
        self._cut, self._begin, self._before = Cut(), b"", b""

    def close(self) -> None:
        self.file.close()

    def _arrival(self, now: int, fresh: int, written: int) -> int | None:
        if not 0 <= now - self.seen_at <= fresh:
            return None
        return max(self.seen_at, min(now, written))

    def _whole(self, data: bytes, arrival: int | None) -> Lines | None:
        self.position += len(data)
        self._before = (self._before + data[-_WITNESS:])[-_WITNESS:]
        if len(self._begin) < _WITNESS:
            self._begin += data[: _WITNESS - len(self._begin)]
        lines = self._cut.lines(data)
        return Lines(lines, arrival) if lines else None

    def _is_same(self) -> bool:
        start = self.position - len(self._before)
        begin = os.pread(self._number, len(self._begin), 0)
        return begin == self._begin and os.pread(self._number, len(self._before), start) == self._before
