"""What a real gunicorn does, cold and under load: the figures behind `manage.py benchmark_server`."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from comparison.benchmarking.databases import BenchmarkError, Database, run_python
from comparison.benchmarking.measuring import evict

COMPLETED = "Node comparison completed"
STARTS_WITHIN = 30  # seconds
PAUSE = 0.02  # seconds between two looks at /healthz
SERVERS = 3  # whose first page is measured
# The page chooses nodes by the numbers that the site has given them.
NODE_NUMBERS = "import json, nodes.known as known; print(json.dumps([node.pk for node in known.known_nodes()]))"


@dataclass(frozen=True)
class Figure:
    """One line of the report: what was done, what came of it, and the goal where there is one."""

    label: str
    value: str
    goal: str = ""


@dataclass
class Server:
    """A running site. `log` is its standard error; every request asks for a result that no cache has."""

    address: str
    log: Path
    database: Database
    numbers: Iterator[int]
    pid: int

    def comparison(self, number: int | None = None) -> dict[str, Any]:
        as_of = self.as_of(next(self.numbers) if number is None else number)
        body = {"nodes": self.database.parameters.names, "timeRange": "24h", "asOf": as_of}
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.address}/api/comparison", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        answer: dict[str, Any] = json.loads(_read(request))
        return answer

    def page(self, nodes: list[int]) -> None:
        query = urlencode({"node": nodes, "range": "24h", "as_of": self.as_of(next(self.numbers))}, doseq=True)
        before = self.computed()
        try:
            _read(urllib.request.Request(f"{self.address}/?{query}"))  # noqa: S310 - our own address
        except OSError as error:
            raise BenchmarkError(f"The page could not be had: {error}.") from error
        if self.computed() != before + 1:
            raise BenchmarkError("The page did not compute a comparison.")

    def health(self) -> None:
        _read(urllib.request.Request(f"{self.address}/healthz"))  # noqa: S310 - our own address

    def computed(self) -> int:
        return self.log.read_text().count(COMPLETED)

    def as_of(self, number: int) -> str:
        """Another moment for each number, but after all that is counted, as that of who asks for now."""
        return (self.database.as_of - timedelta(milliseconds=100 * number)).isoformat()


def report(database: Database, seconds: float) -> list[Figure]:
    """The page, ten at once, fifty equal at once, and /healthz for `seconds` under ten concurrent cold comparisons."""
    make_site(database)
    with static_files(database) as static:
        pages = _pages(database, static)
        with served(database, static, _on_first_core) as server:
            server.comparison()
            return [*pages, *_ten_at_once(server), *_fifty_equal(server), *_health(server, seconds)]


def make_site(database: Database) -> None:
    """Its own database, beside that of the events."""
    if run_python("django", "migrate", "-v0", database=database).returncode != 0:
        raise BenchmarkError("The site's database for the measurement could not be made.")


@contextmanager
def static_files(database: Database) -> Iterator[str]:
    """A folder with them: no page can be shown without."""
    with tempfile.TemporaryDirectory(prefix="server-benchmark-") as folder:
        command = [sys.executable, "-m", "django", "collectstatic", "--noinput", "-v0"]
        environment = database.environment | {"STATIC_ROOT": folder}
        done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, check=False)  # noqa: S603 - our own command
        if done.returncode != 0:
            raise BenchmarkError("The static files for the measurement could not be collected.")
        yield folder


@contextmanager
def served(database: Database, static: str, beginning: Callable[[], None] | None = None) -> Iterator[Server]:
    """The shipped gunicorn configuration on a free port, over a copy of no data but its own.

    `beginning` is called in the new process.
    """
    with tempfile.TemporaryDirectory(prefix="server-benchmark-") as folder:
        port, log = _free_port(), Path(folder) / "log"
        environment = database.environment | {
            "DATA_DIR": folder,
            "SECRET_KEY": "only-for-this-measurement",
            "STATIC_ROOT": static,
            "PUBLIC_READ": "True",
            "ROLLUP_INTERVAL": "0",  # the database stays as it is, for the next measurement
            "BIND": "127.0.0.1",
            "PORT": str(port),
        }
        with log.open("w") as lines:
            process = subprocess.Popen(  # noqa: S603 - our own configuration
                [sys.executable, "-m", "gunicorn", "-c", str(settings.BASE_DIR / "storj_site" / "gunicorn_conf.py")],
                cwd=settings.BASE_DIR,
                env=environment,
                stderr=lines,
                stdout=lines,
                preexec_fn=beginning,  # noqa: PLW1509 - no thread runs yet
            )
        try:
            server = Server(f"http://127.0.0.1:{port}", log, database, count(1), process.pid)
            _wait_for(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(20)


def node_numbers(database: Database) -> list[int]:
    found = run_python("django", "shell", "-v0", "-c", NODE_NUMBERS, database=database)
    if found.returncode != 0:
        raise BenchmarkError("The nodes of the database could not be listed.")
    numbers: list[int] = json.loads(found.stdout)
    return numbers


def percentile(values: list[float], percent: int) -> float:
    return sorted(values)[(percent * len(values) + 99) // 100 - 1]


def _pages(database: Database, static: str) -> list[Figure]:
    """On all cores, and with the database's file not in memory."""
    nodes = node_numbers(database)
    first: list[float] = []
    later: list[float] = []
    for _ in range(SERVERS):
        with served(database, static) as server:
            first.append(_cold_page(server, nodes))
            later.append(_cold_page(server, nodes))
    return [
        Figure("comparison page, cold: first answer of a server", f"{median(first):.0f} ms", "< 100 ms"),
        Figure("comparison page, cold: next answer", f"{median(later):.0f} ms", "< 100 ms"),
    ]


