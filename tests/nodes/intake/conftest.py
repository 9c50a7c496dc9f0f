from collections.abc import Iterator
from pathlib import Path

import pytest

from nodes.intake.follower import Follower
from tests.nodes.intake.following import NODE, Following


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "node.log"


@pytest.fixture
def following() -> Iterator[Following]:
    made: list[Follower] = []

    def follow(log: object) -> Follower:
        made.append(Follower(NODE, str(log)))
        return made[-1]

    yield follow
    for follower in made:
        follower.close()
