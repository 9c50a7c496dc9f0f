"""What a run does to an operator's events database, and what it leaves alone."""

import hashlib
import json
import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.storj_site.conftest import ODD_NAMES
from tests.storj_site.running import Site, manage, running

pytestmark = pytest.mark.sqlite_files

Prepared = dict[str, Any]


def tables_of(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return names


def journal_mode(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("PRAGMA journal_mode").fetchone()[0])


def indexed_columns(path: Path) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(path)
    found = []
    for _, index, *_ in connection.execute("PRAGMA index_list(events)").fetchall():
        found.append(tuple(row[2] for row in connection.execute(f"PRAGMA index_info({index})")))
    connection.close()
    return found


def test_a_small_database_is_adopted_and_its_nodes_are_in_the_printed_request(
    events_file: Path, tmp_path: Path, static_root: Path
) -> None:
    settings = {"EVENTS_DATABASE_URL": f"sqlite:///{events_file}", "STATIC_ROOT": static_root}
    with running(tmp_path / "site", **settings) as site:
        assert "demonstration" not in site.output
        assert ("node_name", "timestamp") in indexed_columns(events_file)
        answer = asked(site)
    assert sorted(node["name"] for node in answer["nodes"]) == sorted(ODD_NAMES)


def test_what_a_run_adds_to_a_small_database_is_told_a_line_each(events_file: Path, prepared: Prepared) -> None:
    url = f"sqlite:///{events_file}"
    told = manage("setup", EVENTS_DATABASE_URL=url, **prepared).stdout.splitlines()
    assert any(line.startswith("Added: column events.duration_ms, in ") for line in told)
    assert any(line.startswith("Added: index on events (node_name, timestamp), ") for line in told)
    assert "Recorded in the table django_migrations, which is new." in told
    assert "Added:" not in manage("setup", EVENTS_DATABASE_URL=url, **prepared).stdout


def test_what_a_run_makes_for_itself_is_not(prepared: Prepared) -> None:
    told = manage("setup", **prepared).stdout
    assert "The events database: ready." in told
    assert "Added:" not in told


def test_the_printed_request_reaches_back_to_the_newest_event(
    events_file: Path, tmp_path: Path, static_root: Path
) -> None:
    settings = {"EVENTS_DATABASE_URL": f"sqlite:///{events_file}", "STATIC_ROOT": static_root}
    with running(tmp_path / 'a folder\'s "name" $HOME', **settings) as site:
        answer = asked(site)
    assert answer["window"]["end"] == "2026-11-20T11:00:01+00:00"
    assert [node["metrics"]["total_operations"] for node in answer["nodes"]] == [1, 1]


def asked(site: Site) -> dict[str, Any]:
    (line,) = site.sample_lines
    ran = subprocess.run(["sh", "-c", line], cwd="/", capture_output=True, text=True, timeout=30, check=True)
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


@pytest.fixture
def large_events_file(events_file: Path) -> Path:
    """One event more than a run writes to."""
    connection = sqlite3.connect(events_file)
    connection.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000001) "
        "INSERT INTO events (timestamp, node_name) SELECT '2026-11-20T10:00:00+00:00', 'third' FROM n"
    )
    connection.commit()
    connection.close()
    return events_file


def test_a_large_database_that_is_not_adopted_is_not_written_to(large_events_file: Path, prepared: Prepared) -> None:
    before = hashlib.sha256(large_events_file.read_bytes()).hexdigest()
    files = sorted(large_events_file.parent.iterdir())
    ran = manage("setup", EVENTS_DATABASE_URL=f"sqlite:///{large_events_file}", **prepared)
    assert ran.returncode == 0, ran.stderr
    assert "`make adopt` does" in ran.stdout
    assert hashlib.sha256(large_events_file.read_bytes()).hexdigest() == before
    assert sorted(large_events_file.parent.iterdir()) == files


def test_what_it_lacks_is_said_by_every_comparison_until_it_is_adopted(
    large_events_file: Path, prepared: Prepared
) -> None:
    site = prepared | {"EVENTS_DATABASE_URL": f"sqlite:///{large_events_file}"}
    compare = ("compare", "--as-of", "2026-11-20T12:00:00Z")
    before = manage(*compare, **site)
    assert (before.returncode, "run `make adopt`" in before.stderr) == (1, True)
    assert manage("adopt", **site).returncode == 0
    assert manage(*compare, **site).returncode == 0
    assert journal_mode(large_events_file) == "wal"


