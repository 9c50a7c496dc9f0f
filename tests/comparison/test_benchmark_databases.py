"""The databases that benchmarks are made on, and what is measured while they are made."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from comparison.benchmarking import writes
from comparison.benchmarking.databases import Database, prepared, run_job
from comparison.benchmarking.scenarios import Parameters
from comparison.benchmarking.writes import Writes

pytestmark = pytest.mark.sqlite_files

HOUR, DAY, WEEK = 0, 1, 3  # spans
PRUNED = Parameters(nodes=2, events_per_node=43_200, days=3, pruned=True)
TAIL = 20  # of two nodes, events of a minute


@pytest.fixture(scope="module")
def pruned(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return prepared(tmp_path_factory.mktemp("pruned"), PRUNED)


def _bits(mask: int) -> list[int]:
    return [bit for bit in range(24) if mask >> bit & 1]


@pytest.fixture
def rows(pruned: Database) -> Iterator[Any]:
    with closing(sqlite3.connect(pruned.path)) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def test_of_pruned_events_those_of_the_last_hour_are_there(pruned: Database, rows: Any) -> None:
    oldest, newest = (
        datetime.fromisoformat(stamp) for stamp in rows("SELECT MIN(timestamp), MAX(timestamp) FROM events")[0]
    )
    assert timedelta(minutes=55) < pruned.as_of - oldest <= timedelta(hours=2)
    assert newest < pruned.as_of


def test_all_but_the_last_minute_is_counted(rows: Any) -> None:
    newest, watermark = rows("SELECT (SELECT MAX(id) FROM events), watermark FROM rollup_state")[0]
    assert newest - watermark == TAIL


def test_roll_ups_stand_for_the_pruned_events_and_the_counted_ones(pruned: Database, rows: Any) -> None:
    by_span = dict(rows("SELECT span, SUM(attempts) FROM rollup_counts GROUP BY span"))
    stands_for = pruned.made["pruned"]["events"] + pruned.made["rollup"]["events"]
    assert by_span == {HOUR: stands_for, DAY: stands_for, WEEK: stands_for}
    # The first day is whole, so that there are up to a day's events more.
    a_day = PRUNED.nodes * PRUNED.events_per_node / PRUNED.days
    assert 3 * a_day - TAIL <= stands_for <= (4 + 2 / 24) * a_day


def test_a_day_is_the_sum_of_its_hours(rows: Any) -> None:
    sums: Counter[tuple[int, ...]] = Counter()
    for node, start, action, attempts in rows(
        f"SELECT node, start, action, attempts FROM rollup_counts WHERE span = {HOUR}"
    ):
        sums[node, start // 24 * 24, action] += attempts
    days = rows(f"SELECT node, start, action, SUM(attempts) FROM rollup_counts WHERE span = {DAY} GROUP BY 1, 2, 3")
    assert {(node, start, action): attempts for node, start, action, attempts in days} == sums


def test_hours_and_failures_are_those_of_the_counts(rows: Any) -> None:
    marked = {(node, day + bit) for node, day, hours in rows("SELECT * FROM rollup_hours") for bit in _bits(hours)}
    assert marked == set(rows(f"SELECT DISTINCT node, start FROM rollup_counts WHERE span = {HOUR}"))
    failed = rows("SELECT span, start, SUM(attempts) FROM rollup_failures GROUP BY 1, 2")
    assert failed == rows("SELECT span, start, SUM(attempts) FROM rollup_counts WHERE status = 3 GROUP BY 1, 2")


def test_roll_ups_begin_with_the_day_in_which_the_range_begins(pruned: Database, rows: Any) -> None:
    first = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
        hours=rows(f"SELECT MIN(start) FROM rollup_counts WHERE span = {DAY}")[0][0]
    )
    assert first.date() == (pruned.as_of - timedelta(days=3, hours=1)).date()
    assert {name for (name,) in rows("SELECT name FROM rollup_nodes")} == set(PRUNED.names)


def test_counting_goes_on_where_it_ended(pruned: Database, tmp_path: Path) -> None:
    database = replace(pruned, path=Path(shutil.copy(pruned.path, tmp_path)))
    assert run_job(database, "catch_up", left=0)["events"] == TAIL
    assert run_job(database, "catch_up", left=0)["events"] == 0


def test_roll_ups_are_written_beside_the_events(tmp_path: Path) -> None:
    written = writes.measured(tmp_path, 2, lambda _: None, Parameters(5, 100, 1))
    alone, both = written.events_alone["handed"], written.with_rollup["handed"]
    assert alone is not None
    assert both is not None
    assert both > alone > 2 * 60 * writes.EVENTS_A_SECOND * 100
    assert written.longest_write_ms > 0


def test_a_day_of_writing_is_told_from_some_minutes() -> None:
    alone, both = {"handed": 10 * 10**6, "pages": None}, {"handed": 15 * 10**6, "pages": None}
    a_day = Writes(144, alone, both, longest_write_ms=1.0).as_dict()["megabytes_a_day"]
    assert a_day == {"events": {"handed": 100.0, "pages": None}, "rollup": {"handed": 50.0, "pages": None}}
