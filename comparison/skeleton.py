"""The sheet before its figures are known, and the figures of a node before those of the others are."""

from collections.abc import Mapping

from comparison.groups import groups_of
from comparison.present import Cell, Column, Row, Section, Sheet
from comparison.ranks import Standing
from comparison.request import ComparisonRequest
from comparison.result import NodeResult
from comparison.units import shown


def skeleton(request: ComparisonRequest, labels: Mapping[str, str]) -> Sheet:
    columns = [Column(name, labels.get(name, name), "", False, Standing(name, 0, 0)) for name in request.names]
    cells = [Cell("") for _ in request.names]
    return Sheet(
        columns,
        [
            Section(group, [Row(metric, cells) for metric in metrics], None)
            for group, metrics in groups_of(request.type)
        ],
    )


def cells_of(type: str, node: NodeResult) -> list[tuple[str, str]]:
    """Number and unit for each row of the sheet; what a failed node has instead is its error."""
    if node.error:
        return []
    texts = [shown(metric, node.metrics.get(metric.key)) for _, metrics in groups_of(type) for metric in metrics]
    return [(text.number, text.unit) for text in texts]
