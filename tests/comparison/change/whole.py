"""As tests.comparison.change.truth, through the whole product: events of the monitor, counted, read and judged.

`python -m tests.comparison.change.whole [RUNS]` (default 10 of each kind) makes small fleets of some 60,000 events in a
database of their own, and compares each verdict with that of the pure functions on what happened. An effect is a
quarter here, as small nodes tell less surely. Fails where any verdict or figure differs.
"""

import os
import random
import sys
import tempfile
from datetime import timedelta

SCRATCH = tempfile.TemporaryDirectory()
os.environ["EVENTS_DATABASE_URL"] = f"sqlite:///{SCRATCH.name}/events.db"
os.environ["DATABASE_URL"] = f"sqlite:///{SCRATCH.name}/site.db"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

from comparison.change.engine import change  # noqa: E402
from comparison.change.judged import Judged  # noqa: E402
from comparison.change.request import ChangeRequest  # noqa: E402
from comparison.request import ComparisonRequest  # noqa: E402
from nodes.rollups.roll import rollup_once  # noqa: E402
from tests.comparison.change import fleet  # noqa: E402
from tests.comparison.change.fleet import CHANGED_AT, Truth  # noqa: E402
from tests.comparison.change.rows import rows_of  # noqa: E402
from tests.comparison.change.truth import NODES, Kind, judged_of, lines_of, tally  # noqa: E402 - sets Django up
from tests.comparison.tables import insert  # noqa: E402
from tests.nodes.rollups import tables  # noqa: E402

WEEK = timedelta(days=7)
LOAD = 20  # downloads an hour


def one_run(seed: int, truth: Truth) -> tuple[list[Judged], list[Judged]]:
    """The verdicts of the product, and those of the pure functions."""
    rng, windows = random.Random(seed), fleet.windows_of(7 * 24)
    natures, changed = fleet.natures(rng, NODES, LOAD), rng.randrange(NODES)
    happened = list(fleet.hours_of_fleet(rng, natures, changed, truth, windows))
    tables.empty()
    insert("events", list(rows_of(happened, rng)))
    while not rollup_once().is_last:
        pass
    names = tuple(f"node{node}" for node in range(NODES))
    request = ComparisonRequest(names, "performance", 24, CHANGED_AT + WEEK)
    told = change(request, ChangeRequest(CHANGED_AT, (names[changed],)))
    return list(told.judged[names[changed]]), judged_of(happened, windows, changed)


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    call_command("migrate", verbosity=0)
    call_command("migrate", database="events", verbosity=0)
    differing = 0
    for kind in (
        Kind("no effect", Truth(), runs),
        Kind("no effect, all nodes 40 % slower in the end", Truth(drift=1.4), runs),
        Kind("one of five 25 % faster", Truth(improvement=0.25), runs),
    ):
        pairs = [one_run(seed, kind.truth) for seed in range(runs)]
        differing += sum(product != pure for product, pure in pairs)
        print("\n".join(lines_of(kind, tally(product for product, _ in pairs))), flush=True)  # noqa: T201
    print(f"\n{differing} of {3 * runs} runs differ from the pure functions.")  # noqa: T201
    return 1 if differing else 0


if __name__ == "__main__":
    with SCRATCH:
        raise SystemExit(main())
