"""A process as the site is: threads that compare all the while, and one that counts new events every second.

It gives way and keeps the write-ahead log short as the site does.

`python -m tests.stress.visitors READERS PAUSE` with the settings of a file of events runs until its input ends, and
then prints as JSON what every comparison said and when, and what went wrong. PAUSE is in seconds, between two
comparisons of a reader. Says "ready" first.
"""

import json
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import django

django.setup()

from django.db import connections  # noqa: E402

from comparison.engine import compute  # noqa: E402
from comparison.request import ComparisonRequest  # noqa: E402
from nodes.rollups.roll import rollup_once  # noqa: E402
from storj_site import log_keeper, priority  # noqa: E402
from tests.comparison.strategies import NAMES  # noqa: E402

HOURS = (24, 168)
EVERY = 1.0  # seconds
BATCH = 20_000  # as the housekeeper


class Visitors:
    def __init__(self, pause: float) -> None:
        self.found: dict[str, Any] = {"comparisons": [], "troubles": [], "batches": 0, "counted": 0, "locked": 0.0}
        self._pause = pause
        self._ended = threading.Event()
        began = datetime.now(UTC).replace(microsecond=0)
        # Now; a moment that late events alone concern; one that is in the midst of the writing.
        self._ends = (None, began - timedelta(hours=2, minutes=17), None, began + timedelta(seconds=2))

    def run(self, readers: int) -> None:
        threads = [threading.Thread(target=self._compare, args=(number,)) for number in range(readers)]
        threads.append(threading.Thread(target=self._count))
        keeper = log_keeper.LogKeeper(lambda: True)
        for thread in threads:
            thread.start()
        keeper.start()
        sys.stdin.read()
        self._ended.set()
        keeper.stop()
        for thread in threads:
            thread.join()

    def _compare(self, reader: int) -> None:
        for number in count(reader):
            as_of, hours = self._ends[number % len(self._ends)], HOURS[number // 2 % len(HOURS)]
            if as_of is None or as_of < datetime.now(UTC):
                self._note(lambda: self._compared(ComparisonRequest(NAMES, "performance", hours, as_of)))  # noqa: B023
            if self._ended.wait(self._pause):
                return

    def _compared(self, request: ComparisonRequest) -> None:
        asked = time.monotonic()
        result = compute(request)
        answered = time.monotonic()
        self.found["troubles"] += [node.error for node in result.nodes if node.error]
        self.found["comparisons"].append(
            {
                "asked": asked,
                "answered": answered,
                "end": result.end.isoformat(),
                "is_live": request.as_of is None,
                "totals": [node.basis.events for node in result.nodes],
                "sampled": any(node.basis.limited for node in result.nodes),
            }
        )

    def _count(self) -> None:
        while not self._ended.wait(EVERY):
            self._note(self._count_all)
            connections.close_all()

    def _count_all(self) -> None:
        behind = True
        while behind:
            batch = rollup_once(BATCH)
            behind = batch.behind > 0
            self.found["batches"] += 1
            self.found["counted"] += batch.events
            self.found["locked"] = max(self.found["locked"], batch.locked)

    def _note(self, work: Any) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what this is looking for
            self.found["troubles"].append(repr(error))


def main(readers: int, pause: float) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    priority.give_way()
    visitors = Visitors(pause)
    visitors.run(readers)
    sys.stdout.write(json.dumps(visitors.found))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
