"""Counts all events of the file of the settings as `manage.py rollup --until-done` does, and prints what that took.

`python -m tests.stress.counting SIZE`, which is the number of events of a batch.
"""

import json
import resource
import sys
import time

import django

django.setup()

from nodes.rollups.roll import rollup_once  # noqa: E402


def main(size: int) -> None:
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
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))
