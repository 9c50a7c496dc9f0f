"""Asks the system to forget what it has cached of files: `python -m comparison.benchmarking.evict FILE …`.

A process of its own: closing a file drops every lock that its process holds on it, SQLite's too.
Exit code 0 if it was asked for all of them, which is the most that can be done without root.
"""

import os
import sys


def evict(path: str) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)  # only clean pages can be dropped
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(file)


if __name__ == "__main__":
    if not hasattr(os, "posix_fadvise"):
        sys.exit(1)
    for path in sys.argv[1:]:
        evict(path)
