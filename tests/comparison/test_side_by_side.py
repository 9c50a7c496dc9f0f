"""Comparisons beside a program that writes: no error on either side, nothing left open."""

import os
import sqlite3
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from comparison.engine import compare
from comparison.metrics import TYPES
from comparison.request import ComparisonRequest
from tests.comparison.conftest import AS_OF, NAMES

pytestmark = pytest.mark.sqlite_files

# As the monitor writes: 500 rows in one transaction, again and again, in a process of its own.
WRITER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], timeout=5, isolation_level=None)
written = 0
end = time.monotonic() + float(sys.argv[2])
while time.monotonic() < end:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO events (timestamp, action, status, size, node_name) VALUES (?, 'GET', 'success', 1, ?)",
        [("2026-11-23T11:%02d:%02d.000001+00:00" % (n % 60, n % 59), "attic") for n in range(500)],
    )
    connection.execute("COMMIT")
    written += 500
    time.sleep(0.1)
print(written)
"""


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - the descriptors themselves are counted


def resident_kilobytes() -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1])


def request(number: int, type_: str = "overall") -> ComparisonRequest:
    return ComparisonRequest(tuple(NAMES[:2]), type_, 24, AS_OF - timedelta(seconds=number))


def test_a_writer_and_comparisons_do_not_disturb_each_other(three_nodes: list[str]) -> None:
    file = connections["events"].settings_dict["NAME"]
    writer = subprocess.Popen([sys.executable, "-c", WRITER, file, "4"], stdout=subprocess.PIPE, text=True)
    results: list[dict[str, Any]] = []
    errors: list[str] = []

    def read(offset: int) -> None:
        for number in range(25):
            result = compare(request(offset + number))
            results.append(result)
            errors.extend(node["error"] for node in result["nodes"] if node["error"])

    readers = [threading.Thread(target=read, args=(1000 * index,)) for index in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    printed, _ = writer.communicate(timeout=30)
    assert (writer.returncode, errors, len(results)) == (0, [], 100)
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT COUNT(*) FROM events").fetchone()[0] == 180 + int(printed)


def test_a_thousand_comparisons_leave_no_file_open_and_no_memory_behind(three_nodes: list[str]) -> None:
    def run(numbers: range) -> None:
        for number in numbers:
            compare(request(number, TYPES[number % 4]))

    run(range(200))
    files, memory = open_files(), resident_kilobytes()
    run(range(200, 1200))
    assert open_files() <= files
    assert resident_kilobytes() - memory < 5_000
