"""Pruning counted events: what stays, what the archive holds, and what a kill leaves."""

import csv
import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import CaptureQueriesContext

from nodes.models import Event
from nodes.rollups import prune as prune_module
from nodes.rollups.archive import Archive, ArchiveError
from nodes.rollups.prune import prunable, prune
from nodes.rollups.roll import rollup_once
from nodes.sql import MOST_PARTS
from nodes.sql.pruning import COLUMNS
from tests.nodes.rollups import tables
from tests.nodes.rollups.lifelike import event, some_events
from tests.nodes.rollups.test_faults import an_adopted_file
from tests.opened import Opened
from tests.processes import ROOT, environment, manage

CUTOFF = "2026-11-22T00:00:00+00:00"
OLD, NEW = "2026-11-21T23:59:59.999999+00:00", CUTOFF

KILLER = """
import os, random, signal, sys, time
from pathlib import Path
import django
django.setup()
from nodes.rollups import prune
from nodes.rollups.archive import Archive
from nodes.sql.pruning import COLUMNS
dice, prune.CHUNK = random.Random(3), 100
for turn in range(20):
    child = os.fork()
    if not child:
        with Archive(Path(sys.argv[1]), COLUMNS) as archive:
            for _ in prune.prune('2027-01-01', archive):
                pass
        os._exit(0)
    time.sleep(dice.uniform(0.0, 0.02 * turn))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""


def ids() -> set[int]:
    return set(Event.objects.using("events").values_list("id", flat=True))


def archived(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_only_old_events_that_are_counted_are_deleted_and_never_the_newest(databases: None) -> None:
    tables.insert([event(1, timestamp=OLD), event(2, timestamp=NEW), event(3, timestamp=OLD)])
    tables.insert([event(4, timestamp="2026-11-21"), event(5, timestamp=None)])
    rollup_once()
    tables.insert([event(6, timestamp=OLD), event(7, timestamp=OLD)])
    assert prunable(CUTOFF) == 2
    assert sum(prune(CUTOFF)) == 2
    assert ids() == {2, 4, 5, 6, 7}
    rollup_once()
    assert sum(prune(CUTOFF)) == 1
    assert ids() == {2, 4, 5, 7}


def test_nothing_is_deleted_before_anything_is_counted(databases: None) -> None:
    tables.insert([event(1, timestamp=OLD), event(2, timestamp=OLD)])
    assert sum(prune(CUTOFF)) == 0


@pytest.mark.parametrize("most_parts", [MOST_PARTS, 2])
def test_old_events_of_whatever_node_go_oldest_first(
    databases: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_parts: int
) -> None:
    monkeypatch.setattr(prune_module, "MOST_PARTS", most_parts)
    monkeypatch.setattr(prune_module, "CHUNK", 3)
    names = ["b", None, "", "a\n", " ", "ü 🚀", "z" * 500]
    stamps = [f"2026-11-{day:02}T00:00:00+00:00" for day in (3, 2, 3, 20, 1, 23)]
    rows = [event(1 + at, node_name=name) for at, name in enumerate(names * len(stamps))]
    rows = [{**row, "timestamp": stamps[row["id"] % len(stamps)]} for row in rows]
    tables.insert([*rows, event(1_000)])
    rollup_once()
    old = [(row["timestamp"], row["id"]) for row in rows if row["timestamp"] < CUTOFF]
    assert prunable(CUTOFF) == len(old)
    with Archive(tmp_path / "events.csv.gz", COLUMNS) as archive:
        assert sum(prune(CUTOFF, archive)) == len(old)
    assert ids() == {row["id"] for row in rows} - {id_ for _, id_ in old} | {1_000}
    gone = [(row["timestamp"], int(row["id"])) for row in archived(tmp_path / "events.csv.gz")]
    assert gone == sorted(old) if most_parts == MOST_PARTS else sorted(gone) == sorted(old)


def test_pruning_finds_its_events_by_index_and_in_order(databases: None) -> None:
    tables.insert(some_events(first=1, count=300))
    rollup_once()
    connection = connections["events"]
    with CaptureQueriesContext(connection) as captured:
        prunable(CUTOFF)
        assert sum(prune(CUTOFF)) > 0
    finding = [query["sql"] for query in captured.captured_queries if "node_name = " in query["sql"]]
    assert len(finding) > 2
    for statement in finding:
        plan = explained(connection, statement)
        assert "idx_events_node_name_timestamp" in plan
        assert "TEMP B-TREE" not in plan
        assert "SCAN" not in plan


def explained(connection: BaseDatabaseWrapper, statement: str) -> str:
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{statement}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def test_pruned_events_stay_counted(databases: None) -> None:
    rows = some_events(first=1, count=1_500)
    tables.insert(rows)
    rollup_once()
    before = tables.counts()
    assert sum(prune("2027-01-01")) == len(rows) - 1
    rollup_once()
    assert tables.counts() == before


def test_the_archive_holds_every_column_of_what_was_deleted(databases: None, tmp_path: Path) -> None:
    tables.insert([event(1, timestamp=OLD, node_name='a "pi", 🚀\n', size=None), event(2)])
    tables.insert([event(3, timestamp=OLD), event(4)])
    rollup_once(2)
    for _ in range(2):
        with Archive(tmp_path / "events.csv.gz", COLUMNS) as archive:
            list(prune(CUTOFF, archive))
        rollup_once()
    first, second = archived(tmp_path / "events.csv.gz")
    assert tuple(first) == COLUMNS
    assert (first["id"], first["node_name"], first["size"]) == ("1", 'a "pi", 🚀\n', "")
    assert (second["id"], second["timestamp"], second["duration_ms"]) == ("3", OLD, "100")


@pytest.mark.sqlite_files
def test_a_prune_that_is_killed_at_any_moment_loses_no_event(tmp_path: Path, opened: Opened) -> None:
    path = an_adopted_file(tmp_path, opened)
    tables.insert(some_events(first=1, count=3_000))
    rollup_once()
    counts = tables.counts()
    connections["events"].close()
    archive = tmp_path / "events.csv.gz"
    command = [sys.executable, "-c", KILLER, str(archive)]
    subprocess.run(command, cwd=ROOT, env=environment(tmp_path, path), timeout=60, check=True)
    with Archive(archive, COLUMNS):
        pass
    kept, saved = ids(), [int(row["id"]) for row in archived(archive)]
    assert 1 <= len(kept) < 3_000
    assert kept | set(saved) == set(range(1, 3_001))
    assert max(saved.count(id_) for id_ in saved[::50]) <= 1 + 20
    assert tables.counts() == counts


def test_an_addition_that_was_broken_off_is_cut_off_by_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "events.csv.gz"
    for id_ in (1, 2):
        with Archive(path, ["id"]) as archive:
            archive.add([(id_,)])
    path.write_bytes(path.read_bytes()[:-5])
    with Archive(path, ["id"]) as archive:
        archive.add([(3,)])
    assert [row["id"] for row in archived(path)] == ["1", "3"]


def test_a_file_that_is_no_archive_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam")
    with pytest.raises(ArchiveError, match="name another"), Archive(path, ["id"]):
        pass
    assert path.read_text() == "Dear Sir or Madam"


def test_two_programs_do_not_write_to_one_archive(tmp_path: Path) -> None:
    path = tmp_path / "events.csv.gz"
    with (
        Archive(path, ["id"]),
        pytest.raises(ArchiveError, match="Another program"),
        Archive(path, ["id"]),
    ):
        pass


@pytest.mark.sqlite_files
def test_the_command_says_what_it_would_do_and_what_it_did(tmp_path: Path, opened: Opened) -> None:
    path = an_adopted_file(tmp_path, opened)
    tables.insert(event(id_, timestamp=f"2020-01-{id_:02}T11:00:00+00:00") for id_ in range(1, 21))
    rollup_once()
    arguments = ("prune", "--keep", "2d", "--archive", str(tmp_path / "old.csv.gz"))
    assert manage(tmp_path, *arguments, "--dry-run", events=path).stdout.startswith("Would delete 19 events from ")
    done = manage(tmp_path, *arguments, events=path).stdout
    assert done.startswith("Deleted 19 events from before ")
    assert "were added to the archive" in done
    assert ids() == {20}
    assert len(archived(tmp_path / "old.csv.gz")) == 19


@pytest.mark.sqlite_files
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--keep", "soon"], "such as 48h or 2d"),
        (["--keep", "0d"], "such as 48h or 2d"),
        ([], "required: --keep"),
        (["--keep", "2d", "--archive", "/nowhere/at/all.csv.gz"], "The archive could not be written (No such file"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    tmp_path: Path, opened: Opened, arguments: list[str], sentence: str
) -> None:
    done = manage(tmp_path, "prune", *arguments, events=an_adopted_file(tmp_path, opened))
    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_events_that_are_not_counted_yet_are_left_and_named(tmp_path: Path, opened: Opened) -> None:
    path = an_adopted_file(tmp_path, opened)
    tables.insert([event(id_, timestamp="2026-11-01T00:00:00+00:00") for id_ in range(1, 11)])
    rollup_once(4)
    ran = manage(tmp_path, "prune", "--keep", "1h", "--dry-run", events=path)
    assert ran.stdout.startswith("Would delete 4 events from before ")
    assert ran.stdout.endswith("UTC. 5 older ones are not counted yet: run `manage.py rollup --until-done`.\n")
