"""Which names a log leaves behind when it rotates."""

import os
from pathlib import Path

import pytest

from nodes.intake.rotation import rotated

OF_NODE = [
    "node.log.1",
    "node.log.12.gz",
    "node.log-20261120",
    "node.log-20261119.gz",
    "node.log.2026-11-20T12:00:00Z",
    "node.log.old",
    "node.log.3.zst",
    "node-20261120.log",
    "node-2026-11-20.log.gz",
]
OF_OTHERS = ["node1.log", "node-2.log", "node-2.log.1", "node.log.swp", "node.logs", "node.txt.1", "other.log.1"]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (path := tmp_path / "node.log").touch()
    return path


def beside(log: Path) -> set[str]:
    return {Path(file.path).name for file in rotated(str(log))}


def test_numbers_dates_and_endings_of_compressors_are_known(log: Path) -> None:
    for name in (*OF_NODE, *OF_OTHERS):
        log.with_name(name).touch()
    assert beside(log) == set(OF_NODE)


def test_folders_and_links_that_lead_nowhere_are_none(log: Path) -> None:
    log.with_name("node.log.1").mkdir()
    log.with_name("node.log.2").symlink_to("nowhere")
    assert beside(log) == set()


def test_the_newest_is_first(log: Path) -> None:
    for number in (2, 1, 3):
        log.with_name(f"node.log.{number}").touch()
        os.utime(log.with_name(f"node.log.{number}"), (1000, 1000 - number))
    assert [Path(file.path).name for file in rotated(str(log))] == ["node.log.1", "node.log.2", "node.log.3"]


def test_characters_that_mean_something_in_patterns_mean_nothing_in_names(tmp_path: Path) -> None:
    (log := tmp_path / "node+[1].log").touch()
    log.with_name("node+[1].log.1").touch()
    assert beside(log) == {"node+[1].log.1"}


def test_a_file_that_is_just_being_compressed_is_the_one_that_is_whole(log: Path) -> None:
    log.with_name("node.log.1").touch()
    log.with_name("node.log.1.gz").touch()
    assert beside(log) == {"node.log.1"}


def test_the_log_itself_may_have_been_compressed_and_made_anew(log: Path) -> None:
    log.with_name("node.log.gz").touch()
    assert beside(log) == {"node.log.gz"}
