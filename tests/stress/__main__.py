"""`python -m tests.stress [SECONDS [RATE [PAUSE [NICENESS]]]]`: a minute of 5,000 events a second beside five readers.

Prints what came of it. Fails if anything was wrong, or the writer's batches took more than 1.5 times as long as alone.
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from tests.stress.scenario import Load, load_average, run

MOST_SLOWER = 1.5


def main(seconds: float = 60, rate: float = 5_000, pause: float = 0, niceness: float | None = None) -> int:
    settings = {} if niceness is None else {"NICENESS": int(niceness)}
    with tempfile.TemporaryDirectory(prefix="stress-") as folder:
        outcome = run(Path(folder), Load(seconds, int(rate), seconds, pause, settings))
    asked = f"{seconds:.0f} s of {rate:.0f} events a second, pause {pause} s, {settings or 'settings as they are'}"
    for line in (asked, *outcome.lines, load_average()):
        sys.stdout.write(f"{line}\n")
    assert outcome.alone is not None
    median, p95, _ = outcome.beside.ratios(outcome.alone)
    faults = bool(outcome.troubles or outcome.strange or outcome.wrong)
    return int(faults or max(median, p95) > MOST_SLOWER)


if __name__ == "__main__":
    sys.exit(main(*map(float, sys.argv[1:])))
