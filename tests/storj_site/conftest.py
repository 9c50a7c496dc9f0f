import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storj_site.running import Site, manage, running


@pytest.fixture(scope="session")
def static_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files, collected once for all servers of the suite."""
    return tmp_path_factory.mktemp("static")


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory, static_root: Path) -> Iterator[Site]:
    """A site that was started in an empty folder, and runs. Tests leave it as it is."""
    with running(tmp_path_factory.mktemp("first"), STATIC_ROOT=static_root) as site:
        yield site


@pytest.fixture
def events_file(tmp_path: Path) -> Path:
    """An operator's small events database, as a monitor without any of the newer tables leaves it."""
    path = tmp_path / "monitor.db"
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp DATETIME, action TEXT, status TEXT, size INTEGER, "
        "piece_id TEXT, satellite_id TEXT, remote_ip TEXT, country TEXT, latitude REAL, longitude REAL, "
        "error_reason TEXT, node_name TEXT)"
    )
    insert = "INSERT INTO events (timestamp, action, status, size, node_name) VALUES (?, 'GET', 'success', 1000, ?)"
    connection.executemany(insert, [("2026-11-20T11:00:00.5+00:00".replace(".5", ".500000"), n) for n in ODD_NAMES])
    connection.commit()
    connection.close()
    return path


# What has to survive JSON and a shell's quotes.
ODD_NAMES = ['it\'s "$HOME" `id` \\ ! 🚀', "Großmutters Rechner #2"]


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared") / "data"
    assert manage("setup", "--only-secrets", DATA_DIR=folder).returncode == 0
    assert manage("migrate", DATA_DIR=folder).returncode == 0
    return folder


@pytest.fixture
def prepared(_prepared: Path, tmp_path: Path, static_root: Path) -> dict[str, object]:
    """Settings of a data folder whose secrets and site database are there, without account and events."""
    return {"DATA_DIR": shutil.copytree(_prepared, tmp_path / "data"), "STATIC_ROOT": static_root}


@pytest.fixture
def empty_events(tmp_path: Path) -> str:
    """The URL of a database that a run fills with nothing."""
    (tmp_path / "empty.db").touch()
    return f"sqlite:///{tmp_path}/empty.db"
