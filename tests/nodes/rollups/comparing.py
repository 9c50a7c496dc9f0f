"""Compares `some_events`, which are in the file of events of the settings, and asks the oracle about it.

In a process of its own (`python -m` it with the number of events), so that everything is as in the site: threads that
read through connections of their own, which can write nothing. Nothing may have been pruned.
"""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime

import django

django.setup()

from tests.comparison import test_rolled  # noqa: E402
from tests.nodes.rollups import oracle  # noqa: E402
from tests.nodes.rollups.lifelike import some_events  # noqa: E402

# The latter in the midst of an hour that has later events.
ENDS = (datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 22, 2, 30, tzinfo=UTC))
NO_LIMIT = 10**9


@dataclass
class Unpruned(test_rolled.Simulated):
    """All that was ever in the table is there still."""

    ever: list[oracle.Row]

    def __post_init__(self) -> None:
        self.table = {row["id"]: row for row in self.ever}


def main(count: int) -> None:
    # The oracle of comparisons wants reasons as they are to be counted.
    rows = [row | {"error_reason": oracle.REASONS[row["error_reason"]]} for row in some_events(1, count)]
    for as_of in ENDS:
        for hours in (36, 168):
            test_rolled.check(Unpruned(rows), hours, as_of, NO_LIMIT)


if __name__ == "__main__":
    main(int(sys.argv[1]))
