"""Following one log: whatever becomes of its files, each attempt is there once."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from nodes.intake import paths
from nodes.intake.follower import Follower
from nodes.models import Event, IntakeSource
from tests.nodes.intake import writing

pytestmark = pytest.mark.usefixtures("databases")
NODE = "attic"
Rotation = Callable[[Path], Path]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "node.log"


@pytest.fixture
def following() -> Iterator[Callable[[object], Follower]]:
    made: list[Follower] = []

    def follow(log: object) -> Follower:
        made.append(Follower(NODE, str(log)))
        return made[-1]

    yield follow
    for follower in made:
        follower.close()


Following = Callable[[object], Follower]


def look(follower: Follower, quiet: int = 10_000_000) -> None:
    """As often as something is found, and once more; then writes it."""
    looks = 2
    while looks:
        follower._next_look = 0
        looks = 2 if follower.step(quiet=quiet) else looks - 1
    follower.write()


def numbers() -> list[int]:
    """The attempts of writing.attempt that are in the events, in their order."""
    return [int(size or 0) - 1000 for size in Event.objects.order_by("id").values_list("size", flat=True)]


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


@pytest.mark.parametrize("rotation", [writing.rename, writing.copytruncate])
@pytest.mark.parametrize("packed", [False, True])
def test_what_was_not_read_before_a_rotation_comes_before_the_new_lines(
    following: Following, log: Path, rotation: Rotation, packed: bool
) -> None:
    log.write_bytes(writing.attempts(range(3)))
    follower = following(log)
    look(follower)
    writing.append(log, writing.attempts(range(3, 6)))
    old = rotation(log)
    if packed:
        writing.compress(old)
    writing.append(log, writing.attempts(range(6, 9)))
    look(follower)
    assert numbers() == list(range(9))


@pytest.mark.parametrize("rotation", [writing.rename, writing.copytruncate])
@pytest.mark.parametrize("packed", [False, True])
def test_a_restart_goes_on_where_the_log_was_although_it_rotated_three_times_meanwhile(
    following: Following, log: Path, rotation: Rotation, packed: bool
) -> None:
    log.write_bytes(writing.attempts(range(3)))
    follower = following(log)
    look(follower)
    follower.close()
    for first in (3, 6, 9):
        writing.append(log, writing.attempts(range(first, first + 3)))
        old = rotation(log)
        if packed:
            writing.compress(old)
    writing.append(log, writing.attempts(range(12, 15)))
    look(following(log))
    assert numbers() == list(range(15))


def test_several_rotations_between_two_looks_lose_nothing(following: Following, log: Path) -> None:
    log.write_bytes(writing.attempts(range(3)))
    follower = following(log)
    look(follower)
    for first in (3, 6, 9):
        writing.append(log, writing.attempts(range(first, first + 3)))
        writing.rename(log)
    writing.append(log, writing.attempts(range(12, 15)))
    look(follower)
    assert numbers() == list(range(15))


def test_an_attempt_that_begins_before_a_rotation_and_a_restart_and_ends_after_has_its_duration(
    following: Following, log: Path
) -> None:
    log.write_bytes(writing.start(1))
    follower = following(log)
    look(follower)
    follower.close()
    writing.rename(log)
    log.write_bytes(writing.end(1, seconds=4))
    look(following(log))
    assert list(Event.objects.values_list("duration_ms", flat=True)) == [3000]


def test_older_files_beside_a_log_that_was_never_read_are_left_alone(following: Following, log: Path) -> None:
    log.write_bytes(writing.attempts(range(3)))
    writing.rename(log)
    log.write_bytes(writing.attempts(range(3, 6)))
    look(following(log))
    assert numbers() == [3, 4, 5]


def test_a_writer_that_goes_on_in_the_renamed_file_is_followed_there(following: Following, log: Path) -> None:
    log.write_bytes(writing.attempts(range(3)))
    follower = following(log)
    look(follower)
    old = writing.rename(log)
    look(follower, quiet=0)
    writing.append(old, writing.attempts(range(3, 6)))
    look(follower, quiet=0)
    assert numbers() == list(range(6))


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


def test_a_relative_path_is_refused(following: Following) -> None:
    follower = following("node.log")
    look(follower)
    assert follower.trouble == paths.NOT_ABSOLUTE


def test_a_compressed_file_that_is_not_whole_yet_is_read_when_it_is(following: Following, log: Path) -> None:
    log.write_bytes(writing.attempts(range(3)))
    follower = following(log)
    look(follower)
    writing.append(log, writing.attempts(range(3, 50)))
    packed = writing.compress(writing.copytruncate(log))
    whole = packed.read_bytes()
    packed.write_bytes(whole[: len(whole) // 2])
    writing.append(log, writing.attempts(range(50, 53)))
    look(follower)
    packed.write_bytes(whole)
    look(follower)
    look(follower)
    assert sorted(numbers()) == list(range(53))


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


@hypothesis_settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_wherever_the_writing_is_cut_rotated_and_followed_anew_the_events_are_the_same(
    following: Following, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    Event.objects.using("events").all().delete()
    IntakeSource.objects.using("events").all().delete()
    log = tmp_path_factory.mktemp("cut") / "node.log"
    whole = writing.attempts(range(12))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole) - 200), max_size=8)))
    follower = following(log)
    log.write_bytes(begun := whole[: whole.index(b"\n") + 1])
    look(follower)  # what rotates before anybody has looked is history
    whole = whole[len(begun) :]
    for begin, stop in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        writing.append(log, whole[begin:stop])
        is_line_end = stop == 0 or whole[stop - 1 : stop] == b"\n"
        happens = data.draw(
            st.sampled_from(["nothing", "look", "restart", *(["rename", "copy"] if is_line_end else [])])
        )
        if happens == "rename":
            writing.rename(log)
        elif happens == "copy":
            writing.copytruncate(log)
        elif happens == "look":
            look(follower)
        elif happens == "restart":
            look(follower)
            follower.close()
            follower = following(log)
    look(follower)
    look(follower)
    assert sorted(numbers()) == list(range(12))
    follower.close()
