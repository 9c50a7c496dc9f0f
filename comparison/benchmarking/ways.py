"""The ways to measure, and the figures that they yield."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from comparison.window import range_name

MEGABYTE = 10**6
ANY_TYPE = "any"


@dataclass(frozen=True)
class Way:
    """One way to answer a comparison."""

    key: str
    label: str
    meaning: str


@dataclass(frozen=True)
class Goal:
    """Under so many milliseconds, and at most so many megabytes above the idle process; None where there is none."""

    ms: float | None = None
    megabytes: float | None = None


COLD = Way("cold", "cold", "first answer of a new process that is prepared as the site's are, the file not in memory")
FIRST = Way("first", "first in process", "first answer of such a process, the file in memory")
WARM = Way("warm", "warm process", "later answer of a process, computed because the cache is empty")
CACHED = Way("cached", "cached", "answer from the cache")
SAMPLE = Way("sample", "sample", "cold, from the newest events of each node instead of roll-ups")
GROUP_BY = Way(
    "group_by", "one GROUP BY", "cold, every event of the window counted and its bytes summed in SQL, no more"
)
FULL_LOAD = Way("full_load", "full load", "cold, every event of the window loaded into Python")
MONTH_TRAFFIC = Way(
    "month_traffic",
    "month's traffic",
    "cold, one GROUP BY over the month of each node, as the monitor does",
)
MONTH_STORAGE = Way(
    "month_storage",
    "month's storage",
    "cold, the month of each node once for each of its satellites, as the monitor does",
)
COMPARISON = (COLD, FIRST, WARM, CACHED)
BESIDE = (SAMPLE, GROUP_BY, FULL_LOAD)
BESIDE_EARNINGS = (MONTH_TRAFFIC, MONTH_STORAGE)
WAYS = (*COMPARISON, *BESIDE, *BESIDE_EARNINGS)


@dataclass(frozen=True)
class Sample:
    """One measured answer. `peak` is bytes above the idle process at the most, None where it is not known."""

    wall_ms: float
    cpu_s: float
    rows: int
    peak: int | None = None


@dataclass(frozen=True)
class Line:
    """All samples of one way for one type of comparison and one range."""

    hours: int
    type: str
    way: Way
    goal: Goal
    samples: Sequence[Sample] = field(repr=False)

    @property
    def wall_ms(self) -> float:
        return median(sample.wall_ms for sample in self.samples)

    @property
    def range_ms(self) -> tuple[float, float]:
        walls = [sample.wall_ms for sample in self.samples]
        return min(walls), max(walls)

    @property
    def cpu_s(self) -> float:
        return median(sample.cpu_s for sample in self.samples)

    @property
    def rows(self) -> int:
        return max(sample.rows for sample in self.samples)

    @property
    def megabytes(self) -> float | None:
        """The most of all samples: a limit must hold for each."""
        peaks = [sample.peak for sample in self.samples if sample.peak is not None]
        return max(peaks) / MEGABYTE if peaks else None

    @property
    def in_time(self) -> bool | None:
        """Whether the goal was met, by the median; None if there is none."""
        return None if self.goal.ms is None else self.wall_ms < self.goal.ms

    @property
    def in_memory(self) -> bool | None:
        if self.goal.megabytes is None or self.megabytes is None:
            return None
        return self.megabytes <= self.goal.megabytes

    def as_dict(self) -> dict[str, Any]:
        least, most = self.range_ms
        return {
            "range": range_name(self.hours),
            "type": self.type,
            "way": self.way.key,
            "runs": len(self.samples),
            "wall_ms": {"median": _short(self.wall_ms), "min": _short(least), "max": _short(most)},
            "cpu_s": _short(self.cpu_s, 4),
            "rows": self.rows,
            "megabytes": _short(self.megabytes, 1),
            "goal": {"wall_ms": self.goal.ms, "megabytes": self.goal.megabytes},
            "met": {"wall_ms": self.in_time, "megabytes": self.in_memory},
        }


def _short(value: float | None, decimals: int = 2) -> float | None:
    return None if value is None else round(value, decimals)
