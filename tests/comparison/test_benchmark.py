import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from comparison.benchmarking import child
from comparison.benchmarking.full_load import load
from comparison.benchmarking.ways import COLD, FULL_LOAD, WAYS, Line, Sample, ratios
from comparison.engine import compare
from comparison.metrics import TYPES, by_key
from comparison.request import SAMPLE, validated
from comparison.window import Window

SMALL = ("--nodes", "2", "--events-per-node", "300", "--days", "1", "--runs", "1")
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
def figures(folder: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(benchmark(folder, "--format", "json"))
    return result


def line(figures: dict[str, Any], type_: str, way: str) -> dict[str, Any]:
    return next(one for one in figures["lines"] if (one["type"], one["way"]) == (type_, way))


@pytest.mark.sqlite_files
class TestTinyRun:
    def test_every_way_is_measured_for_every_type(self, figures: dict[str, Any]) -> None:
        there = [(one["type"], one["way"]) for one in figures["lines"]]
        each = [(type_, way) for type_ in TYPES for way in ("cold", "first", "warm", "cached")]
        assert there == [*each, ("any", "full_load")]

    def test_times_cpu_and_rows_are_reported(self, figures: dict[str, Any]) -> None:
        for one in figures["lines"]:
            assert 0 < one["wall_ms"]["min"] <= one["wall_ms"]["median"] <= one["wall_ms"]["max"]
            assert one["cpu_s"] >= 0
        assert line(figures, "performance", "cold")["rows"] == 600
        assert line(figures, "performance", "cached")["rows"] == 0
        assert line(figures, "any", "full_load")["rows"] == 600

    def test_memory_is_measured_above_the_idle_process(self, figures: dict[str, Any]) -> None:
        assert figures["idle_megabytes"] > 20
        assert 0 < line(figures, "performance", "cold")["megabytes"] < figures["idle_megabytes"]

    def test_goals_stand_beside_the_figures(self, figures: dict[str, Any]) -> None:
        assert line(figures, "overall", "cold")["goal"] == {"wall_ms": 500, "megabytes": 60}
        assert line(figures, "overall", "cached")["goal"] == {"wall_ms": 5, "megabytes": None}
        assert set(line(figures, "overall", "cold")["met"].values()) <= {True, False}

    def test_each_line_says_how_many_times_as_much_the_full_load_takes(self, figures: dict[str, Any]) -> None:
        assert line(figures, "performance", "warm")["full_load_is_times"]["wall_ms"] > 0
        assert line(figures, "performance", "warm")["full_load_is_times"]["rows"] == 1.0

    def test_it_says_whether_the_page_cache_was_dropped(self, figures: dict[str, Any]) -> None:
        assert figures["page_cache_dropped_before_cold_runs"] is True

    def test_the_table_has_every_way_and_uses_the_database_that_is_there(
        self, folder: Path, figures: dict[str, Any]
    ) -> None:
        database = folder / "events-2x300-1d.db"
        made = database.stat().st_mtime_ns
        text = benchmark(folder, "--type", "earnings")
        assert all(way.label in text for way in WAYS)
        assert "< 500" in text
        assert "2 nodes x 300 events, range 24h" in text
        assert "was asked to drop the file from its page cache" in text
        assert database.stat().st_mtime_ns == made

    def test_a_database_whose_making_was_broken_off_is_made_anew(self, tmp_path: Path) -> None:
        (tmp_path / "events-2x300-1d.db").write_bytes(b"half a file")
        assert "earnings" in benchmark(tmp_path, "--type", "earnings")


def test_the_full_load_computes_the_same_figures_as_a_comparison(databases: None) -> None:
    call_command("demo", "--events-per-node", "900", "--days", "1", "--as-of", AS_OF.isoformat(), stdout=StringIO())
    names = ["attic-pi4", "Großmutters Rechner"]
    result = compare(validated(names, names, "performance", "24h", AS_OF, SAMPLE))
    rows, measured = load(names, Window.ending(AS_OF, 24))
    assert rows == 1800
    for node in result["nodes"]:
        values = measured[node["name"]].values
        assert len(values) == 20
        assert {key: by_key()[key].rounded(value) for key, value in values.items()} == {
            key: node["metrics"][key] for key in values
        }


def test_a_sample_knows_the_peak_of_its_memory() -> None:
    sample = child.sample(lambda: len(b"x" * 50_000_000))
    assert sample["rows"] == 50_000_000
    assert sample["peak"] > 45_000_000


def test_a_line_takes_the_median_time_and_the_most_memory() -> None:
    line = Line("overall", COLD, [Sample(ms, ms / 1000, 10, peak=ms * 10**6) for ms in (30, 10, 80)])
    assert (line.wall_ms, line.range_ms, line.megabytes) == (30, (10, 80), 80)
    assert (line.in_time, line.in_memory) == (True, False)


def test_ratios_leave_out_memory_that_is_next_to_nothing() -> None:
    small = Line("overall", COLD, [Sample(10, 0.01, 100, peak=5000)])
    full = Line("any", FULL_LOAD, [Sample(2000, 1.0, 5000, peak=500 * 10**6)])
    assert ratios(small, full) == {"wall_ms": 200.0, "cpu_s": 100.0, "rows": 50.0, "megabytes": None}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(("--nodes", "1"), "--nodes must be at least 2"), (("--runs", "0"), "--runs must be at least 1")],
)
def test_a_wrong_argument_is_explained(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        benchmark(tmp_path, *arguments)


def test_a_folder_that_cannot_be_used_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be used"):
        benchmark(tmp_path / "file" / "below")
