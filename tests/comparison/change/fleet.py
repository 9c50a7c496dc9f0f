"""Generated fleets of which the truth is known: hourly figures of nodes, one of which may really have changed.

Each hour of a node has attempts by a daily and a weekly cycle and the node's own load. What makes transfers slow, or
lose races, is the sum of a daily cycle, a disturbance that all nodes share and one of the node's own, both
autocorrelated from hour to hour; single durations are log-normal with a heavy (Pareto) tail. A drift moves all nodes.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from comparison.actions import AUDIT, CANCELED, DOWNLOAD, FAILED, REPAIR_DOWNLOAD, REPAIR_UPLOAD, SUCCESS, UPLOAD
from comparison.change.windows import Windows, chosen
from comparison.spans import hour_of
from comparison.tally import Tallying, Traffic
from comparison.window import Window
from nodes.rollups.histogram import histogram_of
from nodes.rollups.packing import packed

CHANGED_AT = datetime(2026, 11, 9, tzinfo=UTC)  # a Monday
SHARED, OWN = 0.95, 0.85  # what is left of a disturbance after an hour
LOAD = 150.0  # downloads an hour of a middling node: a small one; more of them are told more surely
TAIL, SHAPE = 0.02, 1.5  # so many durations are longer by a factor that is Pareto
ACTIONS = {DOWNLOAD: 1.0, UPLOAD: 0.7, REPAIR_DOWNLOAD: 0.1, REPAIR_UPLOAD: 0.1, AUDIT: 0.04}


@dataclass(frozen=True)
class Truth:
    """By which share the changed node's transfers really became faster, and by which factor those of all nodes become
    slower over the two windows, which raises their odds to be lost too."""

    improvement: float = 0.0
    drift: float = 1.0


@dataclass(frozen=True)
class Nature:
    """Downloads an hour, the usual duration in ms, log-odds to be canceled and to fail, and the deviation of its own
    disturbance."""

    load: float
    duration: float
    canceled: float
    failed: float
    waver: float


@dataclass(frozen=True)
class HourOfNode:
    hour: int
    counts: dict[tuple[str, str], int]
    durations: dict[str, list[int]]


def natures(rng: random.Random, nodes: int, load: float) -> list[Nature]:
    return [
        Nature(
            load=load * rng.uniform(0.4, 1.6),
            duration=rng.uniform(120, 500),
            canceled=rng.gauss(-3.3, 0.5),
            failed=rng.gauss(-6.5, 0.7),
            waver=rng.uniform(0.02, 0.05),
        )
        for _ in range(nodes)
    ]


def hours_of_fleet(
    rng: random.Random, fleet: Sequence[Nature], changed: int, truth: Truth, windows: Windows
) -> Iterator[tuple[int, HourOfNode]]:
    """Number of the node and what happened in the hour, hour by hour."""
    shared, own = rng.gauss(0, 0.1), [rng.gauss(0, nature.waver) for nature in fleet]
    first, last = windows.before_from, windows.after_from + windows.hours
    for hour in range(first, last):
        shared = SHARED * shared + math.sqrt(1 - SHARED**2) * rng.gauss(0, 0.1)
        common = shared + 0.15 * math.sin(math.tau * (hour - 15) / 24)
        common += math.log(truth.drift) * (hour - first) / (last - first)
        for node, nature in enumerate(fleet):
            own[node] = OWN * own[node] + math.sqrt(1 - OWN**2) * rng.gauss(0, nature.waver)
            faster = truth.improvement if node == changed and hour >= windows.after_from else 0.0
            yield node, _hour(rng, nature, hour, common + own[node], faster)


def _hour(rng: random.Random, nature: Nature, hour: int, slowness: float, faster: float) -> HourOfNode:
    counts: Counter[tuple[str, str]] = Counter()
    durations: dict[str, list[int]] = {}
    busy = (1 + 0.4 * math.sin(math.tau * (hour - 9) / 24)) * (0.8 if (hour // 24 + 3) % 7 >= 5 else 1.0)
    usual = nature.duration * math.exp(slowness) * (1 - faster)
    lost = {
        CANCELED: 1 / (1 + math.exp(-nature.canceled - 3 * slowness)),
        FAILED: 1 / (1 + math.exp(-nature.failed - slowness)),
    }
    for action, share in ACTIONS.items():
        expected = nature.load * share * busy
        attempts = max(0, round(rng.gauss(expected, math.sqrt(expected))))
        for status, probability in lost.items():
            counts[action, status] = _some(rng, attempts, probability)
        counts[action, SUCCESS] = max(0, attempts - counts[action, CANCELED] - counts[action, FAILED])
        if action in {DOWNLOAD, UPLOAD}:
            factors = rng.choices(FACTORS, k=counts[action, SUCCESS])
            durations[action] = [round(usual * factor) for factor in factors]
    return HourOfNode(hour, dict(counts), durations)


def _some(rng: random.Random, attempts: int, probability: float) -> int:
    """How many of the attempts: binomial, by jumping from one to the next."""
    found, place = 0, 0
    while (place := place + 1 + int(math.log(1 - rng.random()) / math.log1p(-probability))) <= attempts:
        found += 1
    return found


def _factors() -> list[float]:
    """What single durations are of the usual one: log-normal, some much longer."""
    rng = random.Random(0)
    return [
        math.exp(rng.gauss(0, 0.6)) * (rng.paretovariate(SHAPE) if rng.random() < TAIL else 1.0) for _ in range(50_000)
    ]


FACTORS = _factors()


def traffic_of(hours: Iterable[tuple[int, HourOfNode]], nodes: int, windows: Windows) -> list[Traffic]:
    """As the roll-ups would tell it of the whole span."""
    window = Window(windows.before.start, windows.after.end)
    tallyings = [Tallying(Traffic(window, "rollup")) for _ in range(nodes)]
    durations: list[dict[tuple[int, str], Counter[int]]] = [defaultdict(Counter) for _ in range(nodes)]
    for node, each in hours:
        point = windows.step.point(each.hour)
        for (action, status), attempts in each.counts.items():
            tallyings[node].traffic.points[point].add(action, status, attempts, 0)
        for action, found in each.durations.items():
            durations[node][point, action].update(found)
    for tallying, parts in zip(tallyings, durations, strict=True):
        for (point, action), counts in parts.items():
            tallying.add_packed(action, packed(histogram_of(counts)), point)
    return [tallying.finish(exact=False) for tallying in tallyings]


def windows_of(hours: int) -> Windows:
    """As they are chosen with so many hours before and after the change."""
    span = timedelta(hours=hours)
    found = chosen(CHANGED_AT, 0, CHANGED_AT - span, CHANGED_AT + span)
    assert found is not None
    assert hour_of(found.after.start) == hour_of(CHANGED_AT)
    return found
