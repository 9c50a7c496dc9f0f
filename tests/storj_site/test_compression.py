"""Pages and streams are sent compressed to whoever takes that."""

import gzip
import zlib
from collections.abc import Iterator

import pytest
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.test import Client, RequestFactory

from comparison.packed import Packed, Piece, PiecedResponse, plain
from storj_site.compression import MOST_PADDING, CompressionMiddleware

LONG = "<p>a long page</p>" * 100


def answer(response: HttpResponseBase, accepted: str = "gzip, br") -> HttpResponseBase:
    request = RequestFactory().get("/", headers={"accept-encoding": accepted})
    return CompressionMiddleware(lambda _: response)(request)


def content(response: HttpResponseBase) -> bytes:
    assert isinstance(response, HttpResponse)
    return response.content


def test_a_page_is_compressed_and_says_so() -> None:
    found = answer(HttpResponse(LONG))
    assert gzip.decompress(content(found)) == LONG.encode()
    assert len(content(found)) < 100 + MOST_PADDING
    assert found.headers["Content-Encoding"] == "gzip"
    assert found.headers["Content-Length"] == str(len(content(found)))
    assert found.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity, gzip;q=0.0"])
def test_who_does_not_take_it_gets_the_page_as_it_is(accepted: str) -> None:
    found = answer(HttpResponse(LONG), accepted)
    assert content(found) == LONG.encode()
    assert "Content-Encoding" not in found.headers
    assert found.headers["Vary"] == "Accept-Encoding"  # a proxy must not give it to others


@pytest.mark.parametrize("accepted", ["gzip", "br;q=1, gzip;q=0.5", "deflate,gzip"])
def test_any_who_takes_it_gets_it(accepted: str) -> None:
    assert answer(HttpResponse(LONG), accepted).headers["Content-Encoding"] == "gzip"


def test_what_is_short_or_a_picture_or_compressed_already_stays_as_it_is() -> None:
    for response in (
        HttpResponse("short"),
        HttpResponse(LONG, content_type="image/png"),
        HttpResponse(LONG, headers={"Content-Encoding": "br"}),
    ):
        assert content(answer(response)) in (b"short", LONG.encode())


def test_what_is_packed_once_fits_between_what_is_not_and_beside_its_like() -> None:
    words, kept = LONG.encode(), Packed(LONG.encode() * 3)
    pieces: list[Piece] = [b"", kept, words, kept, kept, words, b"the end"]
    whole = b"".join(map(plain, pieces))
    for _ in range(2):
        assert gzip.decompress(content(answer(PiecedResponse(pieces)))) == whole
    assert content(answer(PiecedResponse(pieces), "identity")) == whole


def test_what_is_packed_has_the_same_bytes_whatever_is_around_it() -> None:
    kept = Packed(LONG.encode())
    packed = [content(answer(PiecedResponse([around, kept, around]))) for around in (b"x" * 500, LONG.encode())]
    assert all(kept.deflated in each for each in packed)


def test_the_length_tells_little_of_the_contents() -> None:
    assert len({len(content(answer(HttpResponse(LONG)))) for _ in range(50)}) > 10


def test_each_event_of_a_stream_can_be_read_before_the_next_one_is_there() -> None:
    asked: list[int] = []

    def events() -> Iterator[bytes]:
        for number in range(3):
            asked.append(number)
            yield f"event: {number}\n\n".encode()

    found = answer(StreamingHttpResponse(events(), content_type="text/event-stream"))
    assert isinstance(found, StreamingHttpResponse)
    reader = zlib.decompressobj(wbits=31)
    parts = iter(found)
    assert reader.decompress(next(parts)) == b"event: 0\n\n"
    assert asked == [0]
    assert reader.decompress(b"".join(parts)) == b"event: 1\n\nevent: 2\n\n"
    assert reader.eof


def test_a_stream_that_is_left_is_closed() -> None:
    closed: list[bool] = []

    class Events:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"one", b"two"])

        def close(self) -> None:
            closed.append(True)

    found = answer(StreamingHttpResponse(Events(), content_type="text/event-stream"))
    assert isinstance(found, StreamingHttpResponse)
    next(iter(found))
    found.close()
    assert closed == [True]


def test_the_site_compresses_its_pages(client: Client, db: None) -> None:
    found = client.get("/login/", headers={"accept-encoding": "gzip"})
    assert b"<!doctype html>" in gzip.decompress(found.content)
