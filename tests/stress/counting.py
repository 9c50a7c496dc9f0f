"""Counts all events of the file of the settings, and says what that took: `python -m tests.stress.counting SIZE PAUSE`.

SIZE is the number of events of a batch, PAUSE for how many times as long as it took to wait after one: 1 is what the
site does by itself, 0 the command. Prints JSON.
"""

import json
import resource
import sys
import time

import django

django.setup()

from nodes.rollups.roll import rollup_once  # noqa: E402


def main(size: int, pause: float) -> None:
    found = {"events": 0, "batches": 0, "slowest": 0.0, "locked": 0.0}
    behind = True
    while behind:
        began = time.perf_counter()
        batch = rollup_once(size)
        took = time.perf_counter() - began
        behind = batch.behind > 0
        found["events"] += batch.events
        found["batches"] += 1
        found["slowest"] = max(found["slowest"], took)
        found["locked"] = max(found["locked"], batch.locked)
        time.sleep(pause * took)
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
