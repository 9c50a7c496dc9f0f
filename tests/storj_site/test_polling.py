"""The thread that asks the nodes' APIs, in this process and in a real server."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings

from nodes.models import Node, SnoNode
from storj_site import polling
from tests import processes
from tests.nodes.sno.fake import Fake, serving, various
from tests.nodes.sno.stories import Story
from tests.storj_site.running import running, wait_until


@pytest.fixture
def own_folder(databases: None, settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
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


@pytest.mark.sqlite_files
def test_with_nothing_but_addresses_a_running_site_compares(
    tmp_path: Path, prepared: dict[str, object], empty_events: str
) -> None:
    fakes = various(3, datetime.now(UTC))
    names = [f"pi {number}" for number in range(3)]
    given = {**prepared, "EVENTS_DATABASE_URL": empty_events, "PUBLIC_READ": True}
    with serving(*fakes), running(tmp_path / "site", **given) as site:
        for name, node in zip(names, fakes, strict=True):
            done = processes.running.manage("add_node", name, node.url, **given)
            assert done.returncode == 0, done.stderr
        wait_until(lambda: all(f'"{name}"' in site.get("/api/nodes").text for name in names))
        wait_until(lambda: all(len(node.asked) >= 14 for node in fakes))
    for kind, value in (
        ("efficiency", "storage_efficiency"),
        ("overall", "total_earnings"),
        ("overall", "audit_score"),
    ):
        done = processes.running.manage("compare", *names, "--type", kind, "--format", "json", **given)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count(f'"{value}": null') == 0
        assert done.stdout.count(f'"{value}"') >= 3
    assert "Traceback" not in site.output
    assert "WARNING" not in site.output
