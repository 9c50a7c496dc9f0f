"""Which log a stream of bytes is, whatever its file is called now and however it is compressed.

The identity of a log is its node, and length and hash of the uncompressed bytes that were read of it. The hash is a
chain over blocks of a mebibyte: h = blake2b(h before the block + the block). The last block, of 1 byte to 1 MiB, is
never closed before more bytes come, so that with the hash before it, its bytes alone show a log to be the same, and the
hash goes on from there.

NULs before the first line are no part of a log: they are where one was cut off whose writer goes on at its old offset.

The first 4 KiB are kept as they are: they tell a log from others at any length, be it a single line. Two logs that
begin with the same 4 KiB are the same log, unless their hashes say otherwise.
"""

import io
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from typing import BinaryIO, NamedTuple, Protocol

BLOCK = 1 << 20  # bytes
HEAD = 4096  # bytes
_SIZE = 16  # bytes of a hash


class Known(NamedTuple):
    """A log of a node as the database knows it; hashes in hexadecimal, `head` the first HEAD bytes at most."""

    source: str
    path: str
    head: bytes
    length: int
    hash: str
    block_hash: str
    lines: int
    events: int

    @property
    def block_start(self) -> int:
        return max(0, self.length - 1) // BLOCK * BLOCK


class Prefix:
    """The bytes of a log that were read, as what can be stored of them."""

    def __init__(self, head: bytes = b"", length: int = 0, block_hash: str = "") -> None:
        """The last three only to go on from the beginning of the block that ends with `length`."""
        self.head = head
        self.length = length
        self.block_hash = block_hash
        self._block = blake2b(bytes.fromhex(block_hash), digest_size=_SIZE)
        self._in_block = 0

    @property
    def hash(self) -> str:
        return self._block.hexdigest()

    def update(self, data: bytes) -> None:
        if len(self.head) < HEAD:
            self.head += data[: HEAD - len(self.head)]
        self.length += len(data)
        view = memoryview(data)
        while view:
            if self._in_block == BLOCK:
                self.block_hash = self.hash
                self._block, self._in_block = blake2b(bytes.fromhex(self.block_hash), digest_size=_SIZE), 0
            part = view[: BLOCK - self._in_block]
            self._block.update(part)
            self._in_block += len(part)
            view = view[len(part) :]

    def is_of(self, known: Known) -> bool:
        return (self.length, self.hash) == (known.length, known.hash)


@dataclass
class Source:
    """A log while it is read. `stored` is its hash as the database has it, "" where it has none yet."""

    path: str
    prefix: Prefix = field(default_factory=Prefix)
    key: str = ""
    stored: str = ""
    # Keys of the node's other logs.
    others: frozenset[str] = frozenset()

    @property
    def has_moved(self) -> bool:
        return self.prefix.length > 0 and self.prefix.hash != self.stored

    def settle_key(self) -> None:
        """The same for every reader of this log, however much each has read: two who begin it at once collide."""
        if not self.key:
            line, newline, _ = self.prefix.head.partition(b"\n")
            beginning = blake2b(line + newline, digest_size=_SIZE).hexdigest()
            self.key = f"{beginning}-{sum(key.startswith(beginning) for key in self.others)}"


class Sameness(Enum):
    NEW = "never seen"
    KNOWN = "seen up to here"
    OLDER = "an older copy of one that was read further"
    FORKED = "begins like one that was read, and goes on otherwise"


class Recognised(NamedTuple):
    """`source` stands behind the last byte that was read, and so does the stream; at its beginning if it is new.

    For an OLDER or FORKED one, `known` is the other log, and where the stream stands means nothing.
    """

    sameness: Sameness
    source: Source
    known: Known | None = None


