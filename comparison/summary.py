"""What a comparison says in short: who is last and where, who is best, what is earned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from comparison.basis import attempts_left_out, moment, window_of
from comparison.metrics import Metric, by_key
from comparison.ranks import standings, telling
from comparison.result import Ranking, Result
from comparison.units import counted, shown
from nodes.display import unbroken

MOST_GAPS = MOST_NAMED = 3
# Of the 41 audits that a flawless node may fail in a row: so few left are worth the first line.
FEW = 10
# Of the 288 that a node may be offline that never was.
FEW_HOURS = 48
MUCH = 0.1  # of the window, before its first event: what it says of itself is then not what is known


@dataclass(frozen=True)
class Gap:
    """A metric in which a node is last, with its value and the best one."""

    label: str
    value: str
    best: str


@dataclass(frozen=True)
class Often:
    """The nodes that are most often at one end, each with how often; `more` share the last count and are not named."""

    nodes: list[tuple[str, int]]
    more: int


@dataclass(frozen=True)
class Earned:
    """Of one calendar month; `total` is the sum of the amounts that are shown."""

    month: str
    total: str
    highest: tuple[str, str]
    lowest: tuple[str, str]


@dataclass(frozen=True)
class Limited:
    """How many nodes are described by their newest events only, and how much of the window those span, in words."""

    nodes: int
    least: str
    most: str


@dataclass(frozen=True)
class Summary:
    """`at_risk` are nodes that may fail only so few audits, `offline` those that may be offline so few hours, `down`
    those whose API does not answer, and since when; `silent` are those without events in the window. `begun` is when
    the first event of any node is known, where that is long after the window's start, and `reach` how long before its
    end, in words.
    """

    metrics: int
    last: Often
    gaps: list[Gap]
    best: Often
    earned: Earned | None
    failed: list[str]
    limited: Limited | None
    at_risk: list[tuple[str, int]]
    offline: list[tuple[str, int]]
    down: list[tuple[str, datetime]]
    silent: list[str]
    begun: datetime | None
    reach: str


def summary(result: Result, labels: Mapping[str, str]) -> Summary:
    standing = standings(result)
    last = _by_count({each.name: each.last for each in standing})
    best = _by_count({each.name: each.best for each in standing})
    alone = len(last) == 1 or (len(last) > 1 and last[0][1] > last[1][1])
    begun = _begun(result)
    return Summary(
        metrics=telling(result["rankings"].values()),
        last=_often(last, labels),
        gaps=_gaps(last[0][0], result) if alone else [],
        best=_often(best, labels),
        earned=_earned(result, labels),
        failed=[labels.get(node["name"], node["name"]) for node in result["nodes"] if node["error"]],
        limited=_limited(result),
        at_risk=_with_few("audit_failures_left", FEW, result, labels),
        offline=_with_few("offline_hours_left", FEW_HOURS, result, labels),
        down=_down(result, labels),
        silent=_silent(result, labels),
        begun=begun,
        reach=in_words(window_of(result).end - begun) if begun else "",
    )


def _begun(result: Result) -> datetime | None:
    window = window_of(result)
    known = [node["details"]["coverage"]["first"] for node in result["nodes"] if node.get("details")]
    first = min((moment(text) for text in known if text), default=window.start)
    late = window.start + (window.end - window.start) * MUCH
    return first if late < first < window.end else None


def _limited(result: Result) -> Limited | None:
    end = moment(result["window"]["end"])
    bases = [node["basis"] for node in result["nodes"]]
    spans = sorted(end - moment(basis["from"]) for basis in bases if basis["limited"] and basis["from"])
    return Limited(len(spans), in_words(spans[0]), in_words(spans[-1])) if spans else None


def in_words(span: timedelta) -> str:
    """About how long, in the largest unit of which there are two or more."""
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if span.total_seconds() >= 2 * seconds:
            return counted(round(span.total_seconds() / seconds), unit)
    return "2 minutes" if span.total_seconds() > 60 else "1 minute"


def _with_few(key: str, few: int, result: Result, labels: Mapping[str, str]) -> list[tuple[str, int]]:
    left = [(node["name"], node["metrics"].get(key)) for node in result["nodes"]]
    found = [(labels.get(name, name), number) for name, number in left if number is not None and number <= few]
    return sorted(found, key=lambda item: item[1])


def _down(result: Result, labels: Mapping[str, str]) -> list[tuple[str, datetime]]:
    since = [(node["name"], (node.get("risk") or {}).get("down_since")) for node in result["nodes"]]
    return [(labels.get(name, name), moment(text)) for name, text in since if text]


def _silent(result: Result, labels: Mapping[str, str]) -> list[str]:
    return [
        labels.get(node["name"], node["name"])
        for node in result["nodes"]
        if not node["error"]
        and "traffic" in node["basis"]["groups"]
        and not node["basis"]["events"]
        and not attempts_left_out(node)
    ]


def _by_count(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(((name, count) for name, count in counts.items() if count), key=lambda item: -item[1])


def _often(found: list[tuple[str, int]], labels: Mapping[str, str]) -> Often:
    named, rest = found[:MOST_NAMED], found[MOST_NAMED:]
    more = sum(count == named[-1][1] for _, count in rest)
    return Often([(labels.get(name, name), count) for name, count in named], more)


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
    return Gap(unbroken(metric.label), str(shown(metric, own)), str(shown(metric, best)))


def _proportion(one: float, other: float) -> float:
    return abs(one - other) / (max(abs(one), abs(other)) or 1)


def _earned(result: Result, labels: Mapping[str, str]) -> Earned | None:
    metric = by_key()["total_earnings"]
    values = {
        labels.get(node["name"], node["name"]): node["metrics"][metric.key]
        for node in result["nodes"]
        if node["metrics"].get(metric.key) is not None
    }
    # Less than half a cent is no news.
    if not any(round(value, metric.decimals) for value in values.values()):
        return None
    text = {label: str(shown(metric, value)) for label, value in values.items()}
    highest, lowest = max(values, key=values.__getitem__), min(values, key=values.__getitem__)
    total = str(shown(metric, sum(values.values())))
    month = f"{moment(result['window']['end']) - timedelta(microseconds=1):%B %Y}"
    return Earned(month, total, (highest, text[highest]), (lowest, text[lowest]))
