"""Lines that another machine sends over HTTP."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client

from nodes.intake.push import take_lines
from nodes.models import ApiToken, Event, Node
from nodes.tokens import create_token
from tests.nodes.intake import logs, rows

pytestmark = pytest.mark.usefixtures("databases")

NODE = "attic"
LINES = logs.lifelike(300)


class Sender:
    def __init__(self, secret: str) -> None:
        self._secret = secret

    def send(self, body: bytes, node: str = NODE, **headers: str) -> Any:
        headers |= {"Authorization": f"Bearer {self._secret}"}
        return Client().post(f"/api/events/{node}", body, content_type="text/plain", headers=headers)


@pytest.fixture
def sender() -> Sender:
    Node.objects.create(name=NODE)
    user = User.objects.create_user("operator", is_superuser=True)
    return Sender(create_token(user, "tail", ApiToken.Scope.INGEST))


def in_pieces(body: bytes, size: int) -> list[bytes]:
    lines = body.splitlines(keepends=True)
    return [b"".join(lines[at : at + size]) for at in range(0, len(lines), size)]


def test_lines_that_are_sent_become_events(sender: Sender) -> None:
    answer = sender.send(logs.started(0) + logs.line(3)).json()
    assert (answer["lines"], answer["events"]) == (2, 1)
    assert rows.of("events", "node_name, duration_ms") == [(NODE, 3000)]


def test_pieces_give_what_the_whole_gives(sender: Sender) -> None:
    Node.objects.create(name="whole")
    for piece in in_pieces(LINES, 40):
        assert sender.send(piece).status_code == 200
    assert sender.send(LINES, node="whole").status_code == 200
    told = [rows.of("events", "timestamp, action, status, size, piece_id, error_reason, duration_ms, node_name")]
    by_node = {name: [row[:-1] for row in told[0] if row[-1] == name] for name in (NODE, "whole")}
    assert by_node[NODE] == by_node["whole"]
    assert by_node[NODE]


def test_the_same_key_is_answered_again_and_adds_nothing(sender: Sender) -> None:
    first = sender.send(LINES, **{"Idempotency-Key": "a"})
    again = sender.send(LINES, **{"Idempotency-Key": "a"})
    assert again.json() == first.json()
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert len(rows.of("events", "id")) == first.json()["events"]


def test_the_same_lines_without_a_key_add_nothing_either(sender: Sender) -> None:
    first = sender.send(LINES)
    again = sender.send(LINES)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert len(rows.of("events", "id")) == first.json()["events"]


def test_packed_or_not_the_same_key_is_the_same(sender: Sender) -> None:
    sender.send(LINES, **{"Idempotency-Key": "a"})
    again = sender.send(gzip.compress(LINES), **{"Idempotency-Key": "a", "Content-Encoding": "gzip"})
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_key_with_other_lines_is_refused(sender: Sender) -> None:
    sender.send(logs.line(1), **{"Idempotency-Key": "a"})
    answer = sender.send(logs.line(2), **{"Idempotency-Key": "a"})
    assert answer.status_code == 422
    assert len(rows.of("events", "id")) == 1


def test_a_key_of_another_node_is_another_key(sender: Sender) -> None:
    Node.objects.create(name="other")
    assert {
        sender.send(logs.line(1), node=node, **{"Idempotency-Key": "a"}).status_code for node in (NODE, "other")
    } == {200}
    assert len(rows.of("events", "id")) == 2


def test_a_key_that_is_too_long_is_refused(sender: Sender) -> None:
    assert sender.send(LINES, **{"Idempotency-Key": "k" * 201}).status_code == 400


def test_a_last_line_without_an_end_counts(sender: Sender) -> None:
    assert sender.send(logs.line(1).rstrip(b"\n")).json()["events"] == 1


def test_a_last_line_that_was_cut_is_told(sender: Sender) -> None:
    assert sum(sender.send(logs.line(1)[:120]).json()["skipped"].values()) == 1


def test_a_node_that_nobody_knows_is_not_made(sender: Sender) -> None:
    answer = sender.send(LINES, node="unknown")
    assert answer.status_code == 404
    assert "add_node" in answer.json()["error"]


def test_a_name_may_have_slashes(sender: Sender) -> None:
    Node.objects.create(name="rack/1 #2")
    assert sender.send(logs.line(1), node="rack%2F1%20%232").status_code == 200
    assert rows.of("events", "node_name") == [("rack/1 #2",)]


def test_a_node_that_another_program_writes_is_refused(sender: Sender) -> None:
    Event.objects.using("events").create(node_name=NODE, timestamp=datetime.now(UTC), action="GET", status="success")
    answer = sender.send(LINES)
    assert answer.status_code == 409
    assert "Another program" in answer.json()["error"]


def test_lines_that_cannot_be_read_are_told_by_reason(sender: Sender) -> None:
    answer = sender.send(logs.line(1)[:120] + b"\n" + logs.line(2)).json()
    assert answer["events"] == 1
    assert sum(answer["skipped"].values()) == 1


def test_the_same_piece_sent_by_many_at_once_is_written_once(sender: Sender) -> None:
    statuses: list[int] = []

    def send() -> None:
        statuses.append(sender.send(LINES, **{"Idempotency-Key": "a"}).status_code)
        connections.close_all()

    threads = [Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 6
    assert len(rows.of("events", "id")) == sender.send(LINES, **{"Idempotency-Key": "a"}).json()["events"]


def test_a_client_that_is_slow_keeps_no_other_from_sending_lines_of_the_node(sender: Sender) -> None:
    def slowly() -> Iterator[bytes]:
        yield logs.line(1, piece="A")
        other = Thread(target=send_another, daemon=True)
        other.start()
        other.join(20)
        yield logs.line(2, piece="B")

    def send_another() -> None:
        sender.send(logs.line(3, piece="C"))
        connections.close_all()

    assert take_lines(NODE, slowly())[0]["events"] == 2
    assert [piece for _, piece in rows.of("events", "id, piece_id")] == ["C", "A", "B"]
