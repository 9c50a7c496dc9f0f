"""From a valid request to its result: cache, single flight, one gathering per node, rankings."""

import logging
import time
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from comparison import cache, recent
from comparison.executor import executor
from comparison.flights import Flights
from comparison.gather import WITH_EARNINGS, gather_node, gather_together
from comparison.metrics import metrics_of
from comparison.money import own
from comparison.ranking import rankings
from comparison.request import SAMPLE, ComparisonRequest
from comparison.result import Comparison, NodeResult
from comparison.vetting import judged
from comparison.window import Window

logger = logging.getLogger(__name__)

_flights: Flights[dict[str, Any]] = Flights()


def compare(request: ComparisonRequest) -> dict[str, Any]:
    """The comparison as `Comparison.as_dict()` describes it, from the cache if it is there.

    Identical requests that come while one is computed share its result. Raises EventsUnavailable,
    or NoPlace when a node's reading found no place within POOL_TIMEOUT; a node that fails otherwise
    has an `error` and the others are complete. Not to be called while holding a place.
    """
    recent.asked_for(request)
    key = cache.key_of(request)
    result = cache.get(key)
    if result is None:
        return _in_order(_flights.run(key, lambda: _computed(key, request)), request, cached=False)
    logger.info("Cache hit for comparison: nodes=%d type=%s range=%s", len(request.names), request.type, request.range)
    return _in_order(result, request, cached=True)


def _computed(key: str, request: ComparisonRequest) -> dict[str, Any]:
    # The flight that this request just missed may have landed between its look into the cache and now.
    just_computed = cache.peek(key)
    return _stored(key, request) if just_computed is None else just_computed


def _stored(key: str, request: ComparisonRequest, level: int = logging.INFO) -> dict[str, Any]:
    began = time.time()
    comparison = compute(request, level)
    result = comparison.as_dict()
    # A result with an error is not kept: the next request may well succeed.
    if not any(node.error for node in comparison.nodes):
        cache.put(key, result, began)
    return result


def recompute(request: ComparisonRequest) -> None:
    """Puts a new result in the place of the stored one, which nobody asked for: operators' figures do not count it."""
    key = cache.key_of(request)
    _flights.run(key, lambda: _stored(key, request, logging.DEBUG))


def is_computing() -> bool:
    """Whether a comparison is being computed in this process."""
    return _flights.are_under_way()


def compute(request: ComparisonRequest, level: int = logging.INFO) -> Comparison:
    """Computes, without the cache. Logs one line for operators, at this level."""
    began = time.perf_counter()
    now = datetime.now(UTC)
    if request.type in WITH_EARNINGS:
        own.refresh()
    window, gathered = _gathered(request)
    nodes = judged(gathered)
    comparison = Comparison(
        type=request.type,
        range=request.range,
        start=window.start,
        end=window.end,
        generated_at=now,
        elapsed_ms=round((time.perf_counter() - began) * 1000, 1),
        nodes=nodes,
        rankings=rankings(metrics_of(request.type), nodes),
    )
    _log(comparison, level)
    return comparison


def _gathered(request: ComparisonRequest) -> tuple[Window, list[NodeResult]]:
    """The window that was really used, and the nodes: together as far as that goes well, the others each apart.

    The wait for a place counts from here, the executor's queue included.
    """
    place_until = time.monotonic() + settings.POOL_TIMEOUT
    asked = request.type, request.names, request.window, request.basis == SAMPLE
    together = executor().submit(gather_together, *asked, place_until).result()
    apart: dict[str, Future[NodeResult]] = {
        name: executor().submit(gather_node, request.type, name, together.window, together.shared, place_until)
        for name in request.names
        if name not in together.nodes
    }
    try:
        found = together.nodes | {name: gathering.result() for name, gathering in apart.items()}
    finally:
        for gathering in apart.values():
            gathering.cancel()
    return together.window, [found[name] for name in request.names]


def _in_order(result: dict[str, Any], request: ComparisonRequest, cached: bool) -> dict[str, Any]:
    """The shared result in this request's order of nodes."""
    by_name = {node["name"]: node for node in result["nodes"]}
    place = {name: index for index, name in enumerate(request.names)}
    rankings = {
        key: [sorted(equal, key=place.__getitem__) for equal in groups] for key, groups in result["rankings"].items()
    }
    return result | {
        "cached": cached,
        "nodes": [by_name[name] for name in request.names],
        "rankings": rankings,
    }


def _log(comparison: Comparison, level: int) -> None:
    failed = sum(node.error is not None for node in comparison.nodes)
    logger.log(
        level,
        "Node comparison completed: nodes=%d type=%s range=%s ms=%.1f rows=%d failed=%d",
        len(comparison.nodes),
        comparison.type,
        comparison.range,
        comparison.elapsed_ms,
        sum(node.rows_read for node in comparison.nodes),
        failed,
    )
