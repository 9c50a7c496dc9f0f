import gzip
import io
import os
from collections.abc import Iterator

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.test import RequestFactory

from nodes.api_access import ApiError
from nodes.bodies import PIECE, pieces

MOST, MOST_UNPACKED = 1_000_000, 4_000_000


def request_with(body: bytes, **headers: str) -> HttpRequest:
    return RequestFactory().post("/", body, content_type="text/plain", headers=headers)


def packed(body: bytes, most: int = MOST) -> Iterator[bytes]:
    return pieces(request_with(body, **{"Content-Encoding": "gzip"}), most, MOST_UNPACKED)


def refusal(read: Iterator[bytes]) -> int:
    with pytest.raises(ApiError) as error:
        list(read)
    return error.value.status


def test_a_body_comes_as_it_was_sent() -> None:
    assert b"".join(pieces(request_with(b"a\nb\n"), MOST, MOST)) == b"a\nb\n"


def test_a_packed_body_comes_unpacked() -> None:
    assert b"".join(packed(gzip.compress(b"a\nb\n"))) == b"a\nb\n"


def test_packed_bodies_behind_one_another_are_one() -> None:
    assert b"".join(packed(gzip.compress(b"a\n") + gzip.compress(b"b\n"))) == b"a\nb\n"


def test_a_large_packed_body_comes_in_small_pieces() -> None:
    body = os.urandom(100_000) * 40
    read = list(packed(gzip.compress(body, 9), 10_000_000))
    assert b"".join(read) == body
    assert max(map(len, read)) <= PIECE


def test_a_body_without_a_length_is_read_to_its_end() -> None:
    request = RequestFactory().post("/", headers={"Transfer-Encoding": "chunked"})
    request.META |= {"wsgi.input": io.BytesIO(b"a\nb\n"), "wsgi.input_terminated": True}
    assert b"".join(pieces(request, MOST, MOST)) == b"a\nb\n"


def test_a_body_that_is_cut_off_is_refused() -> None:
    request = request_with(b"a\nb\n")
    whole = {"wsgi.input": io.BytesIO(b"a\nb\n"), "CONTENT_LENGTH": "5"}
    assert refusal(pieces(WSGIRequest(request.META | whole), MOST, MOST)) == 400


def test_a_body_whose_client_is_gone_is_refused() -> None:
    class Gone(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionResetError

    gone = {"wsgi.input": Gone(), "CONTENT_LENGTH": "5"}
    assert refusal(pieces(WSGIRequest(request_with(b"").META | gone), MOST, MOST)) == 400


def test_more_than_the_most_is_refused() -> None:
    assert refusal(pieces(request_with(bytes(MOST + 1)), MOST, MOST)) == 413


def test_little_that_unpacks_to_too_much_is_refused() -> None:
    assert refusal(packed(gzip.compress(bytes(MOST_UNPACKED + 1)))) == 413


@pytest.mark.parametrize("body", [b"plain", gzip.compress(b"a" * 1000)[:-9], b""])
def test_what_is_no_whole_gzip_is_refused(body: bytes) -> None:
    assert refusal(packed(body)) == 400


def test_another_encoding_is_refused() -> None:
    with pytest.raises(ApiError, match="gzip"):
        pieces(request_with(b"x", **{"Content-Encoding": "br"}), MOST, MOST)
