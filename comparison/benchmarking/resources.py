"""What a piece of work takes of the machine, by Linux's own account of this process; None elsewhere."""

import gc
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def sample(answer: Callable[[], int]) -> dict[str, Any]:
    """Measures one call of `answer`, which returns the rows that it read. Keys as in `ways.Sample`."""
    gc.collect()
    before = _forget_peak()
    wall, cpu = time.perf_counter(), time.process_time()
    rows = answer()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    after = memory("VmHWM")
    peak = None if before is None or after is None else max(after - before, 0)
    return {"wall_ms": wall * 1000, "cpu_s": cpu, "rows": rows, "peak": peak}


def memory(key: str) -> int | None:
    """Bytes. Not getrusage: its maximum survives exec, so a child would begin with its parent's."""
    kilobytes = _number("/proc/self/status", key)
    return None if kilobytes is None else kilobytes * 1024


def bytes_written() -> dict[str, int | None]:
    """What this process has written so far: all that it handed to the system, and the pages that this made ready for
    the disk. The pages are more where little is written to each, and fewer where the system puts writes together.
    """
    return {"handed": _number("/proc/self/io", "wchar"), "pages": _number("/proc/self/io", "write_bytes")}


def _number(file: str, key: str) -> int | None:
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{key}:"))


def _forget_peak() -> int | None:
    """Lets the peak begin anew at what is used now, and returns that."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return memory("VmHWM")
    return memory("VmRSS")
