"""Results made by hand, in the shape that the engine returns, for tests of what is shown."""

from collections.abc import Mapping
from typing import Any

from comparison.metrics import metrics_of
from comparison.ranking import rankings
from comparison.result import Basis, NodeResult, Value


def node(
    name: str,
    metrics: Mapping[str, Value] | None = None,
    *,
    error: str | None = None,
    limited: bool = False,
    cancels_recorded: bool = True,
    unranked: frozenset[str] = frozenset(),
    notes: tuple[str, ...] = (),
) -> NodeResult:
    groups: dict[str, dict[str, Any]] = {
        "traffic": {"source": "sample", "count": 9},
        "uploads": {"cancels_recorded": cancels_recorded},
    }
    basis = Basis(9, limited=limited, groups=groups)
    return NodeResult(name, {} if error else dict(metrics or {}), basis, list(notes), error, unranked=unranked)


def result(*nodes: NodeResult, type: str = "performance") -> dict[str, Any]:
    """As the engine returns it: metrics that a node does not name are None, rankings follow from the values."""
    keys = [metric.key for metric in metrics_of(type)]
    for each in nodes:
        if not each.error:
            each.metrics.update({key: each.metrics.get(key) for key in keys})
    return {
        "type": type,
        "range": "24h",
        "window": {"start": "2026-11-22T12:00:00+00:00", "end": "2026-11-23T12:00:00+00:00"},
        "generated_at": "2026-11-23T12:00:00.250000+00:00",
        "elapsed_ms": 41.3,
        "cached": False,
        "nodes": [each.as_dict() for each in nodes],
        "rankings": rankings(metrics_of(type), nodes),
    }