def test_what_adopting_it_would_add_is_told_with_rows_disk_and_time(
    large_events_file: Path, prepared: Prepared
) -> None:
    ran = manage("setup", EVENTS_DATABASE_URL=f"sqlite:///{large_events_file}", **prepared)
    assert "storj.W006 below says" in ran.stdout
    told = ran.stderr[ran.stderr.index("storj.W006") :]
    assert "about 1,000,003 rows" in told
    assert re.search(r"takes about [\d.]+ MB of disk", told)
    assert "better pause the monitor" in told


def test_an_empty_file_of_an_operator_is_made_ready_and_not_filled(tmp_path: Path, prepared: Prepared) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    ran = manage("setup", EVENTS_DATABASE_URL=f"sqlite:///{path}", **prepared)
    assert {"events", "storage_snapshots"} <= tables_of(path)
    assert "demonstration" not in ran.stdout
    assert "There is no sample request for the API: a comparison takes two nodes" in ran.stdout
    assert "curl " not in ran.stdout + ran.stderr


def test_a_database_that_is_missing_is_named_and_not_made(tmp_path: Path, prepared: Prepared) -> None:
    ran = manage("setup", EVENTS_DATABASE_URL=f"sqlite:///{tmp_path}/missing.db", **prepared)
    assert ran.returncode == 0
    assert "(storj.W004) The file of the events database does not exist" in ran.stderr
    assert "curl " not in ran.stdout
    assert not (tmp_path / "missing.db").exists()


def test_where_each_database_is_is_told(events_file: Path, prepared: Prepared) -> None:
    told = manage("setup", EVENTS_DATABASE_URL=f"sqlite:///{events_file.parent}/./monitor.db", **prepared).stderr
    places = {"default": f"{prepared['DATA_DIR']}/site.db", "events": events_file, "events_readonly": events_file}
    for alias, place in places.items():
        assert f"(storj.I001) `{alias}` is the file {place}.\n" in told


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path, prepared: Prepared) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to look like one\n" * 100)
    ran = manage("setup", EVENTS_DATABASE_URL=f"sqlite:///{path}", **prepared)
    assert "damaged or not a database" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert path.read_text().startswith("not a database")


def test_a_folder_is_told_to_be_one(tmp_path: Path, prepared: Prepared) -> None:
    ran = manage("setup", EVENTS_DATABASE_URL=f"sqlite:///{tmp_path}", **prepared)
    assert ran.returncode == 0, ran.stderr
    assert "(storj.W004) The events database is a folder." in ran.stderr
    assert "Name the file in it" in ran.stderr


def test_a_database_of_another_program_is_told_and_left_alone(tmp_path: Path, prepared: Prepared) -> None:
    path = tmp_path / "orders.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE unsent (id INTEGER PRIMARY KEY)")
    connection.close()
    before = path.read_bytes()
    ran = manage("setup", EVENTS_DATABASE_URL=f"sqlite:///{path}", **prepared)
    assert ran.returncode == 0, ran.stderr
    assert "(storj.E002) This is not an events database of storj_monitor: it has tables of another" in ran.stderr
    assert path.read_bytes() == before
    assert sorted(path.parent.glob("orders.db*")) == [path]


def test_the_site_serves_beside_a_database_of_another_program(tmp_path: Path, static_root: Path) -> None:
    path = tmp_path / "orders.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE unsent (id INTEGER PRIMARY KEY)")
    connection.close()
    before = path.read_bytes()
    with running(tmp_path / "site", EVENTS_DATABASE_URL=f"sqlite:///{path}", STATIC_ROOT=static_root) as site:
        assert "This is not an events database of storj_monitor" in site.output
        assert site.get("/login/").status == 200
        site.get("/healthz")
    assert path.read_bytes() == before


def test_demonstration_data_that_was_broken_off_is_made_whole_by_the_next_run(prepared: Prepared) -> None:
    data = Path(prepared["DATA_DIR"])
    assert manage("demo", "--nodes", "1", "--events-per-node", "50", **prepared).returncode == 0
    (data / "demo-unfinished").touch()
    ran = manage("setup", **prepared)
    assert "making demonstration data" in ran.stdout
    assert "4 nodes with 120,000 events" in ran.stdout
    assert not (data / "demo-unfinished").exists()
    connection = sqlite3.connect(data / "events.db")
    assert connection.execute("SELECT COUNT(*), COUNT(DISTINCT node_name) FROM events").fetchone() == (120_000, 4)
    connection.close()
