"""SQLite's write-ahead log beside real readers and writers."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connections

from nodes.reading import reading
from nodes.write_ahead_log import LEAST_QUIET, shorten, shorten_in_a_pause
from storj_site.log_keeper import LONG, LogKeeper
from tests.nodes.overlapping import (
    PAGE,
    another_program_copies,
    another_program_reads,
    length,
    monitor,
    read_without_pause,
    write,
)
from tests.storj_site.running import wait_until

pytestmark = pytest.mark.sqlite_files


@pytest.fixture
def writer(databases: None) -> Iterator[sqlite3.Connection]:
    with monitor() as connection:
        shorten(connections["events"], 0)
        yield connection


@contextmanager
def kept(may_write: Callable[[], bool] = lambda: True) -> Iterator[LogKeeper]:
    keeper = LogKeeper(may_write)
    keeper.start()
    try:
        yield keeper
    finally:
        keeper.stop()


class TestShorten:
    def test_it_empties_a_log_that_is_too_long(self, writer: sqlite3.Connection) -> None:
        write(writer, 100)
        assert length() > 100 * PAGE
        assert shorten(connections["events"], 99)
        assert length() == 0

    def test_it_leaves_one_that_is_not(self, writer: sqlite3.Connection) -> None:
        write(writer, 100)
        assert shorten(connections["events"], 500)
        assert length() > 100 * PAGE

    def test_it_gives_up_where_another_program_reads(self, writer: sqlite3.Connection) -> None:
        with another_program_reads():
            write(writer, 100)
            assert not shorten(connections["events"], 99)
        assert length() > 100 * PAGE

    def test_it_gives_up_while_another_program_copies(self, writer: sqlite3.Connection) -> None:
        write(writer, 100)
        with another_program_copies():
            assert not shorten(connections["events"], 99)
            assert not shorten_in_a_pause(connections["events"])
        assert length() > 100 * PAGE


class TestShortenInAPause:
    def test_it_makes_a_pause_among_reads_of_this_process(self, writer: sqlite3.Connection) -> None:
        with read_without_pause():
            write(writer, 100)
            wait_until(lambda: shorten_in_a_pause(connections["events"]))
            assert length() == 0

    def test_it_gives_up_where_a_read_of_this_process_lasts(self, writer: sqlite3.Connection) -> None:
        with ThreadPoolExecutor(1) as threads, reading() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM events")
            write(writer, 100)
            began = time.monotonic()
            assert not threads.submit(shorten_in_a_thread).result()
            assert time.monotonic() - began >= LEAST_QUIET
        assert length() > 100 * PAGE


def shorten_in_a_thread() -> bool:
    try:
        return shorten_in_a_pause(connections["events"])
    finally:
        connections["events"].close()


class TestLogKeeper:
    def test_the_log_becomes_short_although_reads_follow_one_another_without_a_pause(
        self, writer: sqlite3.Connection
    ) -> None:
        with read_without_pause():
            with another_program_reads():
                write(writer, 10 * LONG // PAGE)
            with kept():
                wait_until(lambda: length() < LONG)

    def test_it_does_nothing_where_it_may_not_write(self, writer: sqlite3.Connection) -> None:
        asked: list[bool] = []

        def may_write() -> bool:
            asked.append(True)
            return False

        with kept(may_write), read_without_pause():
            write(writer, 2 * LONG // PAGE)
            wait_until(lambda: len(asked) > 2)
            assert length() > LONG

    def test_it_does_nothing_where_nobody_reads(self, writer: sqlite3.Connection) -> None:
        with kept():
            write(writer, 2 * LONG // PAGE)
            time.sleep(0.5)
            assert length() > LONG

    def test_it_ends_at_once_although_nobody_reads(self, writer: sqlite3.Connection) -> None:
        with kept() as keeper:
            time.sleep(0.05)
            began = time.monotonic()
            keeper.stop()
            assert time.monotonic() - began < 0.9
            assert not [thread for thread in threading.enumerate() if thread.name == "log keeper"]

    def test_an_error_is_told_in_one_line_and_it_goes_on(
        self, writer: sqlite3.Connection, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("storj_site.log_keeper.AFTER_ERROR", 0.1)
        troubles = iter([RuntimeError("the disk is full")])

        def may_write() -> bool:
            for trouble in troubles:
                raise trouble
            return True

        with read_without_pause():
            with another_program_reads():
                write(writer, 2 * LONG // PAGE)
            with kept(may_write):
                wait_until(lambda: length() < LONG)
        assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
            "The write-ahead log could not be shortened: the disk is full"
        ]
