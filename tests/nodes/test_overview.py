from datetime import UTC, datetime, timedelta

import pytest

from nodes import overview as module
from nodes.models import Event, Reputation, StorageSnapshot
from nodes.overview import overview, spans

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def event(name: str, hours_before: float, **values: object) -> None:
    Event.objects.create(node_name=name, timestamp=NOON - timedelta(hours=hours_before), **values)


def snapshot(hours_before: float, used: int | None, total: int | None = 100) -> None:
    at = NOON - timedelta(hours=hours_before)
    StorageSnapshot.objects.create(node_name="a", timestamp=at, used_bytes=used, total_bytes=total)


def score(satellite: str, hours_before: float, online: float | None) -> None:
    at = NOON - timedelta(hours=hours_before)
    Reputation.objects.create(node_name="a", satellite=satellite, timestamp=at, online_score=online)


def test_the_last_event_is_the_newest_before_the_moment_asked_for(databases: None) -> None:
    event("a", 3)
    event("a", 1)
    event("a", -1)
    assert overview(["a"], NOON)["a"].last_event == NOON - timedelta(hours=1)


def test_events_of_the_last_24_hours_are_counted_from_the_first_moment_on(databases: None) -> None:
    for hours in (25, 24, 1, 0):
        event("a", hours)
    assert str(overview(["a"], NOON)["a"].events_last_day) == "2"


def test_a_count_that_stops_at_its_limit_says_so(databases: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COUNT_AT_MOST", 2)
    for hours in (1, 2, 3):
        event("a", hours)
    event("b", 1)
    event("b", 2)
    figures = overview(["a", "b"], NOON)
    assert [str(figures[name].events_last_day) for name in "ab"] == ["2+", "2"]


def test_many_nodes_share_what_may_be_counted(databases: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COUNT_IN_ALL", 4)
    for hours in (1, 2, 3):
        event("a", hours)
    assert str(overview(["a", "b"], NOON)["a"].events_last_day) == "2+"


def test_used_space_is_of_the_newest_snapshot_that_knows_it(databases: None) -> None:
    snapshot(5, 10)
    snapshot(4, 20)
    snapshot(3, None)
    snapshot(2, 30, total=None)
    snapshot(-1, 40)
    assert overview(["a"], NOON)["a"].used_bytes == 20


def test_the_online_score_is_the_worst_of_the_latest_of_each_satellite(databases: None) -> None:
    score("eu1", 9, 10.0)
    score("eu1", 2, 99.0)
    score("us1", 3, 97.5)
    score("ap1", 1, None)
    worst = overview(["a"], NOON)["a"].online_score
    assert worst is not None
    assert (worst.value, worst.at, worst.is_old) == (97.5, NOON - timedelta(hours=3), False)


def test_a_score_of_more_than_two_days_ago_is_old(databases: None) -> None:
    score("eu1", 49, 99.0)
    worst = overview(["a"], NOON)["a"].online_score
    assert worst is not None
    assert worst.is_old


def test_a_name_without_any_row_has_no_figures_but_a_count_of_zero(databases: None) -> None:
    figures = overview(["x'; --"], NOON)["x'; --"]
    assert (figures.last_event, str(figures.events_last_day), figures.used_bytes, figures.online_score) == (
        None,
        "0",
        None,
        None,
    )


def test_no_names_need_no_figures(databases: None) -> None:
    assert overview([], NOON) == {}


def test_spans_tell_the_oldest_and_newest_event_of_each_name(databases: None) -> None:
    for hours in (30, 20, 10):
        event("a", hours)
    (span,) = spans(["a"])
    assert (str(span.count), span.oldest, span.newest) == (
        "3",
        NOON - timedelta(hours=30),
        NOON - timedelta(hours=10),
    )
