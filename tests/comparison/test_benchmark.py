import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from comparison.benchmarking.databases import prepared
from comparison.benchmarking.full_load import load
from comparison.benchmarking.resources import sample
from comparison.benchmarking.scenarios import Parameters, goal
from comparison.benchmarking.ways import (
    ANY_TYPE,
    BESIDE_EARNINGS,
    CACHED,
    COLD,
    COMPARISON,
    FULL_LOAD,
    WARM,
    WAYS,
    Goal,
    Line,
    Sample,
)
from comparison.engine import compare
from comparison.metrics import by_key
from comparison.request import SAMPLE, validated
from comparison.window import Window

SMALL = ("--nodes", "2", "--events-per-node", "300", "--days", "1", "--runs", "1")
CHOSEN = ("--type", "performance", "--type", "earnings", "--range", "1h", "--range", "24h")
AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)


def benchmark(folder: Path, *arguments: str) -> str:
    out = StringIO()
    call_command("benchmark", *SMALL, "--folder", str(folder), *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a `#` and an umlaut, which must survive the way through database URLs."""
    return tmp_path_factory.mktemp("größen #1")


@pytest.fixture(scope="module")
def printed(folder: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(benchmark(folder, *CHOSEN, "--format", "json"))
    return result


@pytest.fixture
def figures(printed: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = printed["scenarios"]["two-days"]
    return found


def line(figures: dict[str, Any], range_: str, type_: str, way: str) -> dict[str, Any]:
    return next(one for one in figures["lines"] if (one["range"], one["type"], one["way"]) == (range_, type_, way))


@pytest.mark.sqlite_files
class TestTinyRun:
    def test_earnings_alone_are_measured_once_beside_the_monitors_ways(self, folder: Path) -> None:
        found = json.loads(benchmark(folder, "--type", "earnings", "--format", "json"))["scenarios"]["two-days"]
        there = [(one["range"], one["way"]) for one in found["lines"]]
        assert there == [("24h", way.key) for way in (*COMPARISON, *BESIDE_EARNINGS)]
        assert found["lines"][0]["goal"]["wall_ms"] == 100

    def test_each_range_has_every_way_for_every_type_and_what_it_is_compared_with(
        self, figures: dict[str, Any]
    ) -> None:
        there = [(one["range"], one["type"], one["way"]) for one in figures["lines"]]
        each = [(type_, way.key) for type_ in ("performance", "earnings") for way in COMPARISON]
        beside = [("performance", "sample"), (ANY_TYPE, "group_by"), (ANY_TYPE, "full_load")]
        of_month = [("1h", "earnings", way.key) for way in BESIDE_EARNINGS]
        assert there == [*((range_, *of) for range_ in ("1h", "24h") for of in (*each, *beside)), *of_month]

    def test_times_cpu_and_rows_are_reported(self, figures: dict[str, Any]) -> None:
        for one in figures["lines"]:
            assert 0 < one["wall_ms"]["min"] <= one["wall_ms"]["median"] <= one["wall_ms"]["max"]
            assert one["cpu_s"] >= 0
        assert line(figures, "24h", "performance", "cold")["rows"] > 0
        assert line(figures, "24h", "performance", "cached")["rows"] == 0
        assert line(figures, "24h", ANY_TYPE, "full_load")["rows"] == 600
        assert line(figures, "24h", ANY_TYPE, "group_by")["rows"] == 600
        assert line(figures, "1h", ANY_TYPE, "group_by")["rows"] < 600

    def test_the_sample_reads_the_events(self, figures: dict[str, Any]) -> None:
        assert line(figures, "24h", "performance", "sample")["rows"] == 600

    def test_memory_is_measured_above_the_idle_process(self, figures: dict[str, Any]) -> None:
        assert figures["idle_megabytes"] > 20
        assert 0 < line(figures, "24h", "performance", "cold")["megabytes"] < figures["idle_megabytes"]

    def test_goals_stand_beside_the_figures(self, figures: dict[str, Any]) -> None:
        assert line(figures, "24h", "performance", "cold")["goal"] == {"wall_ms": 50, "megabytes": 30}
        assert line(figures, "24h", "performance", "cached")["goal"] == {"wall_ms": 2, "megabytes": None}
        assert set(line(figures, "24h", "performance", "cold")["met"].values()) <= {True, False}

    def test_it_says_whether_the_page_cache_was_dropped(self, figures: dict[str, Any]) -> None:
        assert figures["page_cache_dropped_before_cold_runs"] is True

    def test_it_says_what_counting_took(self, figures: dict[str, Any]) -> None:
        counting = figures["made"]["rollup"]
        assert counting["events"] == 600  # a minute has no whole event
        assert counting["events_a_second"] > 0
        assert counting["longest_write_ms"] > 0
        assert counting["bytes"] > 0

    def test_the_table_has_every_way_and_uses_the_database_that_is_there(
        self, folder: Path, printed: dict[str, Any]
    ) -> None:
        database = folder / "events-2x300-1d-counted.db"
        made = database.stat().st_mtime_ns
        text = benchmark(folder, "--type", "performance", "--range", "24h")
        assert all(way.label in text for way in WAYS)
        assert "< 50" in text
        assert "2 nodes x 300 events" in text
        assert "was asked to drop the file from its page cache" in text
        assert "Counting events into roll-ups" in text
        assert database.stat().st_mtime_ns == made

    def test_a_database_whose_making_was_broken_off_is_made_anew(self, tmp_path: Path) -> None:
        parameters = Parameters(2, 300, 1)
        (tmp_path / f"{parameters.name}.db").write_bytes(b"half a file")
        assert prepared(tmp_path, parameters).made["rollup"]["events"] == 600

    def test_a_database_with_other_tables_is_made_anew(self, tmp_path: Path) -> None:
        parameters = Parameters(2, 300, 1)
        (tmp_path / f"{parameters.name}.db").write_bytes(b"a file of long ago")
        (tmp_path / f"{parameters.name}.json").write_text(json.dumps({"schema": "of long ago"}))
        assert prepared(tmp_path, parameters).made["rollup"]["events"] == 600

    def test_of_pruned_events_only_the_sample_is_measured_beside(self, folder: Path) -> None:
        chosen = ("--scenario", "month", "--type", "performance", "--range", "24h", "--format", "json")
        lines = json.loads(benchmark(folder, *chosen))["scenarios"]["month"]["lines"]
        assert [one["way"] for one in lines] == [*(way.key for way in COMPARISON), "sample"]


def test_the_full_load_computes_the_same_figures_as_a_comparison(databases: None) -> None:
    call_command("demo", "--events-per-node", "900", "--days", "1", "--as-of", AS_OF.isoformat(), stdout=StringIO())
    names = ["attic-pi4", "Großmutters Rechner"]
    result = compare(validated(names, names, "performance", "24h", AS_OF, SAMPLE))
    rows, measured = load(names, Window.ending(AS_OF, 24))
    assert rows == 1800
    for node in result["nodes"]:
        values = measured[node["name"]].values
        assert len(values) == 21
        assert {key: by_key()[key].rounded(value) for key, value in values.items()} == {
            key: node["metrics"][key] for key in values
        }


def test_a_sample_knows_the_peak_of_its_memory() -> None:
    taken = sample(lambda: len(b"x" * 50_000_000))
    assert taken["rows"] == 50_000_000
    assert taken["peak"] > 45_000_000


def test_a_line_takes_the_median_time_and_the_most_memory() -> None:
    samples = [Sample(ms, ms / 1000, 10, peak=ms * 10**6) for ms in (30, 10, 80)]
    line = Line(24, "overall", COLD, Goal(ms=31, megabytes=79), samples)
    assert (line.wall_ms, line.range_ms, line.megabytes) == (30, (10, 80), 80)
    assert (line.in_time, line.in_memory) == (True, False)


@pytest.mark.parametrize(
    ("nodes", "days", "ms"),
    [(5, 1, 50), (5, 7, 50), (5, 30, 100), (2, 365, 300), (40, 30, 600), (40, 365, None), (41, 30, None)],
)
def test_the_goal_of_a_cold_answer_depends_on_nodes_and_range(nodes: int, days: int, ms: int | None) -> None:
    assert goal(COLD, nodes, days * 24) == Goal(ms, megabytes=30)


def test_other_answers_have_goals_of_memory_or_none() -> None:
    assert goal(WARM, 40, 24) == Goal(megabytes=30)
    assert goal(CACHED, 40, 24) == Goal(ms=2)
    assert goal(FULL_LOAD, 5, 24) == Goal()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--nodes", "1"), "--nodes must be at least 2"),
        (("--runs", "0"), "--runs must be at least 1"),
        (("--range", "soon"), "must be a number of hours or days"),
    ],
)
def test_a_wrong_argument_is_explained(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        benchmark(tmp_path, *arguments)


def test_a_folder_that_cannot_be_used_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be used"):
        benchmark(tmp_path / "file" / "below")
