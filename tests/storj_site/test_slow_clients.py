"""A running site whose clients are slow or silent: it goes on for the others."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPResponse
from pathlib import Path

import pytest

from tests.processes import site_in
from tests.storj_site.running import Site, running

pytestmark = pytest.mark.sqlite_files

TIMEOUT = 2  # seconds; the site's own is 10
MORE_THAN_THREADS = 20
HEAD = b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, static_root: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("slow")
    (folder / "events.db").touch()
    settings = site_in(folder, STATIC_ROOT=static_root, PUBLIC_READ=True, CLIENT_TIMEOUT=TIMEOUT)
    with running(folder, **settings) as site:
        yield site


def connected(site: Site, sent: bytes = b"") -> socket.socket:
    client = socket.create_connection(("127.0.0.1", site.port), timeout=30)
    client.sendall(sent)
    return client


def seconds_to_healthz(site: Site) -> float:
    began = time.monotonic()
    assert site.get("/healthz").status == 200
    return time.monotonic() - began


def answer_to(client: socket.socket) -> tuple[int, str]:
    response = HTTPResponse(client)
    response.begin()
    return response.status, response.read().decode()


def heard(client: socket.socket) -> bytes | None:
    """What the site sent, nothing when it has closed, None while it is silent."""
    try:
        return client.recv(10_000)
    except TimeoutError:
        return None
    except ConnectionError:
        return b""


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ", HEAD + b"\r\n"], ids=["nothing", "headers", "body"]
)
def test_clients_that_send_half_a_request_hold_the_others_up_until_the_time_out_only(site: Site, sent: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(MORE_THAN_THREADS):
            stack.enter_context(connected(site, sent))
        time.sleep(0.2)
        # Bodies count from when a thread begins to read them, so that four of twenty come second.
        assert seconds_to_healthz(site) < 2 * TIMEOUT + 1
    assert "Traceback" not in site.output


def test_clients_that_do_not_close_after_their_answer_hold_nobody_up(site: Site) -> None:
    began = time.monotonic()
    with ExitStack() as stack:
        for _ in range(MORE_THAN_THREADS):
            client = stack.enter_context(connected(site, b"GET /login/ HTTP/1.0\r\nHost: localhost\r\n\r\n"))
            assert answer_to(client)[0] == 200
        assert time.monotonic() - began < 2 * TIMEOUT + 1


def test_headers_that_come_byte_by_byte_have_to_end_in_time_too(site: Site) -> None:
    began = time.monotonic()
    with connected(site, HEAD) as client:
        client.settimeout(0.1)
        while heard(client) is None and time.monotonic() - began < 5 * TIMEOUT:
            client.sendall(b"x")
    assert time.monotonic() - began < 2 * TIMEOUT


def test_headers_without_end_are_refused(site: Site) -> None:
    with connected(site, b"GET /" + b"x" * 70_000) as client:
        assert answer_to(client)[0] == 431


def test_a_body_that_comes_slowly_is_read_to_its_end(site: Site) -> None:
    body = b"not JSON, but all of it"
    head = b"POST /api/comparison HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    began = time.monotonic()
    with connected(site, head + b"Content-Length: %d\r\n\r\n" % len(body)) as client:
        for byte in body:
            client.sendall(bytes([byte]))
            time.sleep(0.15)
        assert time.monotonic() - began > TIMEOUT
        status, answer = answer_to(client)
    assert (status, "The body is not valid JSON." in answer) == (400, True)


def test_an_upload_that_stops_gets_a_sentence(site: Site) -> None:
    head = b"POST /api/comparison HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with connected(site, head + b"Content-Length: 100\r\n\r\n{") as client:
        status, answer = answer_to(client)
    assert (status, "did not arrive as a whole" in answer) == (408, True)
    assert "Traceback" not in site.output


def test_one_connection_carries_several_requests(site: Site) -> None:
    with connected(site) as client:
        for _ in range(3):
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert answer_to(client)[0] == 200
