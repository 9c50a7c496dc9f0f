"""Another program that writes to the events, and reads that keep SQLite's write-ahead log from beginning anew."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings

from nodes.reading import reading

PAGE = 4_096


def _file() -> Path:
    return Path(settings.DATABASES["events"]["NAME"])


def length() -> int:
    log = Path(f"{_file()}-wal")
    return log.stat().st_size if log.exists() else 0


@contextmanager
def monitor() -> Iterator[sqlite3.Connection]:
    """Another program's connection to the events, with a table of its own."""
    with closing(sqlite3.connect(_file(), isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("CREATE TABLE filler (bytes BLOB)")
        try:
            yield connection
        finally:
            connection.execute("DROP TABLE filler")


def write(connection: sqlite3.Connection, pages: int) -> None:
    connection.execute("INSERT INTO filler VALUES (zeroblob(?))", (pages * PAGE,))


@contextmanager
def another_program_reads() -> Iterator[None]:
    with closing(sqlite3.connect(_file(), isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        yield


@contextmanager
def another_program_copies() -> Iterator[None]:
    """Holds the lock of checkpoints: byte 121 of the index, as SQLite's walformat.html has it."""
    code = (
        "import fcntl, sys; file = open(sys.argv[1], 'r+b'); fcntl.lockf(file, fcntl.LOCK_EX, 1, 121); "
        "print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, f"{_file()}-shm"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        yield
        process.communicate()


@contextmanager
def read_without_pause(seconds_each: float = 0.02) -> Iterator[None]:
    """Four threads of this process, of which one begins before another ends."""
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            with reading() as connection, connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM events")
                time.sleep(seconds_each)

    with ThreadPoolExecutor(4) as threads:
        reads = []
        for _ in range(4):
            reads.append(threads.submit(read))
            time.sleep(seconds_each / 4)
        try:
            yield
        finally:
            ended.set()
            for each in reads:
                each.result()
