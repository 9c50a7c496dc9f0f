"""What is measured: databases of several sizes, and what each comparison may cost on them."""

from dataclasses import dataclass

from comparison.benchmarking.ways import ANY_TYPE, CACHED, COLD, FIRST, WARM, Goal, Way
from comparison.metric import EARNINGS
from nodes.demo.stories import stories
from nodes.rollups.codes import HOURS_A_DAY
from nodes.rollups.pace import pause

SEED = 1
A_DAY = 500_000  # events of a busy node
A_MINUTE = 60  # seconds: the default of ROLLUP_INTERVAL
WRITES = "writes"


@dataclass(frozen=True)
class Parameters:
    """`events_per_node` in all those days. `pruned`: only the last hour's events are there, and sums of all others."""

    nodes: int
    events_per_node: int
    days: int
    pruned: bool = False

    @property
    def name(self) -> str:
        kind = "pruned" if self.pruned else "events"
        return f"{kind}-{self.nodes}x{self.events_per_node}-{self.days}d-counted"

    @property
    def names(self) -> list[str]:
        return [story.name for story in stories(self.nodes, SEED)]

    @property
    def events_a_minute(self) -> int:
        return round(self.nodes * self.events_per_node / (self.days * HOURS_A_DAY * 60))

    @property
    def uncounted(self) -> int:
        """Events that wait to be counted when the site's housekeeper is about to."""
        return round(self.events_a_minute / A_MINUTE * pause(A_MINUTE, self.events_a_minute, A_MINUTE))


SCENARIOS = {
    "two-days": Parameters(5, 1_000_000, 2),
    "two-busy-days": Parameters(5, 4_000_000, 2),
    "month": Parameters(5, 30 * A_DAY, 30, pruned=True),
    "year": Parameters(5, 365 * A_DAY, 365, pruned=True),
    "many-nodes": Parameters(40, 30 * A_DAY, 30, pruned=True),
}
SMALLEST = "two-days"

# Milliseconds of a cold answer for up to so many nodes, by the longest range that they hold for.
_COLD_MS = {5: {7: 50, 30: 100, 365: 300}, 40: {30: 600}}
_EARNINGS_MS = {5: {365: 100}}  # of a month, whatever the range
_CACHED_MS = 2
_MEGABYTES = 30


def goal(way: Way, nodes: int, hours: int, type: str = ANY_TYPE) -> Goal:
    if way == CACHED:
        return Goal(ms=_CACHED_MS)
    if way == COLD:
        return Goal(_cold_ms(nodes, hours, type), _MEGABYTES)
    return Goal(megabytes=_MEGABYTES) if way in (FIRST, WARM) else Goal()


def _cold_ms(nodes: int, hours: int, type: str) -> int | None:
    limits_of = _EARNINGS_MS if type == EARNINGS else _COLD_MS
    by_days: dict[int, int] = next((limits for most, limits in limits_of.items() if nodes <= most), {})
    return next((ms for days, ms in by_days.items() if hours <= days * HOURS_A_DAY), None)
