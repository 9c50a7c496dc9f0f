"""Whole logs, sets of them, and the same ones again under any name and in any form."""

import gzip
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.adopt import adopt
from nodes.intake.files import found
from nodes.intake.ingest import Ingest, Report
from nodes.intake.records import OTHER
from nodes.models import Event
from tests.nodes.intake import logs, rows

NODE = "attic"
LOG = logs.lifelike(200)


def ingested(*paths: Path, node: str = NODE, **options: Any) -> Report:
    ingest = Ingest(node, found([str(path) for path in paths]), **options)
    for _ in ingest.run():
        pass
    return ingest.report


def zstd(data: bytes) -> bytes:
    return bytes(pytest.importorskip("zstandard").compress(data))


def file(folder: Path, data: bytes, name: str = "node.log") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def adds_nothing(path: Path) -> None:
    expected = {table: found for table, found in rows.everything().items() if table != "intake_sources"}
    report = ingested(path)
    assert (report.lines, report.troubles) == (0, [])
    assert {table: found for table, found in rows.everything().items() if table != "intake_sources"} == expected


def test_a_log_is_read_whole_in_small_steps_as_at_once(databases: None, tmp_path: Path) -> None:
    path = file(tmp_path, LOG)
    at_once, by_steps = ingested(path), ingested(path, node="steps", lines_at_once=7)
    assert at_once == by_steps
    assert at_once.lines == LOG.count(b"\n")
    assert at_once.events == Event.objects.using("events").filter(node_name="steps").count() > 100


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
def test_the_same_log_again_adds_nothing_whatever_its_name_and_form(
    databases: None, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    ingested(file(tmp_path, LOG))
    adds_nothing(file(tmp_path, LOG))
    adds_nothing(file(tmp_path, pack(LOG), "renamed.log.1"))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
@pytest.mark.parametrize("hole", [1, 4096, 3_000_000])
def test_zeros_before_a_log_are_no_part_of_it(
    databases: None, tmp_path: Path, pack: Callable[[bytes], bytes], hole: int
) -> None:
    report = ingested(file(tmp_path, pack(bytes(hole) + LOG)))
    assert (report.lines, report.troubles) == (LOG.count(b"\n"), [])
    adds_nothing(file(tmp_path, LOG, "whole.log"))


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd])
@pytest.mark.parametrize("lines", [1, 2, 200])
def test_a_log_that_has_grown_is_read_on(
    databases: None, tmp_path: Path, pack: Callable[[bytes], bytes], lines: int
) -> None:
    before = b"".join(LOG.splitlines(keepends=True)[:lines])
    ingested(file(tmp_path, before))
    ingested(file(tmp_path, pack(LOG), "grown.log"))
    found_rows = rows.everything()
    assert [row[2] for row in found_rows["intake_sources"]] == [len(LOG)]
    assert ingested(file(tmp_path, LOG), node="other").events == len(found_rows["events"])


