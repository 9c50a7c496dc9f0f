"""The figures of a node in one window: each metric's value, and its values in the blocks of the window."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from comparison.actions import ACTION_NAMES, AUDIT, CANCELED, FAILED, SUCCESS, TIMED
from comparison.change.scales import LOGARITHM, ODDS, POINTS, Scale
from comparison.distribution import Distribution
from comparison.measured import MIN_ATTEMPTS
from comparison.metrics import by_key
from comparison.tally import Tally
from comparison.traffic import PERCENTILES

BUCKET = 0.01  # of a latency from roll-ups: it is that much off, and so is the step from one to the next


@dataclass(frozen=True)
class Block:
    """What happened in a block of time: attempts, and durations by action."""

    tally: Tally
    durations: Mapping[str, Distribution]


@dataclass(frozen=True)
class Observed:
    """All blocks of a window, and the whole."""

    blocks: Sequence[Block]
    whole: Block


@dataclass(frozen=True)
class Figure:
    """A metric of one node in one window.

    `value` is that of the whole window, `blocks` those of its blocks, None where one has none, in the metric's unit.
    `variance` is the least that chance alone gives the value, by the number of its attempts, and `resolution` the
    difference to the next value that could be told from it. `outcomes` is the smaller number of the two outcomes.
    """

    value: float
    blocks: Sequence[float | None]
    variance: float = 0.0
    resolution: float = 0.0
    outcomes: int = 0


@dataclass(frozen=True)
class Judgeable:
    """A metric that can be had of any block of time; `scales` are those it may be compared on, the best first."""

    key: str
    scales: tuple[Scale, ...]
    figure: Callable[[Observed], Figure | None]


def rate(action: str, status: str, observed: Observed) -> Figure | None:
    """Per cent of the attempts; None for fewer than MIN_ATTEMPTS.

    A block's value counts by its attempts: value + (successes - value * attempts) / attempts of a mean block, which is
    how the block moves the whole (Cochran, "Sampling Techniques", 6.3, on ratios of sums).
    """
    parts, whole = observed.whole.tally.attempts[action, status], observed.whole.tally.rated(action)
    if whole < MIN_ATTEMPTS:
        return None
    share = parts / whole
    counts = [(block.tally.attempts[action, status], block.tally.rated(action)) for block in observed.blocks]
    mean = whole / max(1, sum(1 for _, attempts in counts if attempts))
    blocks = [100 * (share + (part - share * attempts) / mean) if attempts else None for part, attempts in counts]
    likely = (parts + 0.5) / (whole + 1)
    variance = 100**2 * likely * (1 - likely) / whole
    return Figure(100 * share, blocks, variance, outcomes=min(parts, whole - parts))


def latency(action: str, percent: int, observed: Observed) -> Figure | None:
    """Milliseconds; None for fewer than MIN_ATTEMPTS with a duration."""
    timed = observed.whole.durations.get(action)
    value = timed.percentile(percent) if timed else None
    if timed is None or value is None or timed.count < MIN_ATTEMPTS:
        return None
    found = (block.durations.get(action) for block in observed.blocks)
    blocks = [each.percentile(percent) if each else None for each in found]
    return Figure(value, blocks, resolution=max(1.0, BUCKET * value))


def audits(status: str, observed: Observed) -> Figure | None:
    """A number; None where there were no audits. A block's is as many as the window would have at its pace."""
    if not sum(observed.whole.tally.of(AUDIT)):
        return None
    number, blocks = observed.whole.tally.attempts[AUDIT, status], len(observed.blocks)
    # That of a number of rare events is their number; half an event where there is none.
    paces: list[float | None] = [blocks * block.tally.attempts[AUDIT, status] for block in observed.blocks]
    return Figure(number, paces, variance=number + 0.5, outcomes=number)


def _judgeable() -> Iterator[Judgeable]:
    kinds = (("success", SUCCESS, ACTION_NAMES), ("cancel", CANCELED, TIMED), ("fail", FAILED, TIMED))
    for kind, status, actions in kinds:
        for action in actions:
            key = f"{kind}_rate_{ACTION_NAMES[action]}"
            yield Judgeable(key, (ODDS, POINTS), partial(rate, action, status))
    for action in TIMED:
        for percent in PERCENTILES:
            key = f"latency_{ACTION_NAMES[action]}_p{percent}_ms"
            yield Judgeable(key, (LOGARITHM,), partial(latency, action, percent))
    yield Judgeable("audits_failed", (POINTS,), partial(audits, FAILED))
    yield Judgeable("audits_canceled", (POINTS,), partial(audits, CANCELED))


JUDGEABLE = tuple(sorted(_judgeable(), key=lambda each: list(by_key()).index(each.key)))
