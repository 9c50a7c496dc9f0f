"""Roll-ups against the naive oracle: random rows, batches, prunes and ids that are given out again."""

from itertools import count
from typing import Any

import pytest
from django.db import connections
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from comparison.distribution import Distribution
from nodes.models import RollupBatch, RollupCount, RollupNode
from nodes.rollups import watermark
from nodes.rollups.codes import HOUR, NO_TIME
from nodes.rollups.roll import rollup_once
from nodes.router import EVENTS
from tests.comparison import strategies
from tests.nodes.rollups import oracle, tables
from tests.nodes.rollups.lifelike import event
from tests.nodes.rollups.oracle import Row

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
examples = settings(max_examples=40, deadline=None, suppress_health_check=SHARED, phases=[Phase.generate])
NO_SUCH_TIMES = ["2026-02-30T10:00:00+00:00", "2026-11-23T24:00:00+00:00", "0001-01-01T00:00:00+00:00"]


def rows(broken: bool) -> st.SearchStrategy[Row]:
    some = st.tuples(
        strategies.events(broken),
        st.sampled_from([None, *strategies.SATELLITES]),
        strategies.rarely(st.sampled_from(NO_SUCH_TIMES), st.none()),
        strategies.rarely(st.sampled_from([0, 2**40, 2**62]), st.none()),
        st.sampled_from([reason for reason in oracle.REASONS if broken or not isinstance(reason, bytes)]),
    )
    return some.map(
        lambda parts: {
            **parts[0],
            "satellite_id": parts[1],
            "timestamp": parts[2] or parts[0]["timestamp"],
            "duration_ms": parts[0]["duration_ms"] if parts[3] is None else parts[3],
            "error_reason": parts[4],
        }
    )


def steps(broken: bool) -> st.SearchStrategy[list[tuple[str, Any]]]:
    step = st.one_of(
        st.tuples(st.just("insert"), st.lists(rows(broken), min_size=1, max_size=25)),
        st.tuples(st.just("roll"), st.sampled_from([1, 3, 7, 50_000])),
        st.tuples(st.just("delete some"), st.sets(st.integers(0, 60), max_size=20)),
        st.tuples(st.just("delete newest"), st.integers(1, 30)),
        st.tuples(st.just("delete all"), st.none()),
    )
    return st.lists(step, min_size=2, max_size=14)


class Simulated:
    """The monitor's table and what was counted of it, in memory; ids are given out as SQLite does it."""

    def __init__(self) -> None:
        self.table: dict[int, Row] = {}
        self.counted: dict[str, Row] = {}
        self.resumed = 0
        self._pieces = count()
        tables.empty()

    def take(self, step: str, detail: Any) -> None:
        match step:
            case "insert":
                self.insert(detail)
            case "roll":
                self.roll(detail)
            case "delete some":
                self.delete([id_ for place, id_ in enumerate(sorted(self.table)) if place in detail])
            case "delete newest":
                self.delete(sorted(self.table)[-detail:])
            case "delete all":
                self.delete(list(self.table))

    def insert(self, some: list[Row]) -> None:
        first = max(self.table, default=0) + 1
        new = [row | {"id": first + n, "piece_id": f"piece {next(self._pieces)}"} for n, row in enumerate(some)]
        tables.insert(new)
        self.table |= {row["id"]: row for row in new}

    def delete(self, ids: list[int]) -> None:
        tables.delete(ids)
        self.resumed += 1
        for id_ in ids:
            del self.table[id_]

    def roll(self, limit: int) -> None:
        new = [self.table[id_] for id_ in sorted(self.table) if self.table[id_]["piece_id"] not in self.counted]
        rollup_once(limit)
        self.counted |= {row["piece_id"]: row for row in new[:limit]}

    def roll_all(self) -> None:
        while rollup_once(50_000).events:
            pass
        self.counted |= {row["piece_id"]: row for row in self.table.values()}


def check(simulated: Simulated) -> None:
    counted = list(simulated.counted.values())
    assert tables.counts() == oracle.counts(counted)
    assert tables.points() == oracle.points(counted)
    assert tables.paid() == oracle.paid(counted)
    assert tables.hours() == oracle.hours(counted)
    assert tables.failures() == oracle.failures(counted)
    exact, approximate = oracle.durations(counted), tables.histograms()
    assert approximate.keys() == exact.keys()
    for key, values in exact.items():
        for percent in (1, 50, 95, 99, 100):
            true = min(oracle.nearest_rank(values, percent), 2**40)
            found = Distribution.of_counts(approximate[key]).percentile(percent)
            assert found is not None
            assert abs(found - true) <= true / 100, (key, percent)
    stored = tables.point_percentiles()
    assert stored.keys() == {(*key, percent) for key in exact for percent in (50, 95)}
    for (*of, percent), stored_ms in stored.items():
        assert stored_ms == Distribution.of_counts(approximate[tuple(of)]).percentile(percent)


def test_every_number_equals_the_oracles_whatever_happens_between_batches(
    databases: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watermark, "MARK_EVERY", 1)

    @examples
    @given(steps(connections["events"].vendor == "sqlite"))
    def run(some: list[tuple[str, Any]]) -> None:
        simulated = Simulated()
        for step, detail in some:
            simulated.take(step, detail)
        simulated.roll_all()
        check(simulated)

    run()


