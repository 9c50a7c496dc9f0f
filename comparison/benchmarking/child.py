"""A fresh process that measures: `python -m comparison.benchmarking.child`, a job on stdin, samples on stdout."""

import gc
import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import django

CACHED_ANSWERS = 5  # asked for in each process

# A job: "job", "names", "type", "hours" and "as_of".
Job = dict[str, Any]


def comparison(job: Job) -> dict[str, Any]:
    """The first answer of this process, one more without the cache, and some from the cache."""
    from comparison import cache
    from comparison.engine import compare
    from comparison.request import validated

    request = validated(job["names"], job["names"], job["type"], job["hours"], job["as_of"])

    def answer(cached: bool) -> int:
        result = compare(request)
        errors = [node["error"] for node in result["nodes"] if node["error"]]
        if errors:
            raise RuntimeError(errors[0])
        if result["cached"] is not cached:
            raise RuntimeError("The cache of this process does not work.")
        return 0 if cached else sum(node["basis"]["events"] for node in result["nodes"])

    idle = memory("VmRSS")
    first = sample(lambda: answer(cached=False))
    cache.clear()
    warm = sample(lambda: answer(cached=False))
    cached = [sample(lambda: answer(cached=True)) for _ in range(CACHED_ANSWERS)]
    return {"idle": idle, "first": first, "warm": warm, "cached": cached}


def full_load(job: Job) -> dict[str, Any]:
    from comparison.benchmarking.full_load import load
    from comparison.window import Window

    window = Window.ending(datetime.fromisoformat(job["as_of"]), job["hours"])
    return {"idle": memory("VmRSS"), "first": sample(lambda: load(job["names"], window)[0])}


JOBS: dict[str, Callable[[Job], dict[str, Any]]] = {"comparison": comparison, "full_load": full_load}


def sample(answer: Callable[[], int]) -> dict[str, Any]:
    """Measures one call of `answer`, which returns the event rows that it read. Keys as in `ways.Sample`."""
    gc.collect()
    before = _forget_peak()
    wall, cpu = time.perf_counter(), time.process_time()
    rows = answer()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    after = memory("VmHWM")
    peak = None if before is None or after is None else max(after - before, 0)
    return {"wall_ms": wall * 1000, "cpu_s": cpu, "rows": rows, "peak": peak}


def memory(key: str) -> int | None:
    """Bytes from Linux's own account of this process, None elsewhere.

    Not getrusage: its maximum survives exec, so a child would begin with its parent's.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{key}:"))


def _forget_peak() -> int | None:
    """Lets the peak begin anew at what is used now, and returns that."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return memory("VmHWM")
    return memory("VmRSS")


def main() -> None:
    job = json.load(sys.stdin)
    django.setup()
    json.dump(JOBS[job["job"]](job), sys.stdout)


if __name__ == "__main__":
    main()
