"""`python -m tests.stress.page [FOLDER [SCENARIO…]]`: the page in a real Chromium, before a gunicorn as it is shipped.

SCENARIO is one of `manage.py benchmark`, by default `two-days` and `many-nodes`; FOLDER keeps their databases, or has
them from there already. Each click asks for a window that no cache has. Prints medians of 20 clicks: to the first
node's values and to the whole page, both painted, what the server's process computed meanwhile, and the longest task
and frame in the browser; also the bytes of a first visit, and how much jumped (CLS, and with what jumps right after a
click, which CLS leaves out).
"""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storj_site.settings")
os.environ.setdefault("SECRET_KEY", "only-for-this-measurement")
django.setup()

from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright  # noqa: E402

from comparison.benchmarking.databases import Database, prepared  # noqa: E402
from comparison.benchmarking.scenarios import SCENARIOS  # noqa: E402
from storj_site.load import Server, make_site, node_numbers, served, static_files  # noqa: E402
from tests.browser.conftest import FLAGS, chromium_here  # noqa: E402
from tests.stress.scenario import cpu_of_workers, load_average  # noqa: E402

CLICKS, WARM_UP = 20, 3
LOOK_MS, MOST_LOOKS = 300, 100
USUAL = ("two-days", "many-nodes")
WATCHER = Path(__file__).with_name("in_browser.js").read_text()
WINDOW: ViewportSize = {"width": 1440, "height": 900}
FIRST_MS, WHOLE_MS, WEIGHT_KB, SMOOTH_MS = 100, 150, 100, 50

Say = Callable[[str], object]


@dataclass(frozen=True)
class Clicks:
    """Of some clicks in a row, in milliseconds; `cpu` of the server's process for each."""

    found: list[dict[str, float]]
    cpu: float

    def line(self, what: str, goals: str = "") -> str:
        first, whole = self._of("first"), self._of("whole")
        return (
            f"{what}: first values {first:.0f} ms, whole page {whole:.0f} ms{goals}; server's CPU {self.cpu:.0f} ms; "
            f"longest task {self._of('longestTask'):.0f} ms, longest frame {self._of('longestFrame'):.0f} ms"
        )

    def _of(self, key: str) -> float:
        return median(each[key] for each in self.found)


class Visit:
    """A page that is open, and the server behind it. Windows are by how many seconds they end earlier."""

    def __init__(self, page: Page, server: Server, nodes: Sequence[int]) -> None:
        self.page, self._server, self._nodes = page, server, nodes
        self._range = "24h" if server.database.parameters.days < 7 else "30d"

    @property
    def range(self) -> str:
        return self._range

    def open(self) -> None:
        query = {"node": self._nodes, "type": "performance", "range": self._range, "as_of": self._next()}
        self.page.goto(f"{self._server.address}/?{urlencode(query, doseq=True)}", wait_until="networkidle")

    def compare(self) -> None:
        """Another window, by the form's own button."""
        self.page.locator("#as_of").fill(self._next())
        self.page.locator("button.primary").click()

    def clicks(self, click: Callable[[], None]) -> Clicks:
        for _ in range(WARM_UP):
            self._clicked(click)
        before = cpu_of_workers(self._server.pid)
        found = [self._clicked(click) for _ in range(CLICKS)]
        return Clicks(found, 1000 * (cpu_of_workers(self._server.pid) - before) / CLICKS)

    def _clicked(self, click: Callable[[], None]) -> dict[str, float]:
        self.page.evaluate("window.measureNext()")
        click()
        for _ in range(MOST_LOOKS):
            self.page.wait_for_timeout(LOOK_MS)  # the tasks and frames behind the page are part of it too
            found: dict[str, float] = self.page.evaluate("window.measured")
            if found["whole"] is not None:
                return found
        raise AssertionError(f"no page within {MOST_LOOKS * LOOK_MS} ms")

    def _next(self) -> str:
        return self._server.as_of(next(self._server.numbers))


def _weight(session: CDPSession) -> Counter[str]:
    """Bytes over the wire by kind, filled while the page is loaded."""
    kinds: dict[str, str] = {}
    found: Counter[str] = Counter()
    session.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    session.on(
        "Network.loadingFinished",
        lambda event: found.update({kinds.get(event["requestId"], "Other"): int(event["encodedDataLength"])}),
    )
    session.send("Network.enable")
    return found


@contextmanager
def _visited(browser: Browser, server: Server, nodes: Sequence[int]) -> Iterator[Visit]:
    context = browser.new_context(viewport=WINDOW)
    context.add_init_script(WATCHER)
    try:
        yield Visit(context.new_page(), server, nodes)
    finally:
        context.close()


def measured(browser: Browser, database: Database, say: Say) -> None:
    make_site(database)
    with static_files(database) as static, served(database, static) as server:
        nodes = node_numbers(database)
        what = f"{len(nodes)} nodes, {database.parameters.events_per_node:,} events each"
        with _visited(browser, server, nodes) as visit:
            weight = _weight(visit.page.context.new_cdp_session(visit.page))
            visit.open()
            kinds = ", ".join(f"{kind} {size / 1000:.1f}" for kind, size in sorted(weight.items()))
            say(f"{what}: first visit {sum(weight.values()) / 1000:.1f} kB (goal < {WEIGHT_KB}): {kinds}")
            goals = f" (goals < {FIRST_MS}, < {WHOLE_MS})" if len(nodes) <= 5 else ""
            say(visit.clicks(visit.compare).line(f"{what}, {visit.range}", goals))
            if visit.page.locator("table.fleet").count():
                _sorted_and_searched(visit, what, say)
            jumped: dict[str, Any] = visit.page.evaluate("window.measured")
            say(f"{what}: CLS {jumped['cls']:.3f} (goal 0), with what jumps right after a click {jumped['shifts']:.3f}")


def _sorted_and_searched(visit: Visit, what: str, say: Say) -> None:
    say(visit.clicks(lambda: visit.page.locator("table.fleet thead a").nth(1).click()).line(f"{what}, sorted"))
    searched = iter(range(10**6))

    def search() -> None:
        visit.page.locator("#fleet-search").fill("e" if next(searched) % 2 else "")
        visit.page.locator(".fleet button[type=submit]").click()

    say(visit.clicks(search).line(f"{what}, searched"))


def main(folder: str = "", *scenarios: str) -> None:
    with tempfile.TemporaryDirectory(prefix="page-") as temporary, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_here(), args=FLAGS)
        for name in scenarios or USUAL:
            database = prepared(Path(folder or temporary), SCENARIOS[name])
            measured(browser, database, lambda line: sys.stdout.write(f"{line}\n"))
        browser.close()
    sys.stdout.write(f"{load_average()}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
