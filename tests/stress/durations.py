"""`python -m tests.stress.durations [OPERATIONS [GAP]]`: how right the durations are that `manage.py collect` tells.

Writes the log of a node whose operations take 50 and 300 ms by turns, so many of each, and begin at moments of chance,
GAP seconds after each other on average; once with times in whole seconds, once in milliseconds. Prints how far what is
told as precise is off, and how many of the durations are not.
"""

import heapq
import math
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from tests.nodes.intake import logs
from tests.nodes.intake.collecting import Collected, prepare
from tests.storj_site.running import wait_until

TRUTHS = (50, 300)  # milliseconds


@dataclass(frozen=True)
class Told:
    """For each operation milliseconds as they were planned, as they were, and as they were told.

    `coarse` of all that were told count whole seconds.
    """

    operations: list[tuple[int, float, int]]
    coarse: int

    def of(self, planned: int) -> list[tuple[float, int]]:
        return [(truth, told) for plan, truth, told in self.operations if plan == planned]

    def off(self, planned: int) -> list[float]:
        """Of what is told as precise, the best first. A precise one that is a whole second counts as coarse."""
        return sorted(abs(told - truth) for truth, told in self.of(planned) if told % 1000)


def measured(folder: Path, operations: int, gap: float, digits: int) -> Told:
    """`digits` of the seconds in the log's times."""
    (prepared := folder / "prepared").mkdir()
    site = Collected(prepare(prepared), folder / "site")
    (log := folder / "node.log").write_bytes(logs.started(0))
    site.configure(node=log)
    with site.running():
        wait_until(lambda: site.query("SELECT lines FROM intake_sources") == [(1,)])
        truths = _write(log, _plan(operations, gap), digits)
        wait_until(lambda: site.count() == len(truths))
    told = site.query("SELECT size, duration_ms FROM events WHERE duration_ms IS NOT NULL")
    coarse = site.query("SELECT COALESCE(SUM(coarse), 0) FROM intake_timings")[0][0]
    return Told([(TRUTHS[number % len(TRUTHS)], truths[number], duration) for number, duration in told], coarse)


def _write(log: Path, plan: list[tuple[float, int, bool]], digits: int) -> list[float]:
    """How long each operation took in truth, in milliseconds: on a busy machine longer than planned."""
    began: dict[int, float] = {}
    took: dict[int, float] = {}
    with log.open("ab", buffering=0) as file:
        for number, is_end in _waited_for(plan):
            now = time.time()
            file.write(_line(number, is_end, round(now - logs.START.timestamp() - 0.5 * 10**-digits, digits)))
            if is_end:
                took[number] = (now - began[number]) * 1000
            else:
                began[number] = now
    return [took[number] for number in sorted(took)]


def _plan(operations: int, gap: float) -> list[tuple[float, int, bool]]:
    """When which operation has a line, in seconds, and whether it is that of its end."""
    dice, at = random.Random(3), 0.0
    plan: list[tuple[float, int, bool]] = []
    for number in range(operations * len(TRUTHS)):
        at += dice.expovariate(1 / gap)
        plan += [(at, number, False), (at + TRUTHS[number % len(TRUTHS)] / 1000, number, True)]
    heapq.heapify(plan)
    return plan


def _waited_for(plan: list[tuple[float, int, bool]]) -> Iterator[tuple[int, bool]]:
    began = time.monotonic()
    while plan:
        at, number, is_end = heapq.heappop(plan)
        time.sleep(max(0.0, began + at - time.monotonic()))
        yield number, is_end


def _line(number: int, is_end: bool, now: float) -> bytes:
    return logs.line(now, piece=f"P{number}", Size=number) if is_end else logs.started(now, piece=f"P{number}")


def main(operations: int = 60, gap: float = 0.25) -> None:
    for digits, name in ((0, "whole seconds"), (3, "milliseconds")):
        with tempfile.TemporaryDirectory(prefix="durations-") as folder:
            told = measured(Path(folder), operations, gap, digits)
        sys.stdout.write(f"Times in {name}: {told.coarse} of {len(told.operations)} coarse\n")
        for planned in TRUTHS:
            off = told.off(planned) or [math.nan]
            zeros = sum(duration == 0 for _, duration in told.of(planned))
            sys.stdout.write(
                f"  {planned} ms: {len(told.of(planned))} told, {len(told.off(planned))} precise, off by "
                f"{off[len(off) // 2]:.0f} ms (median), {off[-1]:.0f} ms at the most; {zeros} of 0 ms\n"
            )


if __name__ == "__main__":
    main(*(kind(value) for kind, value in zip((int, float), sys.argv[1:], strict=False)))
