"""What a comparison says in short: who is last and where, who is best, what is earned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comparison.metrics import Metric, by_key
from comparison.ranks import Standing, standings, telling
from comparison.result import Ranking
from comparison.units import shown

Result = Mapping[str, Any]

MOST_GAPS = 3


@dataclass(frozen=True)
class Gap:
    """A metric in which a node is last, with its value and the best one."""

    label: str
    value: str
    best: str


@dataclass(frozen=True)
class Leaders:
    """The nodes that are most often best, or most often last."""

    labels: list[str]
    count: int


@dataclass(frozen=True)
class Earned:
    total: str
    highest: tuple[str, str]
    lowest: tuple[str, str]


@dataclass(frozen=True)
class Summary:
    metrics: int
    last: Leaders | None
    gaps: list[Gap]
    best: Leaders | None
    earned: Earned | None
    failed: list[str]
    limited: int


def summary(result: Result, labels: Mapping[str, str]) -> Summary:
    standing = standings(result)
    last = _leaders({each.name: each.last for each in standing})
    best = _leaders({each.name: each.best for each in standing})
    failed = [labels.get(node["name"], node["name"]) for node in result["nodes"] if node["error"]]
    return Summary(
        metrics=telling(result["rankings"].values()),
        last=_labelled(last, standing, labels, "last"),
        gaps=_gaps(last[0], result) if len(last) == 1 else [],
        best=_labelled(best, standing, labels, "best"),
        earned=_earned(result, labels),
        failed=failed,
        limited=sum(node["basis"]["limited"] for node in result["nodes"]),
    )


def _leaders(counts: Mapping[str, int]) -> list[str]:
    most = max(counts.values(), default=0)
    return [name for name, count in counts.items() if count == most and most]


def _labelled(names: list[str], standing: list[Standing], labels: Mapping[str, str], end: str) -> Leaders | None:
    """None where there is nobody to name, or so many that naming them says nothing."""
    if not names or len(names) > 3:
        return None
    counts = {each.name: getattr(each, end) for each in standing}
    return Leaders([labels.get(name, name) for name in names], counts[names[0]])


def _gaps(name: str, result: Result) -> list[Gap]:
    """The metrics in which the node is last, the largest difference from the best, by proportion, first."""
    values = {node["name"]: node["metrics"] for node in result["nodes"]}
    found: list[tuple[float, Gap]] = []
    for key, ranking in result["rankings"].items():
        if _is_last(name, ranking):
            metric, own, best = by_key()[key], values[name][key], values[ranking[0][0]][key]
            found.append((_proportion(own, best), _gap(metric, own, best)))
    found.sort(key=lambda item: -item[0])
    return [gap for _, gap in found[:MOST_GAPS]]


def _is_last(name: str, ranking: Ranking) -> bool:
    return len(ranking) > 1 and name in ranking[-1]


def _gap(metric: Metric, own: float, best: float) -> Gap:
    return Gap(metric.label, str(shown(metric, own)), str(shown(metric, best)))


def _proportion(one: float, other: float) -> float:
    return abs(one - other) / (max(abs(one), abs(other)) or 1)


def _earned(result: Result, labels: Mapping[str, str]) -> Earned | None:
    metric = by_key()["total_earnings"]
    values = {
        labels.get(node["name"], node["name"]): node["metrics"][metric.key]
        for node in result["nodes"]
        if node["metrics"].get(metric.key) is not None
    }
    if not values:
        return None
    text = {label: str(shown(metric, value)) for label, value in values.items()}
    highest, lowest = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
    total = str(shown(metric, sum(values.values())))
    return Earned(total, (highest, text[highest]), (lowest, text[lowest]))