def test_an_older_copy_of_a_log_adds_nothing(databases: None, tmp_path: Path) -> None:
    ingested(file(tmp_path, LOG))
    for length in (300, len(LOG) // 2):
        adds_nothing(file(tmp_path, LOG[:length], "copy.log"))
        adds_nothing(file(tmp_path, gzip.compress(LOG[:length]), "copy.log.gz"))


def test_a_log_that_was_emptied_and_begun_anew_is_another(databases: None, tmp_path: Path) -> None:
    path = file(tmp_path, logs.line(1))
    ingested(path)
    path.write_bytes(logs.line(2))
    assert ingested(path).events == 1
    path.write_bytes(logs.line(3) + LOG)
    assert ingested(path).lines == LOG.count(b"\n") + 1


def test_a_log_that_goes_on_otherwise_than_the_one_that_was_read_is_left_aside(databases: None, tmp_path: Path) -> None:
    ingested(file(tmp_path, LOG, "first.log"))
    for data in (LOG[:-5] + b"xxxx\n" + LOG, gzip.compress(LOG[:-5] + b"xxxx\n" + LOG)):
        (trouble,) = ingested(file(tmp_path, data, "second.log")).troubles
        assert "second.log” was left aside" in trouble
    assert len(rows.of("intake_sources")) == 1


def split(parts: int) -> list[bytes]:
    lines = LOG.splitlines(keepends=True)
    at = [len(lines) * part // parts for part in range(parts + 1)]
    return [b"".join(lines[start:end]) for start, end in pairwise(at)]


def test_the_files_of_a_set_are_read_as_one_log_in_the_order_of_their_times(databases: None, tmp_path: Path) -> None:
    ingested(file(tmp_path, LOG, "whole.log"), node="whole")
    oldest, middle, newest = split(3)
    paths = file(tmp_path, newest, "a.log"), file(tmp_path, gzip.compress(oldest), "b.log"), file(tmp_path, middle, "c")
    assert [Path(path).name for path, _ in found([str(path) for path in paths]).logs] == ["b.log", "c", "a.log"]
    assert ingested(*paths).logs == 3
    for table in ("events", "reputation_history", "hashstore_compaction_history", "intake_audits", "intake_timings"):
        both = [tuple("whole" if value == NODE else value for value in row) for row in rows.of(table)]
        assert len(both) == 2 * len(set(both)) or table == "events"
        assert all(both.count(row) % 2 == 0 for row in both)


def test_a_later_run_with_the_next_file_of_a_set_pairs_with_the_one_before(databases: None, tmp_path: Path) -> None:
    ingested(file(tmp_path, logs.started(1)))
    ingested(file(tmp_path, logs.line(4), "next.log"))
    assert rows.of("events", "duration_ms") == [(3000,)]


def test_a_folder_is_read_but_for_what_is_no_log(databases: None, tmp_path: Path) -> None:
    file(tmp_path, logs.line(1))
    file(tmp_path, logs.line(2), "2-json.log")
    file(tmp_path, logs.line(3), "config.yaml")
    assert ingested(tmp_path).events == 2
    assert ingested(tmp_path / "*.log").known > 0


def test_a_folder_without_logs_is_told(databases: None, tmp_path: Path) -> None:
    assert ingested(tmp_path).troubles == [
        f"“{tmp_path}” has no file with “log” in its name: name the files themselves."
    ]


def test_a_file_that_is_named_twice_is_read_once(databases: None, tmp_path: Path) -> None:
    path = file(tmp_path, LOG)
    (tmp_path / "link.log").symlink_to(path)
    assert ingested(path, tmp_path, tmp_path / "link.log").logs == 1


def test_one_that_cannot_be_read_does_not_keep_the_others_from_being_read(databases: None, tmp_path: Path) -> None:
    report = ingested(tmp_path / "missing", file(tmp_path, logs.line(1)))
    assert report.events == 1
    assert report.troubles == [f"“{tmp_path}/missing” could not be read: no such file or directory."]


def whole_lines(data: bytes) -> int:
    return data.count(b"\n")


def test_of_a_compressed_log_that_ends_early_all_is_read_and_the_rest_later(databases: None, tmp_path: Path) -> None:
    packed = gzip.compress(LOG)
    report = ingested(file(tmp_path, packed[: len(packed) // 2], "cut.log.gz"))
    assert 0 < report.lines < whole_lines(LOG)
    (trouble,) = report.troubles
    assert "could not be read to its end: it ends in the middle" in trouble
    assert ingested(file(tmp_path, packed, "cut.log.gz")).lines == whole_lines(LOG) - report.lines


def test_of_a_short_log_that_ends_early_all_is_read_too(databases: None, tmp_path: Path) -> None:
    report = ingested(file(tmp_path, gzip.compress(logs.line(1) + logs.line(2))[:-6], "cut.log.gz"))
    assert (report.events, len(report.troubles)) == (2, 1)


@pytest.mark.parametrize("at", [-8, -4])
def test_of_a_damaged_log_all_that_is_before_the_damage_is_read(databases: None, tmp_path: Path, at: int) -> None:
    packed = bytearray(gzip.compress(LOG))
    packed[at] ^= 1
    report = ingested(file(tmp_path, bytes(packed), "damaged.log.gz"))
    assert report.lines == whole_lines(LOG)
    assert "it is damaged" in report.troubles[0]


def test_a_log_of_zstd_that_ends_early_or_is_damaged_is_told(databases: None, tmp_path: Path) -> None:
    packed = zstd(LOG)
    assert "ends in the middle" in ingested(file(tmp_path, packed[:-9], "cut.log.zst")).troubles[0]
    assert "is damaged" in ingested(file(tmp_path, packed[:9] + b"\xff" * 50, "damaged.log.zst")).troubles[0]


def test_without_the_package_for_zstd_it_is_told_how_to_get_it(
    databases: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    report = ingested(file(tmp_path, b"\x28\xb5\x2f\xfd"), file(tmp_path, logs.line(1), "other.log"))
    assert "run `make install EXTRAS=zstd` once" in report.troubles[0]
    assert report.events == 1


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
def test_a_log_that_was_compressed_in_several_parts_is_read_whole(
    databases: None, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    parts = b"".join(pack(part) for part in split(4))
    assert ingested(file(tmp_path, parts, "parts.log")).lines == whole_lines(LOG)


def test_a_last_line_without_an_end_waits_in_a_file_and_counts_in_a_compressed_one(
    databases: None, tmp_path: Path
) -> None:
    data = logs.line(1) + logs.line(2)[:-1]
    assert ingested(file(tmp_path, data)).events == 1
    assert ingested(file(tmp_path, gzip.compress(data), "log.gz")).events == 1
    assert ingested(file(tmp_path, data + b"\n" + logs.line(3))).events == 1


def test_what_is_no_log_is_left_aside_and_told(databases: None, tmp_path: Path) -> None:
    report = ingested(file(tmp_path, b"\0\xff\x1b[31m no log\n" * 1000))
    assert (report.events, report.skipped) == (0, {OTHER: 1000})
    assert ingested(file(tmp_path, b"", "empty.log")).lines == 0


@pytest.mark.sqlite_files
def test_a_database_that_is_locked_for_a_while_is_waited_for(fresh: BaseDatabaseWrapper, tmp_path: Path) -> None:
    adopt(fresh, lambda line: None)
    path = file(tmp_path, LOG)
    with fresh.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(tmp_path / "fresh.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            ingested(path, patience=0.1)
    assert ingested(path).lines == whole_lines(LOG)


def test_a_log_with_a_broken_name_is_read_all_the_same(databases: None, tmp_path: Path) -> None:
    path = file(tmp_path, LOG, os.fsdecode(b"node\xff.log"))
    assert ingested(path).troubles == []
    adds_nothing(path)
