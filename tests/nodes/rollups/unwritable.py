"""Processes that may not make a file longer than so much: SQLite gets real errors from its writes.

`python -m` it with the settings of a file of events and a number of turns. Each turn inserts events and counts them
in a process that the system refuses to write beyond a random offset: in the write-ahead log in the middle of a
transaction, or in the database itself while the log is copied into it. Prints, as JSON, what the errors said, and in
how many of the turns some events, but not all, were counted before the first.
"""

import json
import os
import random
import resource
import sys
from collections import Counter

import django

django.setup()

from django.db import Error, connections  # noqa: E402

from nodes.rollups.roll import rollup_once  # noqa: E402
from nodes.rollups.watermark import state  # noqa: E402
from tests.nodes.rollups import tables  # noqa: E402
from tests.nodes.rollups.lifelike import PER_TURN, some_events  # noqa: E402

TRIES = 5
# Below the least the shared memory beside the log could not be made.
LEAST, MOST = 33 * 1024, 300 * 1024


def main(turns: int) -> None:
    dice = random.Random(7)
    said: Counter[str] = Counter()
    halfway, counted = 0, state(connections["events"]).watermark
    for turn in range(turns):
        tables.insert(some_events(1 + PER_TURN * turn, PER_TURN))
        connections.close_all()
        said.update(_in_a_child(dice.randint(LEAST, MOST), dice.choice([3, 20, 100])))
        before, counted = counted, state(connections["events"]).watermark
        halfway += before < counted < PER_TURN * (turn + 1)
    sys.stdout.write(json.dumps({"said": said, "halfway": halfway}))


def _in_a_child(longest: int, size: int) -> list[str]:
    receiving, sending = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_FSIZE, (longest, longest))
        os.write(sending, "\n".join(_errors(size)).encode())
        os._exit(0)
    os.close(sending)
    with os.fdopen(receiving) as lines:
        said = lines.read().splitlines()
    assert os.waitpid(child, 0)[1] == 0
    return said


def _errors(size: int) -> list[str]:
    """Of a few tries, as the housekeeper makes them one after the other on the same connection."""
    said = []
    for _ in range(TRIES):
        try:
            while rollup_once(size).behind:
                pass
        except Error as error:
            said.append(str(error))
    return said


if __name__ == "__main__":
    main(int(sys.argv[1]))
