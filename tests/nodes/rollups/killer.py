"""Processes that count events and are killed: `python -m` it with the settings of a file of events, and how many.

Each turn inserts events and counts them in a process that dies by SIGKILL at a moment of chance. Turn by turn this is
after some milliseconds, or at some step of SQLite's virtual machine, which is in the middle of a statement. Prints,
as JSON, how many turns it took to kill that many, how many of them counted a part of the events and not all, and how
many of the killed had their transaction that writes open.
"""

import json
import mmap
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connections  # noqa: E402

from nodes.rollups.roll import rollup_once  # noqa: E402
from nodes.rollups.watermark import state  # noqa: E402
from tests.nodes.rollups import tables  # noqa: E402
from tests.nodes.rollups.lifelike import PER_TURN, some_events  # noqa: E402

# Counting the events of a turn takes about so long, and so many steps.
SECONDS, STEPS, STEPS_AT_A_TIME = 0.15, 100_000, 10


def main(kills: int) -> None:
    dice = random.Random(7)
    writing = mmap.mmap(-1, 1)  # shared with the children
    found = {"turns": 0, "killed": 0, "halfway": 0, "writing": 0}
    counted = 0
    while found["killed"] < kills:
        tables.insert(some_events(1 + PER_TURN * found["turns"], PER_TURN))
        connections.close_all()
        writing[0] = 0
        found["turns"] += 1
        if _is_killed(dice, writing, by_time=found["turns"] % 2 == 0):
            found["killed"] += 1
            found["writing"] += writing[0]
        before, counted = counted, state(connections["events"]).watermark
        found["halfway"] += before < counted < PER_TURN * found["turns"]
    sys.stdout.write(json.dumps(found))


def _is_killed(dice: random.Random, writing: mmap.mmap, by_time: bool) -> bool:
    seconds, steps, size = dice.uniform(0, SECONDS), dice.randrange(STEPS), dice.choice([3, 20, 100])
    child = os.fork()
    if not child:
        connections["events"].ensure_connection()
        connections["events"].execute_wrappers.append(noting(writing))
        if not by_time:
            die_at_step(steps)
        while rollup_once(size).behind:
            pass
        os._exit(0)
    if by_time:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def noting(writing: mmap.mmap) -> Callable[..., Any]:
    """Whether a transaction that writes is open, as of the latest statement: its commit is none."""

    def noted(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        writing[0] = context["connection"].in_atomic_block
        return execute(sql, params, many, context)

    return noted


def die_at_step(step: int) -> None:
    left = [step // STEPS_AT_A_TIME]

    def tick() -> int:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0

    connections["events"].connection.set_progress_handler(tick, STEPS_AT_A_TIME)


if __name__ == "__main__":
    main(int(sys.argv[1]))
