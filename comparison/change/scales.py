"""On which scale the change of one node can be taken from that of another.

What slows down all nodes does so in proportion: latencies are compared by their logarithm. What makes all lose races
does so by a factor of the odds: rates are compared by their log-odds, where all nodes have enough attempts of either
outcome for that, else in percentage points; numbers of audits as they are.
"""

import math
from typing import Protocol


class Scale(Protocol):
    """`per_unit` is by how much the scale grows with the value, there."""

    name: str

    def of(self, value: float) -> float: ...

    def back(self, scaled: float) -> float: ...

    def per_unit(self, value: float) -> float: ...


class Points:
    name = "difference"

    def of(self, value: float) -> float:
        return value

    def back(self, scaled: float) -> float:
        return scaled

    def per_unit(self, value: float) -> float:
        return 1.0


class Logarithm:
    """Values below 1 are taken for 1: of latencies, in ms, that is as exact as they are."""

    name = "proportion"

    def of(self, value: float) -> float:
        return math.log(max(value, 1.0))

    def back(self, scaled: float) -> float:
        return math.exp(scaled)

    def per_unit(self, value: float) -> float:
        return 1 / max(value, 1.0)


class Odds:
    """Of rates in per cent, above 0 and below 100."""

    name = "odds"

    def of(self, value: float) -> float:
        return math.log(value / (100 - value))

    def back(self, scaled: float) -> float:
        return 100 / (1 + math.exp(-scaled))

    def per_unit(self, value: float) -> float:
        return 100 / (value * (100 - value))


POINTS, LOGARITHM, ODDS = Points(), Logarithm(), Odds()
