"""Following the logs of all nodes in one thread."""

import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nodes.intake import collector as collecting
from nodes.intake.collector import Collector
from nodes.intake.follower import Follower
from nodes.models import Event, IntakeSource, IntakeState, Node
from tests.nodes.intake import writing

pytestmark = pytest.mark.usefixtures("databases")


def made(folder: Path, *names: str) -> dict[str, Path]:
    logs = {name: folder / f"{name}.log" for name in names}
    for number, (name, log) in enumerate(logs.items()):
        log.write_bytes(writing.attempts(range(10 * number, 10 * number + 3)))
        Node.objects.create(name=name, log_path=str(log))
    return logs


def counts() -> dict[str, int]:
    names = Event.objects.values_list("node_name", flat=True)
    return {name: list(names).count(name) for name in set(names) if name}


def test_every_node_has_its_own_events(tmp_path: Path) -> None:
    made(tmp_path, "attic", "cellar")
    assert Collector().read_all(threading.Event())
    assert counts() == {"attic": 3, "cellar": 3}


def test_a_node_without_a_log_is_left_alone_and_one_in_trouble_keeps_nobody(tmp_path: Path) -> None:
    made(tmp_path, "attic")
    Node.objects.create(name="without")
    Node.objects.create(name="lost", log_path=str(tmp_path / "no.log"))
    assert not Collector().read_all(threading.Event())
    assert counts() == {"attic": 3}
    troubles = IntakeState.objects.using("events").values_list("node", "trouble")
    assert dict(troubles) == {
        "attic": None,
        "lost": "The log is not there: check its path, or wait until the node has written to it.",
    }


def test_a_node_whose_log_is_taken_away_or_changed_is_followed_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "CONFIGURE", 0.0)
    logs = made(tmp_path, "attic", "cellar")
    collector, stopping = Collector(), threading.Event()
    collector.step(stopping)
    Node.objects.filter(name="attic").update(log_path="")
    (other := tmp_path / "other.log").write_bytes(writing.attempts(range(50, 54)))
    Node.objects.filter(name="cellar").update(log_path=str(other))
    collector.step(stopping)
    for log in logs.values():
        writing.append(log, writing.attempt(5))
    for _ in range(3):
        collector.step(stopping)
    collector.close()
    assert counts() == {"attic": 3, "cellar": 7}


def test_a_node_that_another_program_writes_is_left_alone_until_that_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = made(tmp_path, "attic")
    Event.objects.create(node_name="attic", timestamp=datetime.now(UTC), action="GET", status="success", size=1)
    follower = Follower("attic", str(logs["attic"]))
    follower.step()
    assert follower.trouble is not None
    assert follower.trouble.startswith("Another program writes the events of “attic”")
    assert follower.due > time.monotonic() + 50
    assert not IntakeSource.objects.using("events").exists()
    Event.objects.using("events").all().delete()
    follower.step()
    follower.close()
    assert follower.trouble is None
    assert counts() == {"attic": 3}


def test_two_who_follow_the_same_log_write_it_once(tmp_path: Path) -> None:
    logs = made(tmp_path, "attic")
    one, two = (Follower("attic", str(logs["attic"])) for _ in range(2))
    for follower in (one, two):
        follower.step()
    for follower in (one, two, two):
        follower.close()
    assert counts() == {"attic": 3}


def test_what_arrives_while_it_is_followed_has_durations_to_the_millisecond(tmp_path: Path) -> None:
    (log := tmp_path / "node.log").write_bytes(writing.attempt(0))
    follower = Follower("attic", str(log))
    try:
        for lines in (b"", writing.start(1), writing.end(1)):
            writing.append(log, lines)
            follower._next_look = 0
            follower.step()
            time.sleep(0.05)  # the lines' own times say 0 s
    finally:
        follower.close()
    durations = list(Event.objects.order_by("id").values_list("duration_ms", flat=True))
    assert durations[0] == 0
    assert durations[1] is not None
    assert durations[1] >= 40
