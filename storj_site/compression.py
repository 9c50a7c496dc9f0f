"""Pages and what is streamed, compressed on the way: a tenth of the bytes, for two milliseconds of a page.

What is sent to many is compressed once, by itself (`comparison.packed`): nothing that is around it can be told from it.

Each event of a stream goes out whole as soon as it is there, which Django's own GZipMiddleware would not let it. A name
of random length in the head of an answer hides what its length would tell of its contents (the attack is known as
BREACH, the remedy as Heal The Breach). It does not hide the lengths of single events: what protects those is that the
only secret in them, the forms' token, is written as another one each time.
"""

import re
import secrets
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_vary_headers

from comparison.packed import LEVEL, Packed, Piece, PiecedResponse, plain

TYPES = ("text/html", "text/event-stream", "application/json", "text/csv", "text/markdown")
SHORTEST = 500  # bytes: below it there is nothing to gain
MOST_PADDING = 100
_TAKES_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))", re.IGNORECASE)


class CompressionMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not _may_be_compressed(response):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if _TAKES_GZIP.search(request.headers.get("Accept-Encoding", "")):
            _compress(response)
        return response


def compressed(parts: Iterable[Piece]) -> Iterator[bytes]:
    """Each part so that it can be read before the next one is there, in the form of gzip (RFC 1952)."""
    packer = zlib.compressobj(LEVEL, wbits=-zlib.MAX_WBITS)
    head, check, size = _head(), 0, 0
    for part in parts:
        data = plain(part)
        check, size = zlib.crc32(data, check), size + len(data)
        yield head + _added(packer, part)
        head = b""
    yield head + packer.flush() + struct.pack("<LL", check, size & 0xFFFFFFFF)


def _added(packer: "zlib._Compress", part: Piece) -> bytes:
    if isinstance(part, Packed):
        # What comes after it must not refer to what is before: the packer knows nothing of what lies between.
        return packer.flush(zlib.Z_FULL_FLUSH) + part.deflated
    return packer.compress(part) + packer.flush(zlib.Z_SYNC_FLUSH)


def _head() -> bytes:
    """With a name, of which the length says nothing."""
    return b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + b"a" * secrets.randbelow(MOST_PADDING) + b"\0"


def _may_be_compressed(response: HttpResponseBase) -> bool:
    kind = response.headers.get("Content-Type", "").partition(";")[0]
    is_short = not response.streaming and len(cast(HttpResponse, response).content) < SHORTEST
    return kind in TYPES and not is_short and not response.has_header("Content-Encoding")


def _compress(response: HttpResponseBase) -> None:
    if response.streaming:
        streamed = cast(StreamingHttpResponse, response)
        streamed.streaming_content = compressed(cast(Iterator[bytes], streamed.streaming_content))
        del response.headers["Content-Length"]
    else:
        whole = cast(HttpResponse, response)
        pieces = whole.pieces if isinstance(whole, PiecedResponse) else [whole.content]
        whole.content = b"".join(compressed(pieces))
        response.headers["Content-Length"] = str(len(whole.content))
    response.headers["Content-Encoding"] = "gzip"
