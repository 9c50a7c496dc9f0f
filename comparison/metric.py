"""What a metric is, the types of comparison, and the units with their decimals."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from comparison.exact import half_even, rounded
from comparison.result import Value

Better = Literal["higher", "lower"]

PERFORMANCE, EARNINGS, EFFICIENCY, OVERALL = TYPES = ("performance", "earnings", "efficiency", "overall")
TYPE_LABELS = {PERFORMANCE: "Performance", EARNINGS: "Earnings", EFFICIENCY: "Efficiency", OVERALL: "Overall"}


@dataclass(frozen=True)
class About:
    """Sentences about a family of metrics: on what their values rest, and why one may be missing or not ranked."""

    basis: str
    missing: str
    unranked: str


@dataclass(frozen=True)
class Metric:
    """One figure of a node. `better` None means that it is not ranked. `decimals` is the rounding, everywhere.

    `explanation` says what it means in sentences, `formula` how it is computed, in the names of what is counted.

    `sums_up` marks totals and per-day values, which a limited sample cannot rank, `by_vetting` amounts of traffic, of
    which satellites send less to a node that they have not vetted. Values up to `all_well` share a place: what differs
    there is chance. In a range of `too_short` hours or less there is hardly ever what a value needs.
    """

    key: str
    label: str
    unit: str
    decimals: int
    better: Better | None
    types: tuple[str, ...]
    group: str
    explanation: str
    formula: str
    about: About
    sums_up: bool = False
    by_vetting: bool = False
    all_well: int | None = None
    too_short: int = 0

    def rounded(self, value: Fraction | float | int | None) -> Value:
        """Half to even, exact for a Fraction; whole numbers stay whole."""
        if value is None:
            return None
        return half_even(*value.as_integer_ratio()) if self.decimals == 0 else rounded(value, self.decimals)

    def ranked(self, value: int | float) -> int | float:
        """What is compared for a place."""
        return value if self.all_well is None else max(value, self.all_well)


# Units, each with the decimals that its values are rounded to.
PERCENT = ("%", 2)
COUNT = ("", 0)
MILLISECONDS = ("ms", 0)
HOURS = ("h", 0)
MINUTES = ("min", 0)
BYTES = ("bytes", 0)
BYTES_A_DAY = ("bytes/day", 0)
DOLLARS = ("USD", 2)
