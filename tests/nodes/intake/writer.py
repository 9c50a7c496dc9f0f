"""`python -m` it with LOG, SECONDS and a way: writes a log and rotates it each second, in this way or in turn.

Prints how many attempts it wrote. Each is begun and ended, a few lines apart, as in writing.attempt; some lines are
written in two pieces. As copytruncate loses what is written between its copy and its cut, nothing is written then.
"""

import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from tests.nodes.intake import writing

APART = 3  # attempts that are under way at the same time
PAUSE = 0.004  # seconds
WAYS: dict[str, Callable[[Path], object]] = {
    "rename": writing.rename,
    "copytruncate": writing.copytruncate,
    "rename and compress": lambda log: writing.compress(writing.rename(log)),
    "copytruncate and compress": lambda log: writing.compress(writing.copytruncate(log)),
}


def main(log: Path, seconds: float, way: str = "") -> None:
    ways = [WAYS[way]] if way else list(WAYS.values())
    until = time.monotonic() + seconds
    rotations, written = 0, 0
    rotate_at = time.monotonic() + 1
    for number in count():
        if time.monotonic() >= until:
            break
        line = writing.start(number) + (writing.end(number - APART) if number >= APART else b"")
        cut = number * 37 % len(line)
        writing.append(log, line[:cut])
        writing.append(log, line[cut:])
        written = number + 1
        time.sleep(PAUSE)
        if time.monotonic() >= rotate_at:
            ways[rotations % len(ways)](log)
            rotations, rotate_at = rotations + 1, time.monotonic() + 1
    for number in range(max(0, written - APART), written):
        writing.append(log, writing.end(number))
    sys.stdout.write(str(written))


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), *sys.argv[3:])
