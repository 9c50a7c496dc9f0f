"""Where a figure of a node does not mean the same before and after a change, and the sentence that says so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from comparison.actions import ACTION_NAMES, SUCCESS, TIMED
from comparison.change.figures import Block
from comparison.change.observed import BeforeAndAfter
from comparison.distribution import Distribution
from comparison.intake import TOLERATED_SHARE
from comparison.traffic import PERCENTILES
from nodes.rollups.histogram import bucket_of

OF_UPLOADS = ("success_rate_upload", "success_rate_repair_upload", "cancel_rate_upload")
MOST_DIFFERENT = 0.1  # by so much the share of attempts that have a duration may differ
MOSTLY = 0.5  # whole seconds are some hundredth of durations that were told precisely
_WHOLE_SECONDS = frozenset(map(bucket_of, (0, *range(1000, 61_000, 1000))))

NOT_RECORDED = "canceled uploads are not recorded"
RECORDED_SINCE = "canceled uploads are recorded in a part of the time only, so the rates do not mean the same"
WHOLE_SECONDS = "durations are in whole seconds"
PRECISE_SINCE = "durations are in whole seconds in a part of the time and precise in another"


@dataclass(frozen=True)
class Coarse:
    """How many durations our own intake told by time stamps of whole seconds."""

    before: int = 0
    after: int = 0


def reasons(found: BeforeAndAfter, coarse: Coarse) -> dict[str, str]:
    """By metric key; without the metrics whose basis is the same."""
    sentence = _uploads(found)
    return {**(dict.fromkeys(OF_UPLOADS, sentence) if sentence else {}), **_latencies(found, coarse)}


def _uploads(found: BeforeAndAfter) -> str:
    told = {block.tally.upload_cancels_recorded for block in _blocks(found)} - {None}
    if told == {False}:
        return NOT_RECORDED
    return RECORDED_SINCE if len(told) == 2 else ""


def _blocks(found: BeforeAndAfter) -> Iterable[Block]:
    """Those of both windows, and the windows themselves."""
    for each in (found.before, found.after):
        yield from each.blocks
        yield each.whole


def _latencies(found: BeforeAndAfter, coarse: Coarse) -> Mapping[str, str]:
    sentences: dict[str, str] = {}
    by_intake = _by_intake(found, coarse)
    for action in TIMED:
        name = ACTION_NAMES[action]
        if sentence := by_intake or _durations(found, action):
            sentences |= {f"latency_{name}_p{percent}_ms": sentence for percent in PERCENTILES}
    return sentences


def _by_intake(found: BeforeAndAfter, coarse: Coarse) -> str:
    sides = ((found.before.whole, coarse.before), (found.after.whole, coarse.after))
    told = [TOLERATED_SHARE * number > sum(each.durations[action].count for action in TIMED) for each, number in sides]
    return _of_seconds(told)


def _durations(found: BeforeAndAfter, action: str) -> str:
    before, after = found.before.whole, found.after.whole
    if not before.durations[action].count or not after.durations[action].count:
        return ""
    shares = [_timed(each, action) for each in (before, after)]
    if abs(shares[0] - shares[1]) > MOST_DIFFERENT:
        return f"a duration is recorded of {shares[0]:.0%} of the successes before and of {shares[1]:.0%} after"
    blocks = [block.durations[action] for block in _blocks(found)]
    return _of_seconds([_whole_seconds(each) > MOSTLY for each in blocks if each.count])


def _of_seconds(told: list[bool]) -> str:
    if all(told):
        return WHOLE_SECONDS
    return PRECISE_SINCE if any(told) else ""


def _timed(each: Block, action: str) -> float:
    successes = each.tally.attempts[action, SUCCESS]
    return each.durations[action].count / successes if successes else 0.0


def _whole_seconds(durations: Distribution) -> float:
    """The share of them; `durations` are by buckets."""
    pairs = zip(durations.values, durations.counts, strict=True)
    return sum(count for bucket, count in pairs if bucket in _WHOLE_SECONDS) / durations.count
