"""A running site that compares as many nodes at once as MAX_NODES can ask for."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.processes import manage, site_in
from tests.storj_site.running import Site, running

pytestmark = pytest.mark.sqlite_files

MOST = 1000
NAMES = [f"{number:04}".ljust(240, "🚀") for number in range(MOST)]
FIRST_ID = 1_000_000
AS_OF = "2026-11-20T12:00:00Z"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, static_root: Path) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("many")
    for alias in ("default", "events"):
        assert manage(folder, "migrate", "--database", alias, "-v0").returncode == 0
    with closing(sqlite3.connect(folder / "events.db")) as events, closing(sqlite3.connect(folder / "site.db")) as own:
        events.executemany(
            "INSERT INTO events (timestamp, action, status, size, node_name) "
            "VALUES ('2026-11-20T10:00:00+00:00', 'GET', 'success', 1, ?)",
            [(name,) for name in NAMES],
        )
        own.executemany(
            "INSERT INTO nodes_node (id, name, label, notes, api_url, log_path) VALUES (?, ?, '', '', '', '')",
            [(FIRST_ID + number, name) for number, name in enumerate(NAMES)],
        )
        events.commit()
        own.commit()
    settings = site_in(folder, STATIC_ROOT=static_root, PUBLIC_READ=True, MAX_NODES=MOST)
    with running(folder, **settings) as site:
        yield site


def test_an_address_can_name_them_all(site: Site) -> None:
    query = urlencode({"node": [FIRST_ID + number for number in range(MOST)], "as_of": AS_OF}, doseq=True)
    answer = site.get(f"/comparison.json?{query}")
    assert answer.status == 200, answer.text[:500]
    assert len(json.loads(answer.text)["nodes"]) == MOST


def test_a_request_of_the_api_can_name_them_all(site: Site) -> None:
    body = json.dumps({"nodes": NAMES, "asOf": AS_OF})
    answer = site.post("/api/comparison", body, **{"Content-Type": "application/json"})
    assert answer.status == 200, answer.text[:500]
    assert len(json.loads(answer.text)["nodes"]) == MOST
