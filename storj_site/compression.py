"""Pages and what is streamed, compressed on the way: a tenth of the bytes, for two milliseconds of a page.

Each event of a stream goes out whole as soon as it is there, which Django's own GZipMiddleware would not let it. A name
of random length in the head of an answer hides what its length would tell of its contents (the attack is known as
BREACH, the remedy as Heal The Breach). It does not hide the lengths of single events: what protects those is that the
only secret in them, the forms' token, is written as another one each time.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from gzip import GzipFile
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.text import StreamingBuffer

TYPES = ("text/html", "text/event-stream", "application/json", "text/csv", "text/markdown")
LEVEL = 4  # of 9: half of the time of 6, for a tenth more bytes
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


def compressed(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Each part so that it can be read before the next one is there."""
    found = StreamingBuffer()
    name = "a" * secrets.randbelow(MOST_PADDING)
    with GzipFile(filename=name, mode="wb", compresslevel=LEVEL, fileobj=found, mtime=0) as file:
        for part in parts:
            file.write(part)
            file.flush()
            yield found.read()
    yield found.read()


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
        whole.content = b"".join(compressed([whole.content]))
        response.headers["Content-Length"] = str(len(whole.content))
    response.headers["Content-Encoding"] = "gzip"
