"""The thread that asks the nodes' APIs, in this process and in a real server."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings

from nodes.models import Node, SnoNode
from storj_site import polling
from tests.nodes.sno.fake import Fake, serving, various
from tests.nodes.sno.stories import Story
from tests.storj_site.running import manage, running, wait_until


@pytest.fixture
def own_folder(
    databases: None, settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("nodes.sno.poller.LOOK", 0.3)
    yield
    polling.stop()


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "polling"]


def test_it_asks_what_is_entered_while_it_runs(own_folder: None) -> None:
    node = Fake(Story(datetime.now(UTC)))
    with serving(node):
        polling.start()
        polling.start()
        assert len(threads()) == 1
        Node.objects.create(name="n", api_url=node.url)
        wait_until(lambda: SnoNode.objects.filter(answered__isnull=False).exists())
        polling.stop()
    assert threads() == []


def test_an_interval_of_0_turns_it_off(own_folder: None, settings: LazySettings) -> None:
    settings.API_POLL_INTERVAL = 0
    polling.start()
    assert threads() == []


def test_nothing_starts_it_but_a_server(databases: None) -> None:
    assert threads() == []


def rows(events: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(events, timeout=30)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


@pytest.mark.sqlite_files
def test_with_nothing_but_addresses_a_running_site_compares(
    tmp_path: Path, prepared: dict[str, object], empty_events: str
) -> None:
    fakes = various(3, datetime.now(UTC))
    names = [f"pi {number}" for number in range(3)]
    given = {**prepared, "EVENTS_DATABASE_URL": empty_events, "PUBLIC_READ": True}
    answered = "SELECT COUNT(*) FROM sno_nodes WHERE answered IS NOT NULL"
    with serving(*fakes), running(tmp_path / "site", **given) as site:
        for name, node in zip(names, fakes, strict=True):
            done = manage("add_node", name, node.url, **given)
            assert done.returncode == 0, done.stderr
        wait_until(lambda: rows(tmp_path / "empty.db", answered) == [(3,)])
        known = site.get("/api/nodes").text
    assert all(name in known for name in names)
    assert "Traceback" not in site.output
    assert "WARNING" not in site.output
    for kind, keys in (("efficiency", ["storage_efficiency"]), ("overall", ["total_earnings", "audit_score"])):
        done = manage("compare", *names, "--type", kind, "--format", "json", **given)
        assert done.returncode == 0, done.stderr
        for node_result in json.loads(done.stdout)["nodes"]:
            assert all(node_result["metrics"][key] is not None for key in keys)
