"""`python -m tests.stress.streams [SECONDS [RATE]]`: streams that stay open while other requests are answered.

20 streams wait for a comparison whose scores the database reads slowly, as one on a tired disk would. Meanwhile another
process asks 50 times a second for what open pages and scripts need: pages and comparisons from the cache, nodes, health
and static files, in the mix that is printed first. Prints how long those took, from when each was due to its last byte.
"""

import json
import os
import re
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from statistics import quantiles

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from tests.processes import manage, site_in
from tests.storj_site.running import Site, running
from tests.stress.asking import Answer, Request, answers
from tests.stress.scenario import cpu_of_workers, load_average

STREAMS, BESIDE = 20, 8
GOAL = 100  # milliseconds at the 95th percentile
NODES = 5  # of the page and of the comparisons that are asked for
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


def requests_of(site: Site) -> list[Request]:
    """What pages in browsers and scripts ask for that look at the same comparison again and again."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    names = json.loads(site.get("/api/nodes").text)["nodes"][:NODES]
    page = "/?" + "&".join(f"node={number + 1}" for number in range(NODES)) + f"&as_of={now}"
    files = re.findall(r'(?:href|src)="(/static/[^"]+)"', site.get(page).text)
    return [
        Request("pages from the cache", page, 3),
        Request("comparisons by the API", "/api/comparison", 2, json.dumps({"nodes": names, "asOf": now})),
        Request("lists of nodes", "/api/nodes", 1),
        Request("health", "/healthz", 1),
        *(Request("static files", path, 1) for path in files[:3]),
    ]


def measured(site: Site, requests: list[Request], seconds: float, rate: float) -> list[Answer]:
    found = answers(site.port, requests, seconds, rate)
    failed = [answer for answer in found if answer.status != 200]
    assert not failed, failed[0]
    return found


def told(what: str, found: list[Answer]) -> str:
    cuts, late = quantiles([each.took for each in found], n=100), quantiles([each.late for each in found], n=100)
    longest = max(each.took for each in found)
    return (
        f"{what}: {len(found)} requests, p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, longest {longest:.0f} ms; "
        f"of that before they were sent: p95 {late[94]:.0f} ms"
    )


def told_by_kind(found: list[Answer]) -> Iterator[str]:
    for name in dict.fromkeys(each.name for each in found):
        cuts = quantiles([each.took for each in found if each.name == name], n=100)
        yield f"  {name}: p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms"


def _names(requests: list[Request]) -> list[str]:
    return list(dict.fromkeys(each.name for each in requests))


def run(folder: Path, seconds: float, rate: float, say: Callable[[str], object]) -> float:
    for arguments in (("migrate",), ("demo", "--nodes", str(NODES), "--events-per-node", "2000", "--days", "1")):
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
        site.get("/")  # which enters the nodes
        requests = requests_of(site)
        say(
            "of " + ", ".join(f"{sum(e.share for e in requests if e.name == name)} {name}" for name in _names(requests))
        )
        measured(site, requests, 2, rate)  # which fills the cache
        before = cpu_of_workers(site.process.pid)
        found = measured(site, requests, min(seconds, 10), rate)
        say(told("alone", found))
        say(f"  server's CPU {1000 * (cpu_of_workers(site.process.pid) - before) / len(found):.1f} ms a request")
        with closing(sqlite3.connect(folder / "events.db")) as database:
            database.executescript(SLOW)
        streams = Streams(site)
        streams.start()
        time.sleep(3)
        before = streams.open
        found = measured(site, requests, seconds, rate)
        say(f"streams open at the beginning {before}, at the end {streams.open}, refused {streams.refused}")
        say(told("beside them", found))
        for line in told_by_kind(found):
            say(line)
        streams.end()
        site.process.kill()
    return quantiles([each.took for each in found], n=100)[94]


def main(seconds: float = 30, rate: float = 50) -> int:
    with tempfile.TemporaryDirectory(prefix="streams-", ignore_cleanup_errors=True) as folder:
        p95 = run(Path(folder), seconds, rate, lambda line: sys.stdout.write(f"{line}\n"))
    sys.stdout.write(f"{load_average()}\n")
    return int(p95 >= GOAL)


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
