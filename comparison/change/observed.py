"""What a node's traffic of a span says of the two windows in it, block by block."""

from collections.abc import Sequence
from dataclasses import dataclass

from comparison.actions import TIMED
from comparison.change.figures import Block, Observed
from comparison.change.windows import Windows
from comparison.distribution import Distribution
from comparison.tally import Tally, Traffic


@dataclass(frozen=True)
class BeforeAndAfter:
    before: Observed
    after: Observed


def observed(traffics: Sequence[Traffic], windows: Windows) -> BeforeAndAfter:
    """`traffics` are of spans that follow one another, with series in the windows' steps."""
    return BeforeAndAfter(
        _observed(traffics, windows, windows.before_from),
        _observed(traffics, windows, windows.after_from),
    )


def _observed(traffics: Sequence[Traffic], windows: Windows, first: int) -> Observed:
    points = [windows.points(first, block) for block in range(windows.blocks)]
    blocks = [_block(traffics, each) for each in points]
    return Observed(blocks, _block(traffics, range(points[0].start, points[-1].stop)))


def _block(traffics: Sequence[Traffic], points: range) -> Block:
    tallies = [traffic.points[point] for traffic in traffics for point in points if point in traffic.points]
    return Block(_sum(tallies), {action: _durations(traffics, points, action) for action in TIMED})


def _durations(traffics: Sequence[Traffic], points: range, action: str) -> Distribution:
    keys = [(point, action) for point in points]
    return Distribution.merged(traffic.point_durations.together(keys) for traffic in traffics)


def _sum(tallies: Sequence[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.attempts.update(tally.attempts)
        total.bytes.update(tally.bytes)
    return total
