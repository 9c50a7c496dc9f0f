"""A node that was changed against the others that were not: each metric's figures, effect and verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from comparison.change.effect import Effect, Pair, effect, holm
from comparison.change.figures import JUDGEABLE, Judgeable
from comparison.change.observed import BeforeAndAfter
from comparison.change.scales import ODDS, POINTS, Scale
from comparison.metrics import Metric, by_key

BETTER, WORSE, CANNOT_TELL = "better", "worse", "cannot tell"
FEWEST_OUTCOMES = 30  # of either outcome, in either window of any node, for odds to be compared

TOO_FEW = "fewer than 30 attempts, of latencies with a duration, before or after"
NO_CONTROL = "no other node that was not changed has this metric on the same basis"
UNCERTAIN = "no effect at all is within the interval"
TOO_SHORT = "too few blocks of time have a value"


@dataclass(frozen=True)
class Judged:
    """Of one metric, in its unit, unrounded. None is what is not known, and `reason` says why.

    `others_change` is what the node would have changed by, had it changed as the median of the `others` untouched
    nodes did; `low` and `high` bound the effect, as comparison.change.effect says; `scale` is that of
    comparison.change.scales.
    """

    metric: Metric
    before: float | None = None
    after: float | None = None
    others: int = 0
    others_change: float | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    probability: float | None = None
    scale: str = ""
    verdict: str = CANNOT_TELL
    reason: str = ""
    held: bool = False  # also by Holm's correction for all metrics that are judged

    @property
    def change(self) -> float | None:
        return None if self.before is None or self.after is None else self.after - self.before


# By node, and by metric the reason that it has no comparable figure.
Reasons = Mapping[str, Mapping[str, str]]


def judge(
    changed: str, untouched: Sequence[str], found: Mapping[str, BeforeAndAfter], reasons: Reasons
) -> list[Judged]:
    """All metrics that can be judged. Nodes that are not `found` are no controls."""
    judged = [_judged(each, changed, untouched, found, reasons) for each in JUDGEABLE]
    held = holm({each.metric.key: each.probability for each in judged if each.probability is not None})
    return [replace(each, held=each.metric.key in held and each.verdict != CANNOT_TELL) for each in judged]


def _judged(
    each: Judgeable, changed: str, untouched: Sequence[str], found: Mapping[str, BeforeAndAfter], reasons: Reasons
) -> Judged:
    metric = by_key()[each.key]
    if reason := reasons.get(changed, {}).get(each.key):
        return Judged(metric, reason=reason)
    own = _pair(each, found[changed])
    if own is None:
        return Judged(metric, reason=TOO_FEW)
    pairs = [_pair(each, found[name]) for name in untouched if name in found and each.key not in reasons.get(name, {})]
    others = [pair for pair in pairs if pair is not None]
    plain = Judged(metric, own.before.value, own.after.value, len(others))
    if not others:
        return replace(plain, reason=NO_CONTROL)
    scale = _scale(each, [own, *others])
    measured = effect(own, others, scale)
    return replace(plain, reason=TOO_SHORT) if measured is None else _in_units(plain, own, measured, scale)


def _pair(each: Judgeable, found: BeforeAndAfter) -> Pair | None:
    before, after = each.figure(found.before), each.figure(found.after)
    return None if before is None or after is None else Pair(before, after)


def _scale(each: Judgeable, pairs: Sequence[Pair]) -> Scale:
    fewest = min(figure.outcomes for pair in pairs for figure in (pair.before, pair.after))
    best = each.scales[0]
    return POINTS if best is ODDS and fewest < FEWEST_OUTCOMES else best


def _in_units(plain: Judged, own: Pair, measured: Effect, scale: Scale) -> Judged:
    """An effect is what the node has now, minus what it would have without it."""
    before, after = own.before.value, own.after.value

    def in_units(scaled: float) -> float:
        return after - scale.back(scale.of(after) - scaled)

    low, high = sorted(in_units(measured.value + side * measured.half_width) for side in (-1, 1))
    certain = low > 0 or high < 0
    good = (measured.value > 0) == (plain.metric.better == "higher")
    return Judged(
        plain.metric,
        before,
        after,
        plain.others,
        scale.back(scale.of(before) + measured.others) - before,
        in_units(measured.value),
        low,
        high,
        measured.probability,
        scale.name,
        verdict=(BETTER if good else WORSE) if certain else CANNOT_TELL,
        reason="" if certain else UNCERTAIN,
    )