class Unreadable(Exception):
    """Why a log cannot be read, or `partly` not to its end; `str()` is the end of a sentence."""

    def __init__(self, why: str, partly: bool = False) -> None:
        super().__init__(why)
        self.partly = partly


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Ahead:
    """A stream that cannot go back, of which some can be seen before it is read."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._seen = b""

    def peek(self, size: int) -> bytes:
        """The next bytes: so many, or all that there are before the end or some trouble, which whoever reads meets."""
        with suppress(OSError, Unreadable):
            while len(self._seen) < size and (data := self._stream.read(size - len(self._seen))):
                self._seen += data
        return self._seen[:size]

    def read(self, size: int) -> bytes:
        if not self._seen:
            return self._stream.read(size)
        data, self._seen = self._seen[:size], self._seen[size:]
        return data


class AfterHole:
    """A file that is not compressed, without the NULs that it begins with. Raises OSError."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.start, head = 0, os.pread(file.fileno(), HEAD, 0)
        while head and not head.strip(b"\0"):
            self.start = _next_data(file.fileno(), self.start + len(head))
            head = os.pread(file.fileno(), BLOCK, self.start)
        self.start += len(head) - len(head.lstrip(b"\0"))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """In the log, as what it returns."""
        found = self._file.seek(offset + self.start if whence == io.SEEK_SET else offset, whence)
        return max(0, found - self.start)

    def read(self, size: int) -> bytes:
        return self._file.read(size)

    def tell(self) -> int:
        """In the file."""
        return self._file.tell()


def recognised(file: BinaryIO | AfterHole, path: str, known: Sequence[Known]) -> Recognised:
    """Of a file that is not compressed. Reads its head and a block; leaves it where reading goes on."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    alike = _alike(read_all(file, HEAD), known)
    for candidate in alike:
        if candidate.length <= size and (prefix := _resumed(file, candidate)):
            return _known(path, prefix, candidate)
    file.seek(0)
    if not alike:
        return _new(path, known)
    return _unlike(path, alike[0], size)


def recognised_ahead(stream: Ahead, path: str, known: Sequence[Known]) -> Recognised:
    """Of a stream that cannot go back: reads all up to where reading goes on."""
    _skip_hole(stream)
    alike = _alike(stream.peek(HEAD), known)
    if not alike:
        return _new(path, known)
    candidate, prefix = alike[0], Prefix()
    while data := stream.read(min(BLOCK, candidate.length - prefix.length)):
        prefix.update(data)
    return _known(path, prefix, candidate) if prefix.is_of(candidate) else _unlike(path, candidate, prefix.length)


def read_all(stream: Readable, size: int) -> bytes:
    """So many bytes, or all that there are."""
    parts = []
    while size > 0 and (data := stream.read(size)):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


def _next_data(number: int, offset: int) -> int:
    """Where after `offset` the file has anything on the disk; there itself, where nobody knows."""
    try:
        return os.lseek(number, offset, os.SEEK_DATA)
    except OSError:
        return offset


def _skip_hole(stream: Ahead) -> None:
    while (head := stream.peek(HEAD)) and head[:1] == b"\0":
        stream.read(len(head) - len(head.lstrip(b"\0")))


def _alike(head: bytes, known: Iterable[Known]) -> list[Known]:
    """Those that begin alike as far as both are known; the longest first."""
    found = [log for log in known if head and log.head and _common(head, log.head)]
    return sorted(found, key=lambda log: log.length, reverse=True)


def _common(one: bytes, other: bytes) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def _resumed(file: BinaryIO | AfterHole, known: Known) -> Prefix | None:
    file.seek(known.block_start)
    # The head is in the first block, and comes with its bytes.
    prefix = Prefix(known.head if known.block_start else b"", known.block_start, known.block_hash)
    prefix.update(read_all(file, known.length - known.block_start))
    return prefix if prefix.is_of(known) else None


def _known(path: str, prefix: Prefix, known: Known) -> Recognised:
    return Recognised(Sameness.KNOWN, Source(path, prefix, known.source, known.hash), known)


def _unlike(path: str, known: Known, length: int) -> Recognised:
    sameness = Sameness.OLDER if length < known.length else Sameness.FORKED
    return Recognised(sameness, Source(path), known)


def _new(path: str, known: Iterable[Known]) -> Recognised:
    return Recognised(Sameness.NEW, Source(path, others=frozenset(log.source for log in known)))
