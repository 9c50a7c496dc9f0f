"""Who is best: lists of groups of nodes, best first, equal values together."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from comparison.metrics import Metric
from comparison.result import NodeResult, Ranking


def rankings(metrics: Iterable[Metric], nodes: Sequence[NodeResult]) -> dict[str, Ranking]:
    """A ranking for every metric that has a better direction; empty where no node can be ranked."""
    return {metric.key: _ranking(metric, nodes) for metric in metrics if metric.better}


def _ranking(metric: Metric, nodes: Sequence[NodeResult]) -> Ranking:
    values = [
        (metric.ranked(value), node.name)
        for node in nodes
        if (value := node.metrics.get(metric.key)) is not None and metric.key not in node.unranked
    ]
    values.sort(key=lambda pair: pair[0], reverse=metric.better == "higher")
    return [[name for _, name in equal] for _, equal in groupby(values, key=lambda pair: pair[0])]
