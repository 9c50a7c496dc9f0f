"""When lines arrived, as the times of the file and of the looks at it say."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nodes.intake.identity import Source
from nodes.intake.part import EXACT, Lines, Part
from nodes.intake.rotation import look_at
from tests.nodes.intake import writing

FRESH = 1_000_000  # microseconds, as all times here
BEGAN = 1_800_000_000 * 1_000_000

Read = Callable[[bytes, int, int], Lines | None]


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Read]:
    """Appends and reads: what, and after how long since all was read it is written, and looked at."""
    (log := tmp_path / "node.log").touch()
    found = look_at(str(log))
    assert found is not None
    part = Part.of(found, BEGAN)
    part.go_on_as(Source(str(log)))
    part.seen_at = BEGAN

    def append_and_read(data: bytes, written: int, looked: int) -> Lines | None:
        writing.append(log, data)
        os.utime(log, ns=(0, (BEGAN + written) * 1000))
        return part.read(BEGAN + looked, FRESH)

    yield append_and_read
    part.close()


def test_lines_that_came_closely_have_the_time_of_writing(read: Read) -> None:
    assert read(writing.attempt(1), EXACT, EXACT + 5) == Lines(writing.attempt(1), BEGAN + EXACT, True)


def test_of_lines_that_came_over_a_longer_time_only_the_last_one_is_known_exactly(read: Read) -> None:
    assert read(writing.attempt(1), EXACT + 1, EXACT + 5) == Lines(writing.attempt(1), BEGAN + EXACT + 1, False)


def test_a_single_line_has_the_time_of_writing_however_long_nobody_looked(read: Read) -> None:
    assert read(writing.start(1), FRESH - 9, FRESH) == Lines(writing.start(1), BEGAN + FRESH - 9, True)


def test_a_line_behind_which_another_has_begun_is_not_known_exactly(read: Read) -> None:
    assert read(writing.start(1) + b"20", FRESH - 9, FRESH) == Lines(writing.start(1), BEGAN + FRESH - 9, False)


def test_what_may_have_been_there_for_long_has_no_time(read: Read) -> None:
    assert read(writing.start(1), FRESH, FRESH + 1) == Lines(writing.start(1), None, False)


def test_a_time_of_writing_that_is_yet_to_come_is_that_of_the_look(read: Read) -> None:
    assert read(writing.start(1), 2 * FRESH, FRESH) == Lines(writing.start(1), BEGAN + FRESH, True)
