"""The ways to measure, their goals, and the figures that they yield."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

MEGABYTE = 10**6


@dataclass(frozen=True)
class Way:
    """One way to answer a comparison. Goals are upper limits, where there are any."""

    key: str
    label: str
    meaning: str
    goal_ms: float | None = None
    goal_megabytes: float | None = None


COLD = Way("cold", "cold", "first answer of a new process, the file not in memory", goal_ms=500, goal_megabytes=60)
FIRST = Way("first", "first in process", "first answer of a new process, the file in memory")
WARM = Way("warm", "warm process", "later answer of a process, computed because the cache is empty")
CACHED = Way("cached", "cached", "answer from the cache", goal_ms=5)
FULL_LOAD = Way("full_load", "full load", "every event of the window loaded into Python, as the comparison does not")
WAYS = (COLD, FIRST, WARM, CACHED, FULL_LOAD)


@dataclass(frozen=True)
class Sample:
    """One measured answer. `peak` is bytes above the idle process at the most, None where it is not known."""

    wall_ms: float
    cpu_s: float
    rows: int
    peak: int | None = None


@dataclass(frozen=True)
class Line:
    """All samples of one way for one type of comparison."""

    type: str
    way: Way
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
        return None if self.way.goal_ms is None else self.wall_ms < self.way.goal_ms

    @property
    def in_memory(self) -> bool | None:
        if self.way.goal_megabytes is None or self.megabytes is None:
            return None
        return self.megabytes < self.way.goal_megabytes

    def as_dict(self, full_load: "Line") -> dict[str, Any]:
        least, most = self.range_ms
        return {
            "type": self.type,
            "way": self.way.key,
            "runs": len(self.samples),
            "wall_ms": {"median": _short(self.wall_ms), "min": _short(least), "max": _short(most)},
            "cpu_s": _short(self.cpu_s, 4),
            "rows": self.rows,
            "megabytes": _short(self.megabytes, 1),
            "goal": {"wall_ms": self.way.goal_ms, "megabytes": self.way.goal_megabytes},
            "met": {"wall_ms": self.in_time, "megabytes": self.in_memory},
            "full_load_is_times": ratios(self, full_load),
        }


def ratios(line: Line, full_load: Line) -> dict[str, float | None]:
    """How many times as much the full load takes."""
    return {
        "wall_ms": _ratio(full_load.wall_ms, line.wall_ms),
        "cpu_s": _ratio(full_load.cpu_s, line.cpu_s),
        "rows": _ratio(full_load.rows, line.rows),
        "megabytes": _ratio(full_load.megabytes, _noticeable(line.megabytes)),
    }


def _noticeable(megabytes: float | None) -> float | None:
    """Memory is given out by the page: times as much as next to nothing says nothing."""
    return megabytes if megabytes is not None and megabytes >= 1 else None


def _ratio(whole: float | None, part: float | None) -> float | None:
    return _short(whole / part, 1) if whole is not None and part else None


def _short(value: float | None, decimals: int = 2) -> float | None:
    return None if value is None else round(value, decimals)
