"""`python -m tests.stress.asking PORT SECONDS RATE` asks a site for what browsers and scripts do, RATE times a second.

A process of its own, so that what else a measurement does keeps no request waiting. Reads the requests from its input,
as JSON: method, path, body and how often of all of them; prints as JSON what became of each. Connections are kept and
answers come compressed, as browsers have it.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException

CONNECTIONS = 50


@dataclass(frozen=True)
class Request:
    name: str
    path: str
    share: int
    body: str = ""


@dataclass(frozen=True)
class Answer:
    """Milliseconds from when the request was due: `late` until it was sent, `took` until its last byte was there."""

    name: str
    status: int
    late: float
    took: float


class Asking:
    def __init__(self, port: int) -> None:
        self._port = port
        self._of_thread = threading.local()

    def ask(self, request: Request, due: float) -> Answer:
        time.sleep(max(0.0, due - time.monotonic()))
        began = time.monotonic()
        status = self._status(request)
        return Answer(request.name, status, 1000 * (began - due), 1000 * (time.monotonic() - due))

    def _status(self, request: Request) -> int:
        kept: HTTPConnection | None = getattr(self._of_thread, "connection", None)
        if kept is not None:
            # The site may have closed it meanwhile.
            with suppress(HTTPException, OSError):
                return _asked(kept, request)
            kept.close()
        self._of_thread.connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        return _asked(self._of_thread.connection, request)


def answers(port: int, requests: Sequence[Request], seconds: float, rate: float) -> list[Answer]:
    """From a process of its own."""
    command = [sys.executable, "-m", "tests.stress.asking", str(port), str(seconds), str(rate)]
    given = json.dumps([asdict(request) for request in requests])
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True)
    return [Answer(**each) for each in json.loads(done.stdout)]


def mixed(requests: Sequence[Request]) -> list[Request]:
    """Each as often as its share says, and evenly spread."""
    places = [((turn + 0.5) / each.share, each) for each in requests for turn in range(each.share)]
    return [each for _, each in sorted(places, key=lambda place: place[0])]


def _asked(connection: HTTPConnection, request: Request) -> int:
    headers = {"Accept-Encoding": "gzip, br"}
    if request.body:
        headers["Content-Type"] = "application/json"
    connection.request("POST" if request.body else "GET", request.path, request.body or None, headers)
    response = connection.getresponse()
    response.read()
    return response.status


def _all(port: int, requests: Sequence[Request], seconds: float, rate: float) -> Iterator[Answer]:
    asking, in_turn = Asking(port), mixed(requests)
    began = time.monotonic() + 0.1
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        asked = [
            threads.submit(asking.ask, in_turn[number % len(in_turn)], began + number / rate)
            for number in range(int(seconds * rate))
        ]
        yield from (each.result() for each in asked)


def main(port: str, seconds: str, rate: str) -> None:
    requests = [Request(**each) for each in json.load(sys.stdin)]
    json.dump([asdict(answer) for answer in _all(int(port), requests, float(seconds), float(rate))], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
