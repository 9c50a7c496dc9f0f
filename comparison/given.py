"""What was read of a node before it is measured: as a whole, or of some of its satellites."""

from dataclasses import dataclass, replace

from comparison import earnings, same_satellites
from comparison.metrics import EARNINGS
from comparison.money import worth
from comparison.reputation import Reputation
from comparison.same_satellites import Served
from comparison.storage import Storage
from comparison.tally import Traffic
from comparison.told import Told
from comparison.window import Window


@dataclass(frozen=True)
class Given:
    """What was read of a node before the rest: its traffic, where the type has any, its scores, what it and its log
    told, its storage and what is known of its months, for types with these, and of the costs of all nodes, where the
    type has those."""

    traffic: Traffic | None
    scores: Reputation
    told: Told
    storage: Storage | None
    months: earnings.Known | None
    costs: worth.Known | None

    def with_traffic(self, traffic: Traffic | None) -> "Given":
        return replace(self, traffic=traffic)


def serves(type: str, given: Given, window: Window) -> Served:
    """The node's satellites, by the rule of comparison.same_satellites."""
    earning = earnings.satellites(given.months) if type == EARNINGS and given.months is not None else ()
    return same_satellites.served(given.traffic, given.scores, given.told, earning, window)


def restricted(given: Given, satellites: frozenset[str]) -> Given:
    """The same of these satellites, but for what its API told of the others, which nothing is measured of here."""
    intake = same_satellites.intake_of(given.told.intake, satellites)
    return replace(
        given,
        traffic=same_satellites.traffic_of(given.traffic, satellites) if given.traffic is not None else None,
        scores=same_satellites.scores_of(given.scores, satellites),
        told=replace(given.told, intake=intake),
        months=earnings.of_satellites(given.months, satellites) if given.months is not None else None,
    )