def _cold_page(server: Server, nodes: list[int]) -> float:
    evict(server.database)
    return _milliseconds(lambda: server.page(nodes))


def _ten_at_once(server: Server) -> list[Figure]:
    began = time.perf_counter()
    answers = _at_once(10, server.comparison)
    took = (time.perf_counter() - began) * 1000
    failed = sum(node["error"] is not None for answer in answers for node in answer["nodes"])
    return [
        Figure("10 different cold comparisons at once: answers", f"{len(answers)}, {failed} nodes failed", "10, 0"),
        Figure("10 different cold comparisons at once: all answered after", f"{took:.0f} ms"),
    ]


def _fifty_equal(server: Server) -> list[Figure]:
    before, key = server.computed(), next(server.numbers)
    answers = _at_once(50, lambda: server.comparison(key))
    different = {json.dumps(answer | {"cached": None}, sort_keys=True) for answer in answers}
    return [
        Figure("50 equal cold comparisons at once: computed", str(server.computed() - before), "1"),
        Figure("50 equal cold comparisons at once: different answers", str(len(different)), "1"),
    ]


def _health(server: Server, seconds: float) -> list[Figure]:
    end, answered = time.monotonic() + seconds, []

    def compare() -> None:
        while time.monotonic() < end:
            answered.append(server.comparison())

    threads = [threading.Thread(target=compare) for _ in range(10)]
    for thread in threads:
        thread.start()
    times = []
    while time.monotonic() < end:
        times.append(_milliseconds(server.health))
        time.sleep(PAUSE)
    for thread in threads:
        thread.join()
    return [
        Figure(f"cold comparisons answered in {seconds:.0f} s, 10 at a time", str(len(answered))),
        Figure("/healthz meanwhile: median", f"{percentile(times, 50):.1f} ms of {len(times)}"),
        Figure("/healthz meanwhile: 95th percentile", f"{percentile(times, 95):.1f} ms", "< 100 ms"),
        Figure("/healthz meanwhile: slowest", f"{max(times):.1f} ms"),
    ]


def _at_once(times: int, call: Callable[[], dict[str, Any]]) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(times) as threads:
        return [future.result() for future in [threads.submit(call) for _ in range(times)]]


def _milliseconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _read(request: urllib.request.Request) -> bytes:
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own address
        data: bytes = answer.read()
        return data


def _wait_for(server: Server, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and process.poll() is None:
        try:
            server.health()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise BenchmarkError(f"The server did not start: {server.log.read_text().strip().splitlines()[-1:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _on_first_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
