"""The bytes of a log as they were before they were compressed, told by what is in a file and not by its name.

Memory stays flat, and of a file that ends early or is damaged all is handed out that can be read before it says so.
"""

import importlib
import zlib
from collections.abc import Iterator
from typing import Any

from nodes.intake.identity import Ahead, Readable, Unreadable

CHUNK = 1 << 16  # bytes of the compressed file that are read at once
MOST = 1 << 20  # bytes that are unpacked at once
# So many compressed bytes may become a lot.
_FEW = 1 << 14
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_ANY_GZIP = 31  # zlib's word for the largest window and a gzip header

NO_ZSTD = "it is compressed with zstd: run `make install EXTRAS=zstd` once, or unpack it"
ENDS_EARLY = "it ends in the middle; what could be read of it was kept"
DAMAGED = "it is damaged; what could be read before the damage was kept"


class Unpacked:
    """A stream of what an iterator yields."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._left = b""
        self._trouble: Unreadable | None = None

    def read(self, size: int) -> bytes:
        """At most so many bytes, none at the end. Raises Unreadable after the last that could be read."""
        if not self._left:
            self._left = self._next()
        data, self._left = self._left[:size], self._left[size:]
        return data

    def _next(self) -> bytes:
        """Whoever asks again is told the same again."""
        if self._trouble is not None:
            raise self._trouble
        try:
            return next((part for part in self._parts if part), b"")
        except Unreadable as error:
            self._trouble = error
            raise


def unpacked(stream: Ahead) -> Unpacked | None:
    """None where it is not compressed. Raises Unreadable where it cannot be unpacked here."""
    if stream.peek(len(_GZIP)) == _GZIP:
        return Unpacked(_gunzipped(stream))
    if stream.peek(len(_ZSTD)) == _ZSTD:
        return Unpacked(_unzstd(stream, _zstandard()))
    return None


def _gunzipped(stream: Readable) -> Iterator[bytes]:
    """Of one or more members; zeros may follow the last."""
    unpacker = zlib.decompressobj(_ANY_GZIP)
    while packed := stream.read(CHUNK):
        while packed:
            if unpacker.eof and (packed := packed.lstrip(b"\0")):
                unpacker = zlib.decompressobj(_ANY_GZIP)
            if packed:
                yield from _gunzipped_part(unpacker, packed)
                packed = unpacker.unconsumed_tail or unpacker.unused_data
    if not unpacker.eof:
        raise Unreadable(ENDS_EARLY, partly=True)


def _gunzipped_part(unpacker: Any, packed: bytes) -> Iterator[bytes]:
    before = unpacker.copy()
    try:
        yield unpacker.decompress(packed, MOST)
    except zlib.error:
        # What it has unpacked before the damage is gone with the error: once more, byte by byte.
        yield b"".join(_salvaged(before, packed))
        raise Unreadable(DAMAGED, partly=True) from None


def _salvaged(unpacker: Any, packed: bytes) -> Iterator[bytes]:
    for at in range(len(packed)):
        try:
            yield unpacker.decompress(packed[at : at + 1])
        except zlib.error:
            return


def _zstandard() -> Any:
    try:
        return importlib.import_module("zstandard")
    except ImportError:
        raise Unreadable(NO_ZSTD) from None


def _unzstd(stream: Readable, zstandard: Any) -> Iterator[bytes]:
    """Of one or more frames."""
    unpacker = zstandard.ZstdDecompressor().decompressobj()
    while packed := stream.read(_FEW):
        while packed:
            if unpacker.eof:
                unpacker = zstandard.ZstdDecompressor().decompressobj()
            try:
                yield unpacker.decompress(packed)
            except zstandard.ZstdError:
                raise Unreadable(DAMAGED, partly=True) from None
            packed = unpacker.unused_data if unpacker.eof else b""
    if not unpacker.eof:
        raise Unreadable(ENDS_EARLY, partly=True)
