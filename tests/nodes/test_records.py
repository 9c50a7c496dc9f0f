import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from nodes import records
from nodes.models import Event, Reputation
from nodes.records import Criteria, RowPage, Source, page_of, row_of
from nodes.sql import MOST_PARTS

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVENTS = Source(Event, node_index=True)


def events(*minutes_before: float, name: str | None = "a", **values: object) -> None:
    stamps = [NOON - timedelta(minutes=minutes) for minutes in minutes_before]
    Event.objects.bulk_create([Event(node_name=name, timestamp=stamp, **values) for stamp in stamps])


def ids(page: RowPage) -> list[object]:
    return [row.pk for row in page.rows]


def test_rows_without_criteria_come_by_descending_id(databases: None) -> None:
    events(1, 3, 2)
    assert ids(page_of(EVENTS, Criteria())) == sorted(Event.objects.values_list("pk", flat=True), reverse=True)


def test_rows_of_a_node_come_newest_first_and_by_id_where_equal(databases: None) -> None:
    events(3, 1, 2, 1)
    events(0, name="b")
    first, second, third, fourth = Event.objects.filter(node_name="a").order_by("id").values_list("pk", flat=True)
    assert ids(page_of(EVENTS, Criteria(node="a"))) == [fourth, second, third, first]


def test_a_span_includes_its_start_and_excludes_its_end(databases: None) -> None:
    events(0, 1, 2, 3)
    page = page_of(EVENTS, Criteria(start=NOON - timedelta(minutes=2), end=NOON))
    assert [row.timestamp for row in page.rows] == [NOON - timedelta(minutes=1), NOON - timedelta(minutes=2)]  # type: ignore[attr-defined]


def test_pages_follow_each_other_without_gap_or_overlap(databases: None) -> None:
    events(*range(records.ROWS_ON_A_PAGE + 2))
    one, two = (page_of(EVENTS, Criteria(node="a"), number) for number in (1, 2))
    assert (one.has_next, two.has_next) == (True, False)
    assert len({*ids(one), *ids(two)}) == len(ids(one)) + len(ids(two)) == records.ROWS_ON_A_PAGE + 2


@pytest.fixture
def ten_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "SEARCHED", 10)


@pytest.mark.parametrize(
    "indexable", [Criteria(), Criteria(node="a"), Criteria(end=NOON), Criteria(node="a", end=NOON)]
)
def test_what_no_index_selects_is_searched_among_the_newest_rows_only(
    databases: None, ten_searched: None, indexable: Criteria
) -> None:
    events(20, 11, status="failed")
    events(*range(10, 3, -1), status="success")
    events(3, 2, 1, status="failed")
    page = page_of(EVENTS, Criteria(indexable.node, indexable.start, indexable.end, {"status": "failed"}))
    assert len(page.rows) == 3
    assert page.searched == 10


def test_the_way_further_back_leads_to_the_rows_that_were_not_searched(databases: None, ten_searched: None) -> None:
    events(20, 11, status="failed")
    events(*range(10, 0, -1), status="success")
    rare = {"status": "failed"}
    page = page_of(EVENTS, Criteria(node="a", equals=rare))
    assert page.rows == []
    page = page_of(EVENTS, Criteria(node="a", end=page.further_back, equals=rare))
    assert len(page.rows) == 2
    assert page.searched is None


def test_fewer_rows_than_are_searched_are_not_limited(databases: None, ten_searched: None) -> None:
    events(*range(9), status="failed")
    page = page_of(EVENTS, Criteria(equals={"status": "failed"}))
    assert (len(page.rows), page.searched, page.further_back) == (9, None, None)


def test_the_last_page_says_from_where_to_go_on(databases: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "LAST_PAGE", 1)
    events(*range(records.ROWS_ON_A_PAGE + 1))
    page = page_of(EVENTS, Criteria(node="a"))
    assert page.further_back == NOON - timedelta(minutes=records.ROWS_ON_A_PAGE - 1) + timedelta(seconds=1)


def test_a_broken_time_stamp_at_the_edge_of_the_search_does_no_harm(databases: None, ten_searched: None) -> None:
    insert = "INSERT INTO events (timestamp, node_name, status) VALUES (%s, 'a', 'failed')"
    with connections["events"].cursor() as cursor:
        cursor.executemany(insert, [("not a time",)] * 12)
    for node in (None, "a"):
        page = page_of(EVENTS, Criteria(node=node, equals={"status": "failed"}))
        assert len(page.rows) >= 10
        assert page.further_back is None


def test_a_node_without_any_event_has_an_empty_page(databases: None) -> None:
    events(1)
    assert page_of(EVENTS, Criteria(node="x", equals={"status": "failed"})).rows == []


def test_without_an_index_the_newest_rows_by_id_are_searched(databases: None, ten_searched: None) -> None:
    stamps = [NOON - timedelta(minutes=minute) for minute in range(12)]
    for name, at in zip("b" + "a" * 11, stamps, strict=True):
        Reputation.objects.create(node_name=name, satellite="eu1", timestamp=at)
    page = page_of(Source(Reputation), Criteria(node="b"))
    assert (page.rows, page.searched, page.further_back) == ([], 10, None)


@pytest.mark.parametrize("pk", ["0", "x", "", "-5", "1e3", "9" * 30, "9" * 5000, "²"])
def test_what_is_no_id_of_a_row_finds_none(databases: None, pk: str) -> None:
    assert row_of(EVENTS, pk) is None


