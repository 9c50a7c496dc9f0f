"""What a cron job sends of a node's API, over HTTP."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from nodes.models import ApiToken, Node, StorageSnapshot
from nodes.tokens import create_token
from tests.nodes.sno import stories
from tests.nodes.sno.stories import Story

pytestmark = pytest.mark.usefixtures("databases")

DASHBOARD = stories.dashboard(Story(datetime(2026, 11, 23, 12, tzinfo=UTC)))


@pytest.fixture
def secret() -> str:
    Node.objects.create(name="rack/attic")
    return create_token(User.objects.create_user("cron", is_superuser=True), "cron", ApiToken.Scope.INGEST)


def send(secret: str, body: bytes, node: str = "rack/attic") -> Any:
    headers = {"Authorization": f"Bearer {secret}"}
    return Client().post(f"/api/nodes/{node}/sno", body, content_type="application/json", headers=headers)


def test_what_an_api_told_is_stored(secret: str) -> None:
    answer = send(secret, json.dumps(DASHBOARD).encode())
    assert (answer.status_code, answer.json()["space"]) == (200, True)
    assert StorageSnapshot.objects.get().node_name == "rack/attic"


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b"{}", b'{"sno": 1}', b"[" * 100_000])
def test_what_is_no_answer_of_an_api_is_told_in_a_sentence(secret: str, body: bytes) -> None:
    answer = send(secret, body)
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert not StorageSnapshot.objects.exists()


def test_a_body_that_is_too_long_is_refused(secret: str) -> None:
    assert send(secret, b" " * 3_000_000).status_code == 413


def test_a_node_that_nobody_knows_is_not_made(secret: str) -> None:
    assert send(secret, json.dumps(DASHBOARD).encode(), "unknown").status_code == 404
