"""From a valid request to its result: cache, single flight, one gathering per node, rankings."""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from django.conf import settings

from comparison import arrivals, cache, recent
from comparison.executor import executor
from comparison.flights import Flights
from comparison.gather import (
    WITH_EARNINGS,
    WITH_TRAFFIC,
    OnNode,
    Wanted,
    gather_node,
    gather_together,
    quietly,
    served_apart,
)
from comparison.metrics import EARNINGS, metrics_of
from comparison.money import own
from comparison.money.months import fleet
from comparison.money.own import Asked
from comparison.ranking import rankings
from comparison.request import SAMPLE, ComparisonRequest
from comparison.result import Comparison, NodeResult
from comparison.same_satellites import SameSatellites, as_list
from comparison.vetting import judged
from comparison.window import Window

logger = logging.getLogger(__name__)
T = TypeVar("T")

_flights: Flights[dict[str, Any], NodeResult] = Flights()


def compare(request: ComparisonRequest, on_node: OnNode | None = None) -> dict[str, Any]:
    """The comparison as `Comparison.as_dict()` describes it, from the cache if it is there.

    Identical requests that come while one is computed share its result. `on_node` is called with each node as soon
    as it is read, in whatever thread reads it, before what needs all nodes is known; of a result from the cache it is
    not called, and it must not raise. Raises EventsUnavailable,
    or NoPlace when a node's reading found no place within POOL_TIMEOUT; a node that fails otherwise
    has an `error` and the others are complete. Not to be called while holding a place.
    """
    recent.asked_for(request)
    key = cache.key_of(request)
    result = cache.get(key)
    if result is None:
        return _in_order(_flights.run(key, partial(_computed, key, request), on_node), request, cached=False)
    logger.info("Cache hit for comparison: nodes=%d type=%s range=%s", len(request.names), request.type, request.range)
    return _in_order(result, request, cached=True)


def _computed(key: str, request: ComparisonRequest, on_node: OnNode = quietly) -> dict[str, Any]:
    # The flight that this request just missed may have landed between its look into the cache and now.
    just_computed = cache.peek(key)
    return _stored(key, request, on_node) if just_computed is None else just_computed


def _stored(key: str, request: ComparisonRequest, on_node: OnNode, level: int = logging.INFO) -> dict[str, Any]:
    began = time.time()
    # Of a moment that is over, new events tell hardly anything new; nor of the other types, which count no last hour.
    arrived = arrivals.look() if request.as_of is None and request.type in WITH_TRAFFIC else None
    comparison = compute(request, level, on_node)
    result = comparison.as_dict()
    # A result with an error is not kept: the next request may well succeed.
    if not any(node.error for node in comparison.nodes):
        cache.put(key, result, began, arrived)
    return result


def recompute(request: ComparisonRequest) -> None:
    """Puts a new result in the place of the stored one, which nobody asked for: operators' figures do not count it."""
    key = cache.key_of(request)
    _flights.run(key, partial(_stored, key, request, level=logging.DEBUG))


def is_computing() -> bool:
    """Whether a comparison is being computed in this process."""
    return _flights.are_under_way()


def compute(request: ComparisonRequest, level: int = logging.INFO, on_node: OnNode = quietly) -> Comparison:
    """Computes, without the cache. Logs one line for operators, at this level."""
    began = time.perf_counter()
    now = datetime.now(UTC)
    same = SameSatellites() if request.same_satellites else None
    wanted = Wanted(request.type, _asked(request), same)
    window, gathered = _gathered(request, wanted, on_node)
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
        history=_together(nodes),
        same_satellites=as_list(same.common or {}) if same else None,
    )
    _log(comparison, level)
    return comparison


def _asked(request: ComparisonRequest) -> Asked:
    if request.type not in WITH_EARNINGS:
        return Asked()
    return own.asked(request.months, with_costs=True) if request.type == EARNINGS else own.asked()


def _together(nodes: Sequence[NodeResult]) -> dict[str, Any] | None:
    histories = [node.history for node in nodes if node.history]
    return fleet(histories) if histories else None


def _gathered(request: ComparisonRequest, wanted: Wanted, on_node: OnNode) -> tuple[Window, list[NodeResult]]:
    """The window that was really used, and the nodes: together as far as that goes well, the others each apart.

    The wait for a place counts from here, the executor's queue included.
    """
    place_until = time.monotonic() + settings.POOL_TIMEOUT
    asked = wanted, request.names, request.window, request.basis == SAMPLE
    together = executor().submit(gather_together, *asked, place_until, on_node).result()
    if wanted.same is not None and wanted.same.common is None:
        known = _each(
            request.names, lambda name: served_apart(wanted, name, together.window, together.shared, place_until)
        )
        wanted.same.decide({name: served for name, served in known.items() if served is not None})
        place_until = time.monotonic() + settings.POOL_TIMEOUT
    others = [name for name in request.names if name not in together.nodes]
    found = together.nodes | _each(
        others, lambda name: gather_node(wanted, name, together.window, together.shared, place_until, on_node)
    )
    return together.window, [found[name] for name in request.names]


def _each(names: Sequence[str], gathered: Callable[[str], T]) -> dict[str, T]:
    """Of each node by its name, in the executor's threads; the first that raises ends it."""
    gatherings: dict[str, Future[T]] = {name: executor().submit(gathered, name) for name in names}
    try:
        return {name: gathering.result() for name, gathering in gatherings.items()}
    finally:
        for gathering in gatherings.values():
            gathering.cancel()


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