MONITORS_OWN = ("timestamp", "node_name", "node_name, satellite_id, timestamp, status, action")


@pytest.mark.sqlite_files
@pytest.mark.parametrize("others", [(), MONITORS_OWN], ids=["our index", "the monitor's own indexes too"])
@pytest.mark.parametrize(
    "criteria",
    [
        {},
        {"node": "a"},
        {"node": "a", "end": NOON},
        {"end": NOON},
        {"start": NOON},
        {"start": NOON - timedelta(days=1), "end": NOON},
        {"node": "a", "start": NOON - timedelta(days=1)},
    ],
)
@pytest.mark.parametrize("equals", [{}, {"status": "failed"}, {"action": "GET_AUDIT", "status": "failed"}])
def test_every_search_walks_an_index_in_order(
    databases: None,
    monkeypatch: pytest.MonkeyPatch,
    criteria: dict[str, object],
    equals: dict[str, str],
    others: tuple[str, ...],
) -> None:
    for name in ("a", "b"):
        events(*range(-9, 10), name=name)
    monkeypatch.setattr(records, "FIRST_STEP", 1)
    monkeypatch.setattr(records, "SEARCH_SECONDS", 60)
    with further_indexes(others):
        plans = plans_of(Criteria(**criteria, equals=equals))  # type: ignore[arg-type]
    assert len(plans) > (5 if equals else 0)
    for plan in plans:
        assert "TEMP B-TREE" not in plan
        assert "SCAN" not in plan or not criteria
        if criteria:
            assert plan.count("INDEX idx_events_node_name_timestamp (node_name=?") == (1 if "node" in criteria else 3)


def plans_of(criteria: Criteria) -> list[str]:
    """Of the statements that tell the keys of its first page."""
    statements = [sql for sql in sent_by(criteria) if sql.startswith("SELECT timestamp, id")]
    with connections["events"].cursor() as cursor:
        plans = [cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall() for sql in statements]
    return ["\n".join(row[3] for row in plan) for plan in plans]


def sent_by(criteria: Criteria) -> list[str]:
    with CaptureQueriesContext(connections["events_readonly"]) as captured:
        page_of(EVENTS, criteria)
    return [query["sql"] for query in captured.captured_queries]


@contextmanager
def further_indexes(columns: Sequence[str]) -> Iterator[None]:
    names = {f"idx_of_monitor_{number}": each for number, each in enumerate(columns)}
    with connections["events"].cursor() as cursor:
        for name, each in names.items():
            cursor.execute(f"CREATE INDEX {name} ON events ({each})")
        yield
        for name in names:
            cursor.execute(f"DROP INDEX {name}")


@pytest.mark.sqlite_files
def test_an_edge_takes_the_place_of_a_bound(databases: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "FIRST_STEP", 1)
    monkeypatch.setattr(records, "SEARCH_SECONDS", 60)
    events(1, 2, 3)
    criteria = Criteria(node="a", start=NOON - timedelta(days=1), end=NOON, equals={"status": "failed"})
    statements = [sql for sql in sent_by(criteria) if sql.startswith("SELECT timestamp, id")]
    assert len(statements) > 2
    assert {(sql.count("timestamp >="), sql.count("timestamp <")) for sql in statements} == {(1, 1)}


@pytest.mark.parametrize("most_parts", [MOST_PARTS, 2])
@pytest.mark.parametrize("searched", [records.SEARCHED, 30])
@pytest.mark.parametrize("equals", [{}, {"status": "failed"}])
def test_rows_of_all_nodes_in_a_span_come_as_if_all_had_been_sorted(
    databases: None, monkeypatch: pytest.MonkeyPatch, most_parts: int, searched: int, equals: dict[str, str]
) -> None:
    monkeypatch.setattr(records, "MOST_PARTS", most_parts)
    monkeypatch.setattr(records, "FIRST_STEP", 7)
    monkeypatch.setattr(records, "SEARCHED", searched)
    monkeypatch.setattr(records, "SEARCH_SECONDS", 60)
    dice = random.Random(5)
    for name in (None, "", "a", "b\n", "ü 🚀", "z" * 240):
        for status in dice.choices(["failed", "success"], k=60):
            events(dice.randrange(150), name=name, status=status)
    start, end = NOON - timedelta(minutes=120), NOON - timedelta(minutes=10)
    rows = [row for row in Event.objects.filter(**equals) if start <= row.timestamp < end]
    in_order = sorted(rows, key=lambda row: (row.timestamp, row.pk), reverse=True)
    pages = [page_of(EVENTS, Criteria(start=start, end=end, equals=equals), number) for number in range(1, 9)]
    found = [id_ for page in pages for id_ in ids(page)]
    assert found == [row.pk for row in in_order[: len(found)]]
    assert len(found) == len(in_order) or pages[-1].searched


def test_there_may_be_more_nodes_than_one_statement_merges(databases: None) -> None:
    for number in range(MOST_PARTS + 150):
        events(number, name=f"node {number}")
    page = page_of(EVENTS, Criteria(end=NOON - timedelta(minutes=MOST_PARTS)))
    in_order = Event.objects.filter(timestamp__lt=NOON - timedelta(minutes=MOST_PARTS)).order_by("-timestamp")
    assert ids(page) == [row.pk for row in in_order[: records.ROWS_ON_A_PAGE]]
