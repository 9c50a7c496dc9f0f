"""Bodies of requests that programs send: bounded, with or without a length, packed or not."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

from django.http import HttpRequest

from nodes.api_access import ApiError

PIECE = 1 << 20  # bytes that are read at a time
CUT_OFF = "The body was cut off before its end: send it again."


def pieces(request: HttpRequest, most: int, most_unpacked: int) -> Iterator[bytes]:
    """The body, unpacked if it is gzip, in pieces. `most` bytes may be sent, and so many of gzip once it is unpacked.

    Raises ApiError: 413 for more, 415 for another encoding, 400 for damaged gzip and for a body that is cut off.
    """
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    sent = _bounded(_sent(request), most)
    if encoding == "identity":
        return sent
    if encoding == "gzip":
        return _bounded(_unpacked(sent), most_unpacked)
    raise ApiError(415, "Send the body as it is, or with gzip and the header “Content-Encoding: gzip”.")


def _sent(request: HttpRequest) -> Iterator[bytes]:
    # Django takes a body without a length, sent in chunks, for an empty one; gunicorn knows where it ends.
    is_chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    ends_by_itself = is_chunked and request.META.get("wsgi.input_terminated")
    body = cast(BinaryIO, request.META["wsgi.input"] if ends_by_itself else request)
    missing = 0 if ends_by_itself else _length(request)
    try:
        while piece := body.read(PIECE):
            missing -= len(piece)
            yield piece
    except OSError:  # the client is gone, or silent for too long
        raise ApiError(400, CUT_OFF) from None
    # A client that goes away in the middle of a body with a length: gunicorn ends that as if it were whole.
    if missing > 0:
        raise ApiError(400, CUT_OFF)


def _length(request: HttpRequest) -> int:
    """As the client told it; 0 where Django reads nothing, because it is none."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def _bounded(read: Iterator[bytes], most: int) -> Iterator[bytes]:
    length = 0
    for piece in read:
        length += len(piece)
        if length > most:
            raise ApiError(413, f"Send at most {most // 1_000_000} MB at a time.")
        yield piece


def _unpacked(packed: Iterator[bytes]) -> Iterator[bytes]:
    """Of one gzip file or of several behind one another, as `cat` makes them."""
    unpacker = _gzip()
    for piece in packed:
        rest = piece
        while rest:
            if unpacker.eof:
                unpacker = _gzip()
            try:
                yield unpacker.decompress(rest, PIECE)
            except zlib.error:
                raise ApiError(400, "The body is not gzip, or it is damaged: send it again.") from None
            rest = unpacker.unconsumed_tail or unpacker.unused_data
    if not unpacker.eof:
        raise ApiError(400, "The body ends before its gzip does: send it again.")


def _gzip() -> "zlib._Decompress":
    return zlib.decompressobj(wbits=31)
