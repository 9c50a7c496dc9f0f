"""Following one log while it rotates in every way: each attempt is there once."""

import os
from collections.abc import Callable
from pathlib import Path
from time import time_ns

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from nodes.intake import tail
from nodes.models import Event, IntakeSource
from tests.nodes.intake import writing
from tests.nodes.intake.following import Following, look, numbers

pytestmark = pytest.mark.usefixtures("databases")
Rotation = Callable[[Path], Path]


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


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("is_renamed", [False, True])
def test_a_log_that_is_cut_off_after_it_was_opened_and_before_it_is_read_loses_nothing(
    following: Following, log: Path, packed: bool, is_renamed: bool
) -> None:
    log.write_bytes(writing.attempts(range(3)))
    follower = following(log)
    look(follower)
    writing.rename(log)
    writing.append(log, writing.attempts(range(3, 6)))
    follower._tail.look(time_ns() // 1000)
    old = writing.copytruncate(log)
    if packed:
        writing.compress(old)
    writing.append(log, writing.attempts(range(6, 10)))
    if is_renamed:
        writing.rename(log)
        writing.append(log, writing.attempts(range(10, 12)))
    look(follower)
    assert numbers() == list(range(12 if is_renamed else 10))


def test_a_log_that_is_cut_off_while_an_older_one_is_read_loses_nothing(following: Following, log: Path) -> None:
    log.write_bytes(writing.attempts(range(3)))
    follower = following(log)
    look(follower)
    writing.append(log, writing.attempts(range(3, 6)))
    writing.rename(log)
    writing.append(log, writing.attempts(range(6, 9)))
    follower._tail.look(time_ns() // 1000)
    assert follower._next()  # of the older one
    writing.compress(writing.copytruncate(log))
    writing.append(log, writing.attempts(range(9, 13)))
    look(follower)
    assert numbers() == list(range(13))


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


def test_copying_and_truncating_again_and_again_loses_nothing_that_was_written_just_before(
    following: Following, log: Path
) -> None:
    log.write_bytes(writing.attempts(range(3)))
    follower = following(log)
    for first in range(3, 33, 6):
        look(follower)
        writing.append(log, writing.attempts(range(first, first + 3)))
        writing.copytruncate(log)
        writing.append(log, writing.attempts(range(first + 3, first + 6)))
    look(follower)
    assert numbers() == list(range(33))


@pytest.mark.parametrize("pattern", ["", "*"])
def test_a_copy_that_is_seen_before_the_log_is_cut_off_has_what_the_log_was_not_read_of(
    following: Following, log: Path, pattern: str
) -> None:
    log.write_bytes(writing.attempts(range(3)))
    follower = following(f"{log}{pattern}")
    look(follower)
    writing.copytruncate(log)
    writing.append(log, writing.attempts(range(3, 6)))
    look(follower)
    writing.append(log, writing.attempts(range(6, 9)))
    writing.copy(log)
    follower._tail.look(time_ns() // 1000)  # at the names only, before any line is read
    os.truncate(log, 0)
    writing.append(log, writing.attempts(range(9, 12)))
    look(follower)
    look(follower)
    assert sorted(numbers()) == list(range(12))


def test_a_log_that_was_cut_off_and_is_cut_off_again_before_its_first_line_is_read_loses_nothing(
    following: Following, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "SETTLING", 0)  # all that is long over
    log.write_bytes(writing.attempts(range(3)))
    follower = following(log)
    look(follower)
    writing.copytruncate(log)
    look(follower)
    for first in (3, 6):
        writing.append(log, writing.attempts(range(first, first + 3)))
        writing.copytruncate(log)
    look(follower)
    writing.append(log, writing.attempts(range(9, 12)))
    look(follower)
    assert numbers() == list(range(12))


@pytest.mark.parametrize("is_restarted", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_a_writer_that_keeps_its_offset_when_the_log_is_cut_off_leaves_a_hole_that_is_no_part_of_it(
    following: Following, log: Path, is_restarted: bool, packed: bool
) -> None:
    follower = following(log)
    with log.open("wb", buffering=0) as writer:  # not to append, as a shell's > does
        for first in range(0, 120, 30):
            writer.write(writing.attempts(range(first, first + 20)))
            look(follower)
            writer.write(writing.attempts(range(first + 20, first + 25)))
            copy = writing.copytruncate(log)
            if packed:
                writing.compress(copy)
            writer.write(writing.attempts(range(first + 25, first + 30)))
            if is_restarted:
                follower.close()
                follower = following(log)
        look(follower)
    assert sorted(numbers()) == list(range(120))


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
            st.sampled_from(["nothing", "look", "restart", *(["rename", "copy", "seen copy"] if is_line_end else [])])
        )
        if happens == "rename":
            writing.rename(log)
        elif happens == "copy":
            writing.copytruncate(log)
        elif happens == "seen copy":
            writing.copy(log)
            follower._tail.look(time_ns() // 1000)
            os.truncate(log, 0)
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
