"""Following one log: whatever becomes of its files, each attempt is there once."""

import os
import sqlite3
from pathlib import Path

import pytest
from django.db import connections

from nodes.intake import paths
from tests.nodes.intake import writing
from tests.nodes.intake.following import Following, look, numbers

pytestmark = pytest.mark.usefixtures("databases")


def test_a_log_that_was_never_read_is_read_from_its_beginning(following: Following, log: Path) -> None:
    log.write_bytes(writing.attempts(range(5)))
    look(following(log))
    assert numbers() == list(range(5))


def test_what_is_appended_is_read_and_a_line_only_when_it_is_whole(following: Following, log: Path) -> None:
    log.write_bytes(writing.attempts(range(2)))
    follower = following(log)
    look(follower)
    line = writing.attempt(2)
    writing.append(log, line[:-20])
    look(follower)
    assert numbers() == [0, 1]
    writing.append(log, line[-20:])
    look(follower)
    assert numbers() == [0, 1, 2]


def test_a_file_that_lost_its_name_is_let_go_when_it_is_silent_and_its_last_line_is_read(
    following: Following, log: Path
) -> None:
    log.write_bytes(writing.attempts(range(2))[:-1])
    follower = following(log)
    look(follower)
    assert numbers() == [0]
    writing.rename(log)
    writing.append(log, writing.attempts(range(2, 4)))
    look(follower)
    look(follower, quiet=0)
    assert sorted(numbers()) == [0, 1, 2, 3]
    assert len(follower._tail.parts) == 1


def test_all_files_of_a_pattern_are_read_once_whatever_they_are_called_later(following: Following, log: Path) -> None:
    pattern = f"{log}*"
    for first in (0, 3, 6):
        log.write_bytes(writing.attempts(range(first, first + 3)))
        writing.compress(writing.rename(log))
    log.write_bytes(writing.attempts(range(9, 12)))
    follower = following(pattern)
    look(follower)
    assert numbers() == list(range(12))
    writing.compress(writing.rename(log))
    writing.append(log, writing.attempts(range(12, 15)))
    look(follower, quiet=0)
    follower.close()
    look(following(pattern))
    assert numbers() == list(range(15))


def test_a_new_file_that_the_pattern_matches_is_picked_up(following: Following, tmp_path: Path) -> None:
    follower = following(tmp_path / "node-*.log")
    look(follower)
    assert follower.trouble == paths.NOTHING_MATCHES
    for day in (20, 21):
        (tmp_path / f"node-2026-11-{day}.log").write_bytes(writing.attempt(day))
        look(follower)
    assert numbers() == [20, 21]
    assert follower.trouble is None


def test_a_long_history_of_a_pattern_is_read_some_files_at_a_time(following: Following, tmp_path: Path) -> None:
    for number in range(40):
        (log := tmp_path / f"node-{number}.log").write_bytes(writing.attempt(number))
        os.utime(log, (1000 + number, 1000 + number))
    follower = following(tmp_path / "node-*.log")
    while len(numbers()) < 40:
        look(follower)
    assert numbers() == list(range(40))
    writing.append(tmp_path / "node-0.log", writing.attempt(40))
    look(follower)
    assert numbers()[-1] == 40


def test_two_files_that_are_written_at_the_same_time_are_both_followed(following: Following, tmp_path: Path) -> None:
    follower = following(tmp_path / "node-*.log")
    for number in range(0, 10, 2):
        writing.append(tmp_path / "node-a.log", writing.attempt(number))
        writing.append(tmp_path / "node-b.log", writing.attempt(number + 1))
        look(follower)
        look(follower)
    assert sorted(numbers()) == list(range(10))


def test_a_copy_that_a_pattern_matches_while_it_is_made_is_not_read_twice(following: Following, log: Path) -> None:
    log.write_bytes(data := writing.attempts(range(10)))
    follower = following(f"{log}*")
    look(follower)
    copy = log.with_name("node.log.1")
    for size in (1000, 2000, len(data)):
        copy.write_bytes(data[:size])
        look(follower)
    os.truncate(log, 0)
    writing.append(log, writing.attempts(range(10, 12)))
    look(follower)
    assert numbers() == list(range(12))


def test_a_missing_log_is_waited_for_and_said(following: Following, log: Path) -> None:
    follower = following(log)
    look(follower)
    assert follower.trouble == paths.MISSING
    assert follower.trouble_since is not None
    log.write_bytes(writing.attempt(1))
    look(follower)
    assert follower.trouble is None
    assert numbers() == [1]


def test_a_log_is_said_to_be_followed_once_it_is_and_again_after_each_trouble(
    following: Following, log: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "nodes.intake")
    follower = following(log)
    look(follower)
    for number in (1, 2):
        log.write_bytes(writing.attempt(number))
        look(follower)
        log.unlink()
        look(follower)
    look(follower)
    missing = f"The log of attic: {paths.MISSING}"
    said = [missing, "Following the log of attic", missing, "The log of attic is followed again", missing]
    assert caplog.messages == said


def test_a_relative_path_is_refused(following: Following) -> None:
    follower = following("node.log")
    look(follower)
    assert follower.trouble == paths.NOT_ABSOLUTE


def test_a_log_that_lost_its_last_lines_is_read_on_from_its_end(following: Following, log: Path) -> None:
    log.write_bytes(data := writing.attempts(range(6)))
    follower = following(log)
    look(follower)
    follower.close()
    log.write_bytes(data[: len(data) // 2])
    follower = following(log)
    look(follower)
    writing.append(log, writing.attempts(range(6, 9)))
    look(follower)
    assert numbers() == list(range(9))


@pytest.mark.sqlite_files
def test_a_locked_database_keeps_nobody_from_reading_and_loses_nothing(
    following: Following, log: Path, caplog: pytest.LogCaptureFixture
) -> None:
    connections["events"].ensure_connection()
    connections["events"].connection.execute("PRAGMA busy_timeout = 50")
    log.write_bytes(writing.attempts(range(3)))
    follower = following(log)
    other = sqlite3.connect(connections["events"].settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        follower.step()
        follower._uncommitted_since = 0
        follower.step()
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert follower.trouble is not None
    assert "locked" in follower.trouble
    assert follower.waits
    follower._rest.until = 0
    look(follower)
    assert follower.trouble is None
    assert numbers() == [0, 1, 2]
