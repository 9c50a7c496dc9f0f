"""The log of a container, as Docker's daemon lays it out in its folder."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings

from nodes.intake import docker
from nodes.intake.docker import NoContainerLog, log_of
from nodes.intake.follower import Follower
from tests.nodes.intake import writing
from tests.nodes.intake.following import look, numbers


class Docker:
    def __init__(self, root: Path) -> None:
        self.containers = root / "containers"
        self.containers.mkdir()

    def run(self, name: str, number: int, file: str = "{id}-json.log") -> Path:
        """Makes a container; its log."""
        id_ = f"{number:064x}"
        (folder := self.containers / id_).mkdir()
        log = folder / file.format(id=id_) if file else folder
        config = {"ID": id_, "Name": f"/{name}", "LogPath": f"/var/lib/docker/containers/{id_}/{log.name}"}
        (folder / "config.v2.json").write_text(json.dumps(config if file else config | {"LogPath": ""}))
        if file:
            log.touch()
        return log

    def remove(self, log: Path) -> None:
        for file in log.parent.iterdir():
            file.unlink()
        log.parent.rmdir()


@pytest.fixture
def daemon(tmp_path: Path, settings: LazySettings) -> Docker:
    settings.DOCKER_ROOT = tmp_path
    return Docker(tmp_path)


@pytest.fixture
def follower(databases: None, daemon: Docker) -> Iterator[Follower]:
    made = Follower("attic", "docker:storagenode")
    yield made
    made.close()


def wrapped(lines: bytes) -> bytes:
    """As the driver json-file writes each line."""
    entries = (
        {"log": f"{line}\n", "stream": "stderr", "time": "2026-11-20T12:00:00.123456789Z"}
        for line in lines.decode().splitlines()
    )
    return b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)


def test_the_log_is_found_by_the_name_wherever_dockers_folder_is(daemon: Docker) -> None:
    daemon.run("other", 1)
    log = daemon.run("storagenode", 2)
    assert log_of("storagenode") == str(log)


@pytest.mark.parametrize(
    ("file", "sentence"), [("", docker.NO_FILE), ("container.log", docker.NO_FILE), (None, docker.NO_CONTAINER)]
)
def test_a_container_without_such_a_log_has_a_sentence(daemon: Docker, file: str | None, sentence: str) -> None:
    if file is not None:
        daemon.run("storagenode", 1, file)
    with pytest.raises(NoContainerLog) as told:
        log_of("storagenode")
    assert str(told.value) == sentence


def test_a_folder_that_cannot_be_read_has_a_sentence(tmp_path: Path, settings: LazySettings) -> None:
    settings.DOCKER_ROOT = tmp_path / "nothing"
    with pytest.raises(NoContainerLog) as told:
        log_of("storagenode")
    assert str(told.value) == docker.NO_FOLDER


def test_a_container_that_is_made_anew_is_followed_after_the_rest_of_the_old_one(
    daemon: Docker, follower: Follower
) -> None:
    old = daemon.run("storagenode", 1)
    writing.append(old, wrapped(writing.attempts(range(3))))
    look(follower)
    writing.append(old, wrapped(writing.attempts(range(3, 5))))
    daemon.remove(old)
    look(follower)
    assert follower.trouble == docker.NO_CONTAINER
    new = daemon.run("storagenode", 2)
    writing.append(new, wrapped(writing.attempts(range(5, 7))))
    look(follower)
    assert follower.trouble is None
    assert numbers() == list(range(7))


def test_dockers_own_rotation_is_followed(daemon: Docker, follower: Follower) -> None:
    log = daemon.run("storagenode", 1)
    for first in (0, 3, 6):
        writing.append(log, wrapped(writing.attempts(range(first, first + 3))))
        if first:
            writing.rename(log)
        look(follower)
    assert numbers() == list(range(9))
