import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.cache import caches
from django.db import connections

from comparison import cache, engine, executor
from comparison.engine import compare, compute
from comparison.request import ComparisonRequest
from nodes.errors import NoPlace
from nodes.models import Event, Node, Reputation
from nodes.places import places
from tests.comparison.conftest import AS_OF, NAMES, request_for

COMPLETED = "Node comparison completed"


class TestCache:
    def test_a_second_request_is_served_from_the_cache(
        self, three_nodes: list[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        first, second = compare(request_for()), compare(request_for())
        assert second == first | {"cached": True}
        assert [COMPLETED in message for message in caplog.messages] == [True, False]
        assert "Cache hit for comparison" in caplog.messages[1]

    def test_another_order_of_the_same_nodes_is_a_hit_in_that_order(self, three_nodes: list[str]) -> None:
        compare(request_for(*NAMES))
        result = compare(request_for(*reversed(NAMES)))
        assert result["cached"]
        assert [node["name"] for node in result["nodes"]] == NAMES[::-1]

    def test_editing_a_node_drops_the_results_that_contain_it(self, three_nodes: list[str]) -> None:
        node = Node.objects.create(name="attic")
        with_node, without = request_for("attic", "cellar"), request_for("cellar", "shed")
        compare(with_node)
        compare(without)
        node.label = "Attic"
        node.save()
        assert not compare(with_node)["cached"]
        assert compare(without)["cached"]
        assert compare(with_node)["cached"]

    def test_deleting_a_node_drops_the_results_that_contain_it(self, three_nodes: list[str]) -> None:
        node = Node.objects.create(name="attic")
        compare(request_for())
        node.delete()
        assert not compare(request_for())["cached"]

    def test_a_result_whose_node_was_edited_meanwhile_is_not_served(self, three_nodes: list[str]) -> None:
        request = request_for()
        began = time.time()
        result = compute(request).as_dict()
        cache.forget_node("attic")
        cache.put(cache.key_of(request), result, began)
        assert not compare(request)["cached"]

    def test_ties_keep_the_order_asked_for(self, three_nodes: list[str]) -> None:
        Event.objects.create(timestamp=AS_OF - timedelta(minutes=1), action="GET", status="success", node_name="x")
        for name in (*NAMES, "x"):
            Reputation.objects.create(timestamp=AS_OF, node_name=name, satellite="s", audit_score=100.0)
        orders = ([*NAMES, "x"], ["x", *NAMES[::-1]])
        assert [compare(request_for(*order))["rankings"]["audit_score"] for order in orders] == [[o] for o in orders]

    def test_only_so_many_results_are_kept(self, three_nodes: list[str], memory_cache: None) -> None:
        entries = caches["comparison"]
        for minutes in range(200):
            compare(ComparisonRequest(tuple(NAMES), "earnings", 24, AS_OF - timedelta(minutes=minutes)))
        assert cache.statistics().entries == 100
        assert entries.get(cache.key_of(request_for(type="earnings"))) is None

    def test_the_least_recently_used_result_goes_first(self, three_nodes: list[str], memory_cache: None) -> None:
        def at(minutes: int) -> ComparisonRequest:
            return ComparisonRequest(tuple(NAMES), "earnings", 24, AS_OF - timedelta(minutes=minutes))

        for minutes in range(100):
            compare(at(minutes))
        compare(at(0))
        compare(at(100))
        assert compare(at(0))["cached"]
        assert not compare(at(1))["cached"]

    def test_a_cache_server_that_is_down_costs_time_but_not_the_answer(
        self, three_nodes: list[str], settings: LazySettings, caplog: pytest.LogCaptureFixture
    ) -> None:
        dead = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
        settings.CACHES = {"default": dead, "comparison": dead}
        assert [compare(request_for())["cached"] for _ in range(2)] == [False, False]
        assert "The cache does not work" in caplog.text


class TestSingleFlight:
    def test_fifty_equal_requests_at_once_are_computed_once(
        self, three_nodes: list[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        start = threading.Barrier(50)

        def one() -> dict[str, object]:
            start.wait()
            return compare(request_for())

        with ThreadPoolExecutor(50) as threads:
            answers = [future.result() for future in [threads.submit(one) for _ in range(50)]]
        assert sum(COMPLETED in message for message in caplog.messages) == 1
        assert all(answer | {"cached": False} == answers[0] | {"cached": False} for answer in answers)

    def test_a_request_that_just_missed_a_flight_gets_its_result(
        self, three_nodes: list[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        request = request_for()
        key = cache.key_of(request)
        assert cache.get(key) is None
        first = compare(request)
        # As in a thread that looked into the cache before, and asks for a flight only now.
        assert engine._computed(key, request)["generated_at"] == first["generated_at"]
        assert sum(COMPLETED in message for message in caplog.messages) == 1


class TestTrouble:
    def test_a_comparison_that_waits_too_long_for_a_thread_says_so(
        self, three_nodes: list[str], settings: LazySettings
    ) -> None:
        settings.COMPARISON_WORKERS, settings.POOL_TIMEOUT = 1, 1
        executor.shutdown()
        release = threading.Event()
        busy = executor.executor().submit(release.wait)
        threading.Timer(1.5, release.set).start()
        before = places.use().timeouts
        with pytest.raises(NoPlace, match="COMPARISON_WORKERS"):
            compare(request_for())
        assert (busy.result(), places.use().timeouts) == (True, before)
        executor.shutdown()

    def test_a_forked_process_has_threads_of_its_own(self, databases: None) -> None:
        assert executor.executor().submit(os.getpid).result() == os.getpid()
        child = os.fork()
        if child == 0:
            os._exit(executor.executor().submit(os.getpid).result(5) != os.getpid())
        assert os.waitpid(child, 0)[1] == 0

    def test_what_waits_in_the_queue_is_dropped_at_the_end(
        self, three_nodes: list[str], settings: LazySettings
    ) -> None:
        settings.COMPARISON_WORKERS = 1
        executor.shutdown()
        release = threading.Event()
        executor.executor().submit(release.wait)
        waiting = executor.executor().submit(print)
        executor.shutdown()
        release.set()
        assert waiting.cancelled()

    def test_a_comparison_without_a_place_gives_up_with_a_sentence(
        self, three_nodes: list[str], settings: LazySettings
    ) -> None:
        settings.MAX_POOL_SIZE, settings.POOL_TIMEOUT = places.use().in_use, 0.2
        with pytest.raises(NoPlace, match="MAX_POOL_SIZE"):
            compare(request_for())

    def test_a_failing_node_leaves_the_others_complete_and_is_not_kept(
        self, three_nodes: list[str], settings: LazySettings
    ) -> None:
        # A surrogate cannot be sent to any database, so this one node fails on the way there.
        request = ComparisonRequest(("attic", "\ud800", "shed"), "performance", 24, AS_OF)
        settings.COMPARISON_CACHE_TTL = 60
        first, second = compare(request), compare(request)
        good, bad, also_good = first["nodes"]
        assert good["metrics"]["total_operations"] == also_good["metrics"]["total_operations"] == 60
        assert (bad["metrics"], bad["basis"]["events"]) == ({}, 0)
        assert bad["error"]
        assert all("\ud800" not in group for ranking in first["rankings"].values() for group in ranking)
        assert not second["cached"]


def test_the_newest_of_equal_time_stamps_is_the_higher_id(databases: None, settings: LazySettings) -> None:
    settings.MAX_EVENTS_FOR_COMPARISON = 1
    at = AS_OF - timedelta(minutes=1)
    for name in ("a", "b"):
        for status in ("failed", "success"):
            Event.objects.create(timestamp=at, action="GET", status=status, size=1, node_name=name)
    connections["events_readonly"].close()
    result = compare(request_for("a", "b"))
    assert [node["metrics"]["success_rate_download"] for node in result["nodes"]] == [100.0, 100.0]
