"""Processes that read a set of logs and are killed: `python -m` it with the settings of a file of events, a folder of
logs, and how many.

Each reads the set in small steps for a node and dies by SIGKILL at a moment of chance: after some milliseconds, or at
some step of SQLite's virtual machine, which is in the middle of a statement. The next goes on, until one reaches the
end; then it begins again for another node. Prints, as JSON, the nodes, how many were killed, how many of these had
written a part and not all, and how many had their transaction open.
"""

import json
import mmap
import os
import random
import signal
import sys
import time

import django

django.setup()

from django.db import connections  # noqa: E402

from nodes.intake.files import found  # noqa: E402
from nodes.intake.ingest import Ingest  # noqa: E402
from nodes.intake.sources import known_sources  # noqa: E402
from tests.nodes.rollups.killer import die_at_step, noting  # noqa: E402

# Reading the whole set takes about so long, and so many steps. Most die on the way.
SECONDS, STEPS, LINES_AT_ONCE = 0.3, 60_000, 20


def main(folder: str, kills: int) -> None:
    dice = random.Random(7)
    writing = mmap.mmap(-1, 1)  # shared with the children
    told = {"nodes": 1, "killed": 0, "halfway": 0, "writing": 0}
    before = 0
    while True:
        node = f"node {told['nodes']}"
        writing[0] = 0
        is_killed = _is_killed(folder, node, dice, writing, still=told["killed"] < kills)
        length = sum(known.length for known in known_sources(node))
        connections.close_all()
        if not is_killed:
            if told["killed"] >= kills:
                break
            told["nodes"] += 1
            before = 0
            continue
        told["killed"] += 1
        told["writing"] += writing[0]
        told["halfway"] += length > before
        before = length
    sys.stdout.write(json.dumps(told))


def _is_killed(folder: str, node: str, dice: random.Random, writing: mmap.mmap, still: bool) -> bool:
    seconds, steps, by_time = dice.uniform(0.01, SECONDS), dice.randrange(STEPS), dice.random() < 0.5
    child = os.fork()
    if not child:
        connections["events"].ensure_connection()
        connections["events"].execute_wrappers.append(noting(writing))
        if still and not by_time:
            die_at_step(steps)
        for _ in Ingest(node, found([folder]), lines_at_once=LINES_AT_ONCE).run():
            pass
        os._exit(0)
    if still and by_time:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
