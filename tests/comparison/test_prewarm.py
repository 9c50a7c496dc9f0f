"""Results that people look at again and again are computed anew before they run out."""

import logging
import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings

from comparison import cache, engine, prewarm, recent
from comparison.engine import compare
from comparison.prewarm import Prewarming
from comparison.request import ComparisonRequest
from nodes.models import Event
from tests.comparison.conftest import AS_OF

TTL = 60


@pytest.fixture(autouse=True)
def nothing_asked_for() -> None:
    recent.forget_all()


@pytest.fixture
def live_nodes(databases: None) -> None:
    moment = datetime.now(UTC) - timedelta(minutes=1)
    for name in "abcde":
        Event.objects.create(timestamp=moment, action="GET", status="success", size=1, node_name=name)


@pytest.fixture(autouse=True)
def an_idle_machine_of_several_cores(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    settings.COMPARISON_CACHE_TTL = TTL
    load_is(monkeypatch, 0.1)
    cores_are(monkeypatch, 4)


def load_is(monkeypatch: pytest.MonkeyPatch, load: float) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 9.0, 9.0))


def cores_are(monkeypatch: pytest.MonkeyPatch, cores: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))


def live(*names: str, hours: int = 24) -> ComparisonRequest:
    return ComparisonRequest(names or ("a", "b"), "earnings", hours)


def age(request: ComparisonRequest, seconds: float) -> None:
    """Its stored result, as if it had been computed so long before."""
    key = cache.key_of(request)
    result = cache.peek(key)
    assert result is not None
    cache.put(key, result, time.time() - seconds)


def asked_and_nearly_run_out(*requests: ComparisonRequest) -> list[float]:
    for request in requests:
        compare(request)
        age(request, TTL - 1)
    return [made(request) for request in requests]


def made(request: ComparisonRequest) -> float:
    found = cache.made_at(cache.key_of(request))
    assert found is not None
    return found


def test_a_result_that_is_about_to_run_out_is_renewed(live_nodes: None) -> None:
    (before,) = asked_and_nearly_run_out(live())
    assert Prewarming().renew_due() == 1
    assert made(live()) > before + TTL / 2
    assert compare(live())["cached"]


def test_a_result_with_time_left_is_not_renewed_until_that_has_passed(live_nodes: None) -> None:
    prewarming = Prewarming()
    compare(live())
    assert prewarming.renew_due() == 0
    age(live(), TTL - 1)
    assert prewarming.renew_due() == 0  # not looked at before its time
    assert Prewarming().renew_due() == 1


def test_only_the_three_that_were_asked_for_last_are_renewed(live_nodes: None) -> None:
    requests = [live(hours=hours) for hours in (1, 2, 3, 4, 5)]
    before = asked_and_nearly_run_out(*requests)
    compare(requests[0])
    assert Prewarming().renew_due() == 3
    renewed = [made(request) > moment for request, moment in zip(requests, before, strict=True)]
    assert renewed == [True, False, False, True, True]


def test_two_orders_of_the_same_nodes_are_one_comparison(live_nodes: None) -> None:
    asked_and_nearly_run_out(live("a", "b"), live("b", "a"))
    assert recent.recent() == [live("b", "a")]
    assert Prewarming().renew_due() == 1


def test_a_comparison_of_a_moment_is_not_renewed(live_nodes: None) -> None:
    asked_and_nearly_run_out(ComparisonRequest(("a", "b"), "earnings", 24, AS_OF))
    assert Prewarming().renew_due() == 0


def test_what_nobody_asked_for_within_the_hour_is_not_renewed(live_nodes: None) -> None:
    compare(live())
    now = time.monotonic()
    assert recent.recent(now + recent.REMEMBERED - 5) == [live()]
    assert recent.recent(now + recent.REMEMBERED + 5) == []


def test_renewing_is_no_asking(live_nodes: None) -> None:
    asked_and_nearly_run_out(live(hours=1), live(hours=2))
    assert Prewarming().renew_due() == 2
    assert recent.recent() == [live(hours=2), live(hours=1)]


def test_renewing_is_in_no_figure_of_the_cache_and_in_no_line_of_the_log(
    live_nodes: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    asked_and_nearly_run_out(live())
    before = cache.statistics()
    caplog.clear()
    assert Prewarming().renew_due() == 1
    assert cache.statistics() == before
    assert caplog.messages == []


def test_a_busy_machine_renews_nothing_until_it_is_idle(live_nodes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    prewarming = Prewarming()
    asked_and_nearly_run_out(live())
    load_is(monkeypatch, 4.0)
    assert prewarming.renew_due() == 0
    load_is(monkeypatch, 3.9)
    assert prewarming.renew_due() == 1


def test_nothing_is_renewed_while_a_comparison_is_computed(live_nodes: None) -> None:
    asked_and_nearly_run_out(live())
    assert engine._flights.run("another", lambda _: {"idle": prewarm.is_idle()}) == {"idle": False}
    assert prewarm.is_idle()


def test_nothing_is_renewed_on_one_core(live_nodes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_and_nearly_run_out(live())
    cores_are(monkeypatch, 1)
    assert Prewarming().renew_due() == 0


def test_nothing_is_renewed_where_no_result_is_kept(live_nodes: None, settings: LazySettings) -> None:
    asked_and_nearly_run_out(live())
    settings.COMPARISON_CACHE_TTL = 0
    assert Prewarming().renew_due() == 0


def test_what_is_in_the_cache_no_more_is_left_to_who_asks_next(live_nodes: None) -> None:
    asked_and_nearly_run_out(live())
    cache.clear()
    assert Prewarming().renew_due() == 0


def test_the_end_of_the_process_ends_it_between_two(live_nodes: None) -> None:
    asked_and_nearly_run_out(live(hours=1), live(hours=2))
    answers = iter([False, True])
    assert Prewarming().renew_due(lambda: next(answers)) == 1


def test_a_comparison_that_cannot_be_computed_is_given_up(
    live_nodes: None, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "comparison.prewarm")
    prewarming = Prewarming()
    asked_and_nearly_run_out(live())
    settings.MAX_POOL_SIZE, settings.POOL_TIMEOUT = 0, 0.1
    assert [prewarming.renew_due() for _ in range(3)] == [0, 0, 0]
    assert [m for m in caplog.messages if "ahead of time" in m] == caplog.messages[-1:]
    assert recent.recent() == []