def test_ids_given_out_again_count_nothing_twice_and_lose_less_than_the_distance_of_marks(
    databases: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watermark, "MARK_EVERY", 4)

    @examples
    @given(steps(False))
    def run(some: list[tuple[str, Any]]) -> None:
        simulated = Simulated()
        for step, detail in some:
            simulated.take(step, detail)
            if step == "insert":
                simulated.roll_all()
        simulated.roll_all()
        found, expected = attempts(tables.counts()), attempts(oracle.counts(simulated.counted.values()))
        assert all(found.get(key, 0) <= expected.get(key, 0) for key in found | expected)
        assert once_each(expected) - once_each(found) <= 3 * simulated.resumed

    run()


def once_each(attempts: dict[tuple[Any, ...], int]) -> int:
    """Events: not those of days and weeks too, in which each is counted again."""
    return sum(number for key, number in attempts.items() if key[1] in (HOUR, NO_TIME))


def attempts(counts: oracle.Counts) -> dict[tuple[Any, ...], int]:
    return {key: sums[0] for key, sums in counts.items()}


def test_first_and_last_event_of_a_node_are_known(databases: None) -> None:
    stamps = ["2026-11-23T11:00:00+00:00", "2026-11-20T09:30:00.5+00:00", "2026-11-21T09:30:00.500000+00:00", "x"]
    tables.insert(event(id_, timestamp=stamp) for id_, stamp in enumerate(stamps, start=1))
    rollup_once(2)
    rollup_once()
    node = RollupNode.objects.get()
    assert (node.name, node.first_event, node.last_event) == ("attic", stamps[2], stamps[0])


def test_rows_without_a_usable_node_name_are_passed_over(databases: None) -> None:
    tables.insert([event(1, node_name=None), event(2, node_name=" "), event(3, node_name="x" * 3000), event(4)])
    assert rollup_once().events == 4
    assert set(RollupNode.objects.values_list("name", flat=True)) == {"attic"}


def test_a_batch_of_many_hours_is_made_smaller_so_that_its_write_stays_short(
    databases: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nodes.rollups.roll.MOST_ROWS", 30)
    tables.insert(event(id_, timestamp=f"2026-11-{id_ % 28 + 1:02}T11:00:00+00:00") for id_ in range(1, 101))
    assert rollup_once().events < 50
    while rollup_once().behind:
        pass
    assert sum(attempts for attempts, _ in tables.counts().values()) == 3 * 100


def test_a_batch_of_many_nodes_is_not_read_over_and_over_until_it_is_small_enough(
    databases: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nodes.rollups.roll.MOST_ROWS", 60)
    tables.insert(event(id_, node_name=f"n{id_ % 10}") for id_ in range(1, 1001))
    with CaptureQueriesContext(connections[EVENTS]) as queries:
        counted = rollup_once().events
    assert 0 < counted < 10
    assert sum("FROM alike" in query["sql"] for query in queries.captured_queries) <= 9


def test_a_batch_of_failures_of_which_each_has_a_reason_of_its_own_is_made_smaller_and_all_are_counted(
    databases: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nodes.rollups.roll.MOST_ROWS", 30)
    monkeypatch.setattr("nodes.rollups.increments.MOST_REASONS", 40)
    rows = [event(id_, status="failed", error_reason=f"no {chr(0x4E00 + id_)}") for id_ in range(1, 101)]
    tables.insert(rows)
    assert rollup_once().events < 50
    while rollup_once().behind:
        pass
    found = tables.failures()
    assert sum(found.values()) == 3 * 100
    kept = {key[-1] for key in found} - {None}
    assert len(kept) == 40
    assert kept < {row["error_reason"] for row in rows}
    assert sum(attempts for key, attempts in found.items() if key[-1] is None) == 3 * 60


def test_addresses_do_not_make_a_batch_smaller(databases: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodes.rollups.roll.MOST_ROWS", 30)
    tables.insert(event(id_, status="failed", error_reason=f"read 10.0.0.1:{id_}: EOF") for id_ in range(1, 101))
    assert rollup_once().events == 100
    assert {key[-1] for key in tables.failures()} == {"read …: EOF"}


def test_no_reason_is_counted_as_such_even_when_the_reasons_are_full(
    databases: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nodes.rollups.increments.MOST_REASONS", 1)
    texts = ["EOF", "broken pipe", None]
    tables.insert(event(id_, status="failed", error_reason=text) for id_, text in enumerate(texts, start=1))
    while rollup_once(1).behind:
        pass
    assert {key[-1] for key in tables.failures()} == {"EOF", None, ""}


def test_records_of_batches_are_forgotten_with_their_last_event(databases: None) -> None:
    tables.insert(event(id_) for id_ in range(1, 11))
    for _ in range(10):
        rollup_once(1)
    tables.delete([1, 2, 3, 5])
    tables.insert([event(11)])
    rollup_once()
    kept = RollupBatch.objects.using("events").values_list("last_id", flat=True)
    assert set(kept) == {4, 6, 7, 8, 9, 10, 11}


@pytest.mark.sqlite_files
@pytest.mark.parametrize("column", ["node_name", "timestamp", "satellite_id", "error_reason", "piece_id"])
def test_text_that_is_not_utf_8_does_not_end_the_counting(databases: None, column: str) -> None:
    tables.insert(event(id_, status="failed") for id_ in range(1, 4))
    with connections["events"].cursor() as cursor:
        cursor.execute(f"UPDATE events SET {column} = CAST(x'ff41ff' AS TEXT) WHERE id IN (2, 3)")
    assert [rollup_once(2).events, rollup_once(2).events, rollup_once(2).events] == [2, 1, 0]
    uncounted = 2 if column == "node_name" else 0
    counted = RollupCount.objects.filter(span__in=(HOUR, NO_TIME)).aggregate(all=Sum("attempts"))
    assert counted == {"all": 3 - uncounted}
