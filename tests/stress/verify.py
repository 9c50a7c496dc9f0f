"""Holds what is left in a file of events against the oracles: all roll-ups, and comparisons that read them.

`python -m tests.stress.verify FILE END` with the settings of that file, once all events are counted. END is the moment
that the comparisons are as of.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

import django

django.setup()

from tests.comparison import test_rolled  # noqa: E402
from tests.comparison.tables import load_tables  # noqa: E402
from tests.nodes.rollups.comparing import NO_LIMIT, Unpruned  # noqa: E402
from tests.nodes.rollups.test_faults import check  # noqa: E402


def main(file: Path, end: datetime) -> None:
    rows = load_tables(file)["events"]
    check(rows)
    for hours, as_of in ((24, end), (168, end - timedelta(hours=1, minutes=11))):
        test_rolled.check(Unpruned(rows), hours, as_of, NO_LIMIT)


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
