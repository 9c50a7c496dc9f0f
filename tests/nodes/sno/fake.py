"""A real HTTP server that plays a storagenode's API: of any version, well or badly behaved.

`python -m tests.nodes.sno.fake --count 12 --port 14002` runs some on successive ports, for trials by hand.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.nodes.sno.stories import NODE_ID, TB, Story, answer

Behaviour = Callable[["Handler", bytes], None]
VERSIONS = ((1, 71, 2), (1, 115, 5), (1, 142, 7), (1, 146, 3), (1, 162, 3))


def well(handler: "Handler", body: bytes) -> None:
    handler.send(200, body)


def dripping(handler: "Handler", body: bytes) -> None:
    """A byte now and then, so that no single wait is long."""
    handler.head(200, len(body))
    for byte in body:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        if handler.server.stopping.wait(0.2):
            return


def dripping_head(handler: "Handler", body: bytes) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not handler.server.stopping.wait(0.2):
        handler.wfile.write(b"X")
        handler.wfile.flush()


def silent(handler: "Handler", body: bytes) -> None:
    handler.server.stopping.wait(60)


def failing(handler: "Handler", body: bytes) -> None:
    handler.send(500, b'{"error": "console: database is locked"}')


def closing(handler: "Handler", body: bytes) -> None:
    """In the middle of what it promised."""
    handler.head(200, len(body))
    handler.wfile.write(body[: len(body) // 2])


def truncated(handler: "Handler", body: bytes) -> None:
    handler.send(200, body[: len(body) // 2])


def endless(handler: "Handler", body: bytes) -> None:
    handler.head(200, None)
    while not handler.server.stopping.is_set():
        handler.wfile.write(b" " * 65_536)


def huge(handler: "Handler", body: bytes) -> None:
    handler.head(200, 10**12)
    handler.wfile.write(body)


def redirecting(handler: "Handler", body: bytes) -> None:
    handler.send_response(302)
    handler.send_header("Location", f"http://127.0.0.1:{handler.server.elsewhere}{handler.path}")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def nested(handler: "Handler", body: bytes) -> None:
    handler.send(200, b"[" * 10**6 + b"]" * 10**6)


def digits(handler: "Handler", body: bytes) -> None:
    handler.send(200, b'{"nodeID": ' + b"9" * 10**6 + b"}")


def not_a_number(handler: "Handler", body: bytes) -> None:
    handler.send(200, b'{"nodeID": NaN}')


def html(handler: "Handler", body: bytes) -> None:
    handler.send(200, b"<!DOCTYPE html><html><body>Node Dashboard</body></html>", "text/html")


def other_json(handler: "Handler", body: bytes) -> None:
    handler.send(200, b'{"status": "ok"}')


def not_utf8(handler: "Handler", body: bytes) -> None:
    handler.send(200, b'{"nodeID": "\xff\xfe"}')


def not_http(handler: "Handler", body: bytes) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")


def wrong_types(handler: "Handler", body: bytes) -> None:
    """Every value of the answer is another one than it should be, its keys and lists are right."""
    handler.send(200, json.dumps(spoilt(json.loads(body))).encode())


def spoilt(value: object, key: str = "") -> object:
    if isinstance(value, dict):
        return {name: spoilt(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [*(spoilt(part) for part in value), 7, None, "x"]
    if key in ("id", "satelliteId", "satelliteID", "nodeID"):
        return value
    return {"str": [1], "int": "12abc", "float": 1e300, "bool": "yes", "NoneType": {"a": -1}}[type(value).__name__]


BEHAVIOURS: dict[str, Behaviour] = {
    each.__name__: each
    for each in (
        well, dripping, dripping_head, silent, failing, closing, truncated, endless, huge, redirecting, nested, digits,
        not_a_number, html, other_json, not_utf8, not_http, wrong_types,
    )
}  # fmt: skip


@dataclass
class Fake:
    """What a server plays; it may be changed while it runs. Without `story.now` kept up, time stands still.

    `only`: the routes that misbehave, by their beginning; all where it is empty.
    """

    story: Story
    behaviour: Behaviour = well
    only: str = ""
    elsewhere: int = 0
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    delay: float = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, fake: Fake) -> None:
        self.fake = fake
        self.stopping = threading.Event()
        super().__init__(("127.0.0.1", fake.port), Handler)
        fake.port = self.server_address[1]

    @property
    def elsewhere(self) -> int:
        return self.fake.elsewhere

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that have had enough are what is played here."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        fake = self.server.fake
        fake.asked.append(self.path)
        fake.headers.append(dict(self.headers))
        time.sleep(fake.delay)
        self.close_connection = True
        parts = urlsplit(self.path)
        try:
            told = answer(fake.story, parts.path, parts.query)
        except (KeyError, ValueError):
            self.send(404, b'{"error": "not found"}')
            return
        body = json.dumps(told, separators=(",", ":")).encode() + b"\n"  # as Go writes it
        behaves = fake.behaviour if parts.path.startswith(fake.only) else well
        with suppress(OSError):
            behaves(self, body)

    def send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.head(status, len(body), kind)
        self.wfile.write(body)

    def head(self, status: int, length: int | None, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(*fakes: Fake) -> Iterator[None]:
    servers = [Server(fake) for fake in fakes]
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for server in servers:
            server.stopping.set()
            server.shutdown()
            server.server_close()


def various(count: int, now: datetime, first_port: int = 0) -> list[Fake]:
    """Nodes of all versions and sizes."""
    return [
        Fake(
            Story(
                now=now,
                version=VERSIONS[number % len(VERSIONS)],
                total=(2 + number % 9) * TB,
                pieces=int((1 + number % 9) * 0.9 * TB),
                egress=(10 + 7 * number % 50) * 10**9,
                audit_score=1 - number % 3 / 200,
                online_score=1 - number % 7 / 100,
                held_percent=(75, 50, 25, 0)[number % 4],
                node_id=NODE_ID[:-4] + f"{number:04}".replace("0", "z"),
            ),
            port=first_port + number if first_port else 0,
        )
        for number in range(count)
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--port", type=int, default=14002, help="of the first")
    parser.add_argument("--behaviour", choices=BEHAVIOURS, default="well")
    given = parser.parse_args()
    fakes = various(given.count, datetime.now(UTC), given.port)
    for fake in fakes:
        fake.behaviour = BEHAVIOURS[given.behaviour]
    with serving(*fakes):
        for fake in fakes:
            sys.stdout.write(f"{fake.url} plays v{'.'.join(map(str, fake.story.version))}\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(1)
                for fake in fakes:
                    fake.story = replace(fake.story, now=datetime.now(UTC))
    return 0


if __name__ == "__main__":
    sys.exit(main())
