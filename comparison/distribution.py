"""Durations of attempts, as percentiles need them: exact, or by the roll-ups' buckets."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from nodes.rollups.histogram import rank_in, value_of
from nodes.rollups.packing import Lanes, columns


@dataclass(frozen=True)
class Distribution:
    """`values` ascend: milliseconds, or numbers of buckets unless `exact`. `counts` belong to them and may be 0."""

    values: Sequence[int]
    counts: Sequence[int]
    exact: bool = False

    @classmethod
    def of_lanes(cls, lanes: Lanes) -> "Distribution":
        return cls(*columns(lanes))

    @classmethod
    def of_durations(cls, milliseconds: Iterable[int]) -> "Distribution":
        return cls.of_counts(Counter(milliseconds), exact=True)

    @classmethod
    def of_counts(cls, counts: Mapping[int, int], exact: bool = False) -> "Distribution":
        values = sorted(counts)
        return cls(values, [counts[value] for value in values], exact)

    @classmethod
    def merged(cls, parts: Iterable["Distribution"]) -> "Distribution":
        """Of parts that are all exact, or all by buckets."""
        used = [part for part in parts if part.count]
        if len(used) <= 1:
            return used[0] if used else NO_DURATIONS
        counts: Counter[int] = Counter()
        for part in used:
            counts.update(dict(zip(part.values, part.counts, strict=True)))
        return cls.of_counts(counts, exact=used[0].exact)

    @property
    def count(self) -> int:
        return self._cumulated[-1] if self._cumulated else 0

    def percentile(self, percent: int) -> int | None:
        """Nearest rank in ms: the smallest value such that at least `percent` per cent are not above it."""
        value = rank_in(self.values, self._cumulated, percent)
        return value if self.exact or value is None else value_of(value)

    @cached_property
    def _cumulated(self) -> list[int]:
        return list(accumulate(self.counts))


NO_DURATIONS = Distribution((), (), exact=True)
