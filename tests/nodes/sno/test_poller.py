"""The poller against real servers, over the real database, with waits for what has to happen."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connections

from nodes.known import known_names
from nodes.models import IntakeState, Node, Payout, Reputation, SnoNode, SnoPaystub, StorageSnapshot
from nodes.one_process import turn_at
from nodes.readiness import NOT_ADOPTED
from nodes.router import EVENTS
from nodes.sno.poller import Poller, poll_forever
from tests.nodes.sno import fake
from tests.nodes.sno.fake import BEHAVIOURS, Fake, serving, various
from tests.nodes.sno.stories import Story
from tests.storj_site.running import wait_until

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONG = 3600.0
ANSWERS_LATE_OR_SOME = {"well", "dripping", "dripping_head", "silent", "wrong_types"}

pytestmark = pytest.mark.usefixtures("databases", "own_folder")


@pytest.fixture
def own_folder(settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path  # for the lock
    monkeypatch.setattr("nodes.sno.poller.LOOK", 0.3)


def entered(*fakes: Fake) -> list[str]:
    names = [f"node {number}" for number in range(len(fakes))]
    Node.objects.bulk_create(Node(name=name, api_url=each.url) for name, each in zip(names, fakes, strict=True))
    return names


@contextmanager
def polling(interval: float = LONG) -> Iterator[Poller]:
    poller, stopping = Poller(interval), threading.Event()
    thread = threading.Thread(target=poller.run, args=(stopping,), daemon=True)
    thread.start()
    try:
        yield poller
    finally:
        stopping.set()
        thread.join(10)
        assert not thread.is_alive()


def answered() -> set[str]:
    return set(SnoNode.objects.filter(answered__isnull=False).values_list("node", flat=True))


def in_trouble() -> dict[str, str | None]:
    return dict(SnoNode.objects.filter(trouble__isnull=False).values_list("node", "trouble"))


def test_all_nodes_are_asked_at_once_and_known_with_space_and_scores() -> None:
    fakes = various(12, NOW)
    with serving(*fakes):
        names = entered(*fakes)
        with polling():
            wait_until(lambda: answered() == set(names))
    assert set(StorageSnapshot.objects.values_list("node_name", flat=True)) == set(names)
    assert Reputation.objects.count() == 12 * 4
    assert known_names() == names
    assert in_trouble() == {}


def test_every_route_is_asked_for() -> None:
    node = Fake(Story(NOW))
    with serving(node):
        entered(node)
        with polling():
            wait_until(answered)
    routes = {path.split("?")[0].split("/1")[0] for path in node.asked}
    assert {"/api/sno/", "/api/sno/satellites", "/api/sno/satellite", "/api/sno/estimated-payout"} < routes
    assert "/api/heldamount/held-history" in routes
    assert any(path.startswith("/api/heldamount/paystubs/2024-03/") for path in node.asked), "since it joined"
    assert SnoPaystub.objects.count() == Payout.objects.count() > 0


def test_pay_stubs_are_not_asked_for_each_time() -> None:
    node = Fake(Story(NOW))
    with serving(node):
        entered(node)
        with polling(interval=0.2):
            wait_until(lambda: node.asked.count("/api/sno/") >= 3)
    assert node.asked.count("/api/heldamount/held-history") == 1


def test_slow_and_silent_nodes_delay_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodes.sno.client.TIMEOUT", 1.5)
    slow = [Fake(Story(NOW), fake.silent) for _ in range(10)] + [Fake(Story(NOW), fake.dripping) for _ in range(5)]
    well = various(10, NOW)
    with serving(*slow, *well):
        names = entered(*slow, *well)
        with polling():
            wait_until(lambda: answered() == set(names[15:]))
            assert in_trouble() == {}, "the slow ones are still being asked"
            wait_until(lambda: set(in_trouble()) == set(names[:15]))


def test_nodes_that_did_not_answer_never_have_all_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodes.sno.client.TIMEOUT", 1.5)
    slow, well = [Fake(Story(NOW), fake.silent) for _ in range(8)], Fake(Story(NOW))
    with serving(*slow, well):
        names = entered(*slow)
        poller = Poller(interval=0.1, at_once=4)
        stopping = threading.Event()
        thread = threading.Thread(target=poller.run, args=(stopping,), daemon=True)
        thread.start()
        try:
            wait_until(lambda: set(in_trouble()) == set(names))
            asked = threading.enumerate()
            assert sum(each.name == "ask a node" for each in asked) <= 2
        finally:
            stopping.set()
            thread.join(10)


@pytest.mark.parametrize(
    "name", sorted(set(BEHAVIOURS) - {"well", "dripping", "dripping_head", "silent", "wrong_types"})
)
def test_a_node_that_misbehaves_is_in_trouble_and_stays_known(name: str) -> None:
    node = Fake(Story(NOW), BEHAVIOURS[name])
    with serving(node):
        entered(node)
        with polling():
            wait_until(in_trouble)
    row = SnoNode.objects.get()
    assert row.answered is None
    assert row.down_since is not None
    assert known_names() == ["node 0"]


def test_wrong_types_are_said_and_the_rest_is_stored() -> None:
    node = Fake(Story(NOW), fake.wrong_types, only="/api/sno/satellite/")
    with serving(node):
        entered(node)
        with polling():
            wait_until(answered)
    assert "cannot be read" in (SnoNode.objects.get().trouble or "")
    assert StorageSnapshot.objects.count() == 1
    assert Reputation.objects.count() == 4, "told by the route of all satellites"


def test_a_route_that_fails_is_said_and_the_rest_is_stored() -> None:
    node = Fake(Story(NOW), fake.failing, only="/api/sno/estimated-payout")
    with serving(node):
        entered(node)
        with polling():
            wait_until(answered)
    row = SnoNode.objects.get()
    assert row.trouble == (
        "/api/sno/estimated-payout: The API answered with HTTP status 500. 4 more routes did not answer either."
    )
    assert row.down_since is None
    assert Payout.objects.exists()


def test_a_node_that_is_back_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    node = Fake(Story(NOW), fake.failing)
    with serving(node), caplog.at_level(logging.INFO, "nodes.sno.poller"):
        entered(node)
        with polling(interval=0.05) as poller:
            wait_until(lambda: poller.asked >= 3)
            node.behaviour = fake.well
            wait_until(answered)
            asked = poller.asked
            wait_until(lambda: poller.asked > asked + 2)
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        "The API of “node 0” does not answer",
        "The API of “node 0” answers again",
    ]
    assert IntakeState.objects.get().trouble is None


def test_a_node_that_does_not_answer_is_asked_less_and_less() -> None:
    node = Fake(Story(NOW), fake.failing)
    with serving(node):
        entered(node)
        poller = Poller(interval=100)
        waits = []
        for _ in range(7):
            (polled,) = poller_asks(poller)
            waits.append(round(polled.due - time.monotonic(), -2))
            polled.due = 0
    assert waits == [100, 200, 400, 800, 1600, 1800, 1800]


def test_a_changed_address_is_asked_at_once() -> None:
    old, new = Fake(Story(NOW), fake.failing), Fake(Story(NOW))
    with serving(old, new):
        entered(old)
        with polling():
            wait_until(in_trouble)
            Node.objects.update(api_url=new.url)
            wait_until(answered)


def test_a_node_whose_address_was_taken_away_is_not_asked_any_more() -> None:
    node = Fake(Story(NOW))
    with serving(node):
        entered(node)
        poller = Poller(LONG)
        (polled,) = poller_asks(poller)
        asked = len(node.asked)
        Node.objects.update(api_url="")
        polled.due = poller._next_look = 0
        poller.step()
        poller.close()
        assert not poller._waits
    assert len(node.asked) == asked


def test_one_process_asks_at_a_time() -> None:
    node = Fake(Story(NOW))
    other = turn_at("node-apis")
    assert other.is_ours()
    with serving(node):
        entered(node)
        poller = Poller(LONG)
        poller.step()
        assert (poller.by_another, node.asked) == (True, [])
        other.give_back()
        poller._next_look = 0
        poller_asks(poller)
        poller.close()
    assert not poller.by_another


def test_an_interval_of_0_asks_nobody(settings: LazySettings) -> None:
    settings.API_POLL_INTERVAL = 0
    poll_forever(threading.Event())


def test_trouble_with_the_database_that_lasts_is_said_once_and_its_end_too(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nodes.sno.poller.PATIENT_STEPS", 2)
    node = Fake(Story(NOW))
    with serving(node), caplog.at_level(logging.INFO, "nodes.sno.poller"):
        entered(node)
        with connections[EVENTS].cursor() as cursor:
            cursor.execute("ALTER TABLE sno_days RENAME TO sno_away")
        with polling() as poller:
            try:
                wait_until(lambda: caplog.records)
                assert poller.trouble == NOT_ADOPTED
                assert node.asked == []
            finally:
                with connections[EVENTS].cursor() as cursor:
                    cursor.execute("ALTER TABLE sno_away RENAME TO sno_days")
            wait_until(answered)
            wait_until(lambda: len(caplog.records) == 2)
    assert "not stored for now" in caplog.messages[0]
    assert "stored again" in caplog.messages[1]


@pytest.mark.sqlite_files
def test_a_node_whose_answer_cannot_be_written_keeps_no_other_from_being_asked() -> None:
    fakes = various(5, NOW)
    with serving(*fakes):
        names = entered(*fakes)
        with connections[EVENTS].cursor() as cursor:
            cursor.execute(
                "CREATE TRIGGER refusal BEFORE INSERT ON sno_nodes WHEN NEW.node = 'node 0' "
                "BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )
        try:
            poller, stopping = Poller(LONG, at_once=2), threading.Event()
            thread = threading.Thread(target=poller.run, args=(stopping,), daemon=True)
            thread.start()
            wait_until(lambda: answered() == set(names[1:]))
        finally:
            stopping.set()
            thread.join(10)
            with connections[EVENTS].cursor() as cursor:
                cursor.execute("DROP TRIGGER refusal")


def test_no_connection_stays_open_between_rounds() -> None:
    node = Fake(Story(NOW))
    with serving(node):
        entered(node)
        poller = Poller(LONG)
        poller_asks(poller)
    assert connections[EVENTS].connection is None
    poller.close()


def poller_asks(poller: Poller) -> list:
    """Steps until all that are due were asked and written."""
    poller._next_look = 0
    before = poller.asked

    def settled() -> bool:
        poller.step()
        return poller.asked > before and not poller._waits

    wait_until(settled)
    return list(poller._nodes.values())
