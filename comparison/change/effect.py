"""Whether a change helped: the difference in differences of one metric, with an interval.

The effect is the node's change from the window before to the one after, minus the median change of the other,
untouched nodes, on the metric's scale (Angrist and Pischke, "Mostly Harmless Econometrics", 5.2, on differences in
differences). Two things may make that chance, and the wider of two intervals by Student's t is given:

- *Days differ.* What the node's blocks of time deviate from the window's mean, less the median of what the others' do
  in the same block, gives the standard error, corrected for the likeness of neighbouring blocks, which is pooled over
  all nodes (comparison.change.autocorrelation), with as many degrees of freedom as there are blocks, less two. 95 %.
- *Nodes change by themselves.* With three untouched nodes or more, these show by how much: the spread of their
  changes, each in its own standard errors, is the factor by which the standard error is enlarged (Birge, Phys. Rev. 40,
  1932), with as many degrees of freedom as there are such nodes, less one; this treats each node as one observation
  (Donald and Lang, "Inference with difference-in-differences and other panel data", Rev. Econ. Stat. 89, 2007). 90 %,
  because an effect has to be outside of both: on generated fleets (tests.comparison.change.truth) the two together then
  err as often as 95 % promise, or less.

An interval is never narrower than chance by the number of attempts, or the resolution of the values, allow.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from statistics import fmean, median

from comparison.change.autocorrelation import pooled, variance_of_mean, variance_seen
from comparison.change.figures import Figure
from comparison.change.scales import Scale
from comparison.change.student import critical, two_sided
from comparison.change.windows import FEWEST_BLOCKS

CONFIDENCE, SPREAD_CONFIDENCE = 0.95, 0.90
FEWEST_FOR_SPREAD = 3  # untouched nodes: two would have to differ thirteenfold from what is usual
_OF_MEDIAN = math.pi / 2  # the variance of a median, in those of a mean
Run = Sequence[float | None]


@dataclass(frozen=True)
class Pair:
    """A metric of one node before and after."""

    before: Figure
    after: Figure

    def change(self, scale: Scale) -> float:
        return scale.of(self.after.value) - scale.of(self.before.value)


@dataclass(frozen=True)
class Effect:
    """On the scale: the node's change, the others' median one, the difference and half of its interval.

    `probability` is that of an effect so far from 0, or farther, where there is none.
    """

    change: float
    others: float
    half_width: float
    probability: float

    @property
    def value(self) -> float:
        return self.change - self.others


@dataclass(frozen=True)
class Bound:
    """One of the two intervals."""

    error: float
    freedom: int
    confidence: float

    @property
    def half_width(self) -> float:
        return critical(1 - self.confidence, self.freedom) * self.error

    def probability(self, far: float) -> float:
        """Of an effect that far from 0, brought to the measure of CONFIDENCE."""
        if not self.error:
            return 0.0
        return two_sided(far / self.error, self.freedom) * (1 - CONFIDENCE) / (1 - self.confidence)


def effect(changed: Pair, others: Sequence[Pair], scale: Scale) -> Effect | None:
    """None where there is no other node, or too few blocks have a value."""
    pairs = [changed, *others]
    runs = [_runs(pair, scale) for pair in pairs]
    if not others or min(len(_known(run)) for run in runs[0]) < FEWEST_BLOCKS:
        return None
    own = [[_without_others(runs, node, window) for window in (0, 1)] for node in range(len(pairs))]
    rho = pooled([run for both in own for run in both])
    errors = [
        max(_by_time(both, rho), _by_attempts(pair, others, scale)) for both, pair in zip(own, pairs, strict=True)
    ]
    changes = [pair.change(scale) for pair in pairs]
    middle = median(changes[1:])
    bounds = [Bound(errors[0], len(own[0][0]) + len(own[0][1]) - 2, CONFIDENCE)]
    if len(others) >= FEWEST_FOR_SPREAD:
        error = errors[0] * _spread(changes[1:], errors[1:])
        bounds.append(Bound(error, len(others) - 1, SPREAD_CONFIDENCE))
    resolution = scale.per_unit(changed.before.value) * max(changed.before.resolution, changed.after.resolution)
    far = abs(changes[0] - middle)
    return Effect(
        changes[0],
        middle,
        max(resolution, *(bound.half_width for bound in bounds)),
        max(bound.probability(far) for bound in bounds) if far > resolution else 1.0,
    )


def _runs(pair: Pair, scale: Scale) -> tuple[Run, Run]:
    return _deviations(pair.before, scale), _deviations(pair.after, scale)


def _deviations(figure: Figure, scale: Scale) -> Run:
    """Of the blocks from their mean, on the scale; a proportion by its logarithm, others by the slope at the value."""
    if scale.name == "proportion":
        scaled = [None if value is None else scale.of(value) for value in figure.blocks]
    else:
        slope = scale.per_unit(figure.value)
        scaled = [None if value is None else slope * value for value in figure.blocks]
    known = _known(scaled)
    mean = fmean(known) if known else 0.0
    return [None if value is None else value - mean for value in scaled]


def _without_others(runs: Sequence[tuple[Run, Run]], node: int, window: int) -> list[float]:
    """The node's deviations less the median of the others' in the same block, from their mean."""
    left = []
    for block, value in enumerate(runs[node][window]):
        beside = _known([both[window][block] for other, both in enumerate(runs) if other != node])
        if value is not None:
            left.append(value - (median(beside) if beside else 0.0))
    mean = fmean(left) if left else 0.0
    return [value - mean for value in left]


def _by_time(both: Sequence[Sequence[float]], rho: float) -> float:
    """The standard error of the change, by how the blocks differ."""
    runs = [run for run in both if len(run) > 1]
    freedom = sum((len(run) - 1) * variance_seen(rho, len(run)) for run in runs)
    if not freedom:
        return 0.0
    variance = sum(value * value for run in runs for value in run) / freedom
    return math.sqrt(variance * sum(variance_of_mean(rho, len(run)) for run in runs))


def _by_attempts(pair: Pair, others: Sequence[Pair], scale: Scale) -> float:
    """The standard error that the numbers of attempts alone give the effect."""
    own, beside = _chance(pair, scale), [_chance(other, scale) for other in others]
    return math.sqrt(own + _OF_MEDIAN * fmean(beside) / len(beside))


def _chance(pair: Pair, scale: Scale) -> float:
    return sum(each.variance * scale.per_unit(each.value) ** 2 for each in (pair.before, pair.after))


def _spread(changes: Sequence[float], errors: Sequence[float]) -> float:
    """By how much the changes differ more, or less, than their standard errors say."""
    sound = [error > 0 for error in errors]
    weights = [1 / error**2 for error in compress(errors, sound)]
    if len(weights) < 2:
        return 1.0
    used = list(compress(changes, sound))
    mean = sum(weight * change for weight, change in zip(weights, used, strict=True)) / sum(weights)
    squares = sum(weight * (change - mean) ** 2 for weight, change in zip(weights, used, strict=True))
    return math.sqrt(squares / (len(used) - 1))


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def holm(probabilities: Mapping[str, float]) -> set[str]:
    """Those that hold together at CONFIDENCE.

    Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6, 1979.
    """
    held: set[str] = set()
    for place, (key, probability) in enumerate(sorted(probabilities.items(), key=lambda item: item[1])):
        if probability > (1 - CONFIDENCE) / (len(probabilities) - place):
            break
        held.add(key)
    return held
