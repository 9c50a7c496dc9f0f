"""`python -m tests.stress.streams [SECONDS [RATE]]`: streams that stay open while other requests are answered.

20 streams wait for a comparison whose scores the database reads slowly, as one on a tired disk would; meanwhile a page
from the cache, the API and static files are asked for, 50 times a second. Prints how long those took.
"""

import os
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from statistics import quantiles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from tests.processes import manage, site_in
from tests.storj_site.running import Site, running
from tests.stress.scenario import load_average

STREAMS, BESIDE = 20, 8
GOAL = 100  # milliseconds at the 95th percentile
PAGE = "/?node=1&node=2&node=3&as_of=%s"
STREAM = "/compare/stream?type=efficiency&node=1&node=2&range=%dh"
SLOW = """
ALTER TABLE reputation_history RENAME TO scores_itself;
CREATE VIEW reputation_history AS SELECT * FROM scores_itself WHERE (
  WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000000)
  SELECT count(*) FROM numbers) > 0
"""


class Streams:
    """Each opened anew as soon as it has ended."""

    def __init__(self, site: Site) -> None:
        self._site, self._ended = site, threading.Event()
        self._hours = count(1)
        self.open, self.refused = 0, 0
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._listen, daemon=True) for _ in range(STREAMS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._ended.set()

    def _listen(self) -> None:
        while not self._ended.is_set():
            with closing(HTTPConnection("127.0.0.1", self._site.port, timeout=120)) as connection:
                with self._lock:
                    connection.request("GET", STREAM % next(self._hours))
                response = connection.getresponse()
                if response.status != 200:
                    self.refused += 1
                    time.sleep(0.5)
                    continue
                with self._lock:
                    self.open += 1
                while not self._ended.is_set() and response.readline():
                    pass
                with self._lock:
                    self.open -= 1


def ask(site: Site, path: str, due: float) -> float:
    """Milliseconds from when the request was due to its last byte."""
    time.sleep(max(0.0, due - time.monotonic()))
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=60)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        assert response.status == 200, (path, response.status)
    return 1000 * (time.monotonic() - due)


def measured(site: Site, paths: list[str], seconds: float, rate: float) -> list[float]:
    began = time.monotonic() + 0.1
    with ThreadPoolExecutor(50) as threads:
        asked = [
            threads.submit(ask, site, paths[number % len(paths)], began + number / rate)
            for number in range(int(seconds * rate))
        ]
        return [each.result() for each in asked]


def told(what: str, times: list[float]) -> str:
    cuts = quantiles(times, n=100)
    return f"{what}: {len(times)} requests, p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, longest {max(times):.0f} ms"


def run(folder: Path, seconds: float, rate: float, say: Callable[[str], object]) -> float:
    for arguments in (("migrate",), ("demo", "--events-per-node", "2000", "--days", "1")):
        made = manage(folder, *arguments)
        assert made.returncode == 0, made.stderr
    settings = site_in(
        folder,
        STATIC_ROOT=folder / "static",
        PUBLIC_READ=True,
        STREAMS=STREAMS,
        THREADS=STREAMS + BESIDE,
        COMPARISON_WORKERS=1,  # so that what is slow keeps one core busy, not all
        CONNECTION_TIMEOUT=120,
        POOL_TIMEOUT=120,
        COMPARISON_CACHE_TTL=600,
        ROLLUP_INTERVAL=0,
    )
    with running(folder, **settings) as site:
        page = PAGE % time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        paths = [page, "/api/nodes", "/healthz", "/static/site.css"]
        for path in ("/", *paths):
            assert site.get(path).status == 200, path
        say(told("alone", measured(site, paths, min(seconds, 10), rate)))
        with closing(sqlite3.connect(folder / "events.db")) as database:
            database.executescript(SLOW)
        streams = Streams(site)
        streams.start()
        time.sleep(3)
        before = streams.open
        times = measured(site, paths, seconds, rate)
        say(f"streams open at the beginning {before}, at the end {streams.open}, refused {streams.refused}")
        say(told("beside them", times))
        streams.end()
        site.process.kill()
    return quantiles(times, n=100)[94]


def main(seconds: float = 30, rate: float = 50) -> int:
    with tempfile.TemporaryDirectory(prefix="streams-", ignore_cleanup_errors=True) as folder:
        p95 = run(Path(folder), seconds, rate, lambda line: sys.stdout.write(f"{line}\n"))
    sys.stdout.write(f"{load_average()}\n")
    return int(p95 >= GOAL)


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
