"""`python -m tests.stress.transfers [NODES]`: from addresses and two logs to the transfers on the page.

Starts the site in an empty folder, enters twelve played nodes, waits until the page has their space, then gives two of
them a log, starts `manage.py collect`, writes transfers, and prints after how many seconds the page shows them, and how
far behind the log it is in the minute after; fails where that is later than the goal.
"""

import html
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storj_site.settings")

from tests.nodes.intake import logs
from tests.nodes.sno.fake import Fake, serving, various
from tests.storj_site.running import ROOT, Site, environment, manage, running, wait_until

GOAL = 10  # seconds
WATCHED = 60  # seconds
EACH = 0.2  # seconds between two transfers of a node


def main(count: int = 12) -> int:
    fakes = various(count, datetime.now(UTC))
    names = [f"pi {number}" for number in range(count)]
    with tempfile.TemporaryDirectory(prefix="stress-") as folder, ExitStack() as stack:
        stack.enter_context(serving(*fakes))
        site = stack.enter_context(running(Path(folder, "site"), PUBLIC_READ=True))
        data = Path(folder, "site", "data")
        _enter(names, fakes, data)
        began = time.monotonic()
        wait_until(lambda: _row(site, names, "efficiency", "Used space"), 60)
        sys.stdout.write(f"{count} nodes are on the page {time.monotonic() - began:.1f} s after they were entered\n")
        return _follow(site, names[:2], fakes[:2], Path(folder))


def _enter(names: list[str], fakes: list[Fake], data: Path, *logs_of: Path) -> None:
    for number, (name, fake) in enumerate(zip(names, fakes, strict=True)):
        log = ("--log", str(logs_of[number])) if logs_of else ()
        done = manage("add_node", name, fake.url, *log, DATA_DIR=data)
        assert done.returncode == 0, done.stderr


def _follow(site: Site, names: list[str], fakes: list[Fake], folder: Path) -> int:
    paths = [folder / f"{name}.log" for name in names]
    for path in paths:
        path.touch()
    data = folder / "site" / "data"
    _enter(names, fakes, data, *paths)
    _shown(site, names)  # an answer of before is kept now
    began = time.monotonic()
    with _collecting(data), _writing(paths) as written:
        while not all(_shown(site, names)):
            assert time.monotonic() - began < 120, "the page shows no transfers"
            time.sleep(0.1)
        first = time.monotonic() - began
        behind = max(_watch(site, names, written))
    sys.stdout.write(
        f"transfers on the page {first:.1f} s after `manage.py collect` was started; "
        f"then at the most {behind:.1f} s behind the log\n"
    )
    return int(max(first, behind) > GOAL)


def _watch(site: Site, names: list[str], written: list[float]) -> Iterator[float]:
    """How many seconds ago the first transfer was written that the page does not show yet."""
    end = time.monotonic() + WATCHED
    while (now := time.monotonic()) < end:
        seen = min(_shown(site, names))
        missing = written[seen:]
        yield max(0.0, now - missing[0]) if missing else 0.0
        time.sleep(0.1)


def _shown(site: Site, names: list[str]) -> list[int]:
    cells = _row(site, names, "performance", "Operations")
    return [int(cell) for cell in cells] or [0]


def _row(site: Site, names: list[str], kind: str, label: str) -> list[str]:
    """The page's own cells of one metric; none where it has none."""
    numbers = dict(re.findall(r'name="node" value="(\d+)"[^>]*><bdi>([^<]*)<', site.get("/").text))
    nodes = [("node", number) for number, name in numbers.items() if name in names]
    answer = site.get("/?" + urlencode([("type", kind), ("range", "24h"), *nodes]))
    row = re.search(rf'aria-label="{label}">.*?</tr>', answer.text, re.DOTALL)
    cells = re.findall(r'class="number">([^<]*)<', row[0]) if row else []
    values = [re.sub(r"[^\d.]", "", html.unescape(cell)) for cell in cells]
    return values if len(values) == len(names) and all(values) else []


@contextmanager
def _collecting(data: Path) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "collect"], cwd=ROOT, env=environment(DATA_DIR=data), stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@contextmanager
def _writing(paths: list[Path]) -> Iterator[list[float]]:
    """When the transfer with each number was written to all the logs."""
    written: list[float] = []
    stopping = threading.Event()

    def write() -> None:
        while not stopping.wait(EACH):
            now = round(time.time() - logs.START.timestamp())
            for path in paths:
                with path.open("ab") as file:
                    file.write(logs.line(now, piece=f"P{len(written)}", Size=1000))
            written.append(time.monotonic())

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield written
    finally:
        stopping.set()
        thread.join()


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
