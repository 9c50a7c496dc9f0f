"""The monitor's own earnings estimates: its latest row of the month on each satellite.

Some are computed from bytes, but per TiB (2^40 bytes) where Storj pays per TB (10^12), which is 9.05 % too little.
Such a row is told by its own figures: each of its amounts is its bytes at the default rate, per TiB. It is computed
anew from these bytes. Likewise one that is computed per TB. All others, among them those that repeat the node's own
API, are taken as they are recorded.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.money.month import Month
from comparison.money.statement import DEFAULT_RATES, HOURS_A_MONTH, TB, Usage
from nodes.fields import from_stored, to_stored
from nodes.soundness import is_number, is_whole
from nodes.sql import FAR_AHEAD, PerSatellite, latest_per_period

TIB = 2**40
# The satellite that the monitor writes for a sum over all of them.
AGGREGATE = "aggregate"
MOST_EARNED = 10**9  # US dollars; more on one satellite in a month is a broken value
MOST_MONTHS = 600
_RATES = tuple(map(float, (DEFAULT_RATES.storage, DEFAULT_RATES.egress, DEFAULT_RATES.repair, DEFAULT_RATES.audit)))
_NO_END = f"{FAR_AHEAD}00:00:00+00:00"
_COLUMNS = (
    "timestamp",
    "total_earnings_gross",
    "node_age_months",
    "storage_bytes_hour",
    "egress_bytes",
    "repair_bytes",
    "audit_bytes",
    "storage_earnings_gross",
    "egress_earnings_gross",
    "repair_earnings_gross",
    "audit_earnings_gross",
)


@dataclass(frozen=True)
class Estimate:
    """`recorded` is the gross amount in US dollars, of which `amounts` are the parts as they are stored.

    `joined` follows from the age that the monitor gives.
    """

    at: datetime
    recorded: float
    sizes: Sequence[Any]
    amounts: Sequence[Any]
    joined: date | None

    @cached_property
    def usage(self) -> Usage:
        return Usage(*(size if is_whole(size) else 0 for size in self.sizes))

    @property
    def has_byte_hours(self) -> bool:
        return is_whole(self.sizes[0])

    @cached_property
    def computed_per(self) -> int | None:
        """The bytes of what it was computed per: TIB, TB, or None."""
        if not self.recorded or not all(map(is_whole, self.sizes)) or not all(map(is_number, self.amounts)):
            return None
        if not _near(sum(self.amounts), self.recorded):
            return None
        return next((per for per in (TIB, TB) if all(map(_near, self.amounts, _amounts(self.usage, per)))), None)

    @property
    def gross(self) -> Fraction:
        """str() first: the shortest text of the stored float is the amount that the monitor meant."""
        return Fraction(Decimal(str(self.recorded)))


@dataclass(frozen=True)
class Estimates:
    """By satellite; `broken` counts rows that were skipped."""

    satellites: Mapping[str, Estimate] = field(default_factory=dict)
    broken: int = 0

    @property
    def newest(self) -> datetime | None:
        return max((estimate.at for estimate in self.satellites.values()), default=None)

    @cached_property
    def stored_shares(self) -> dict[str, Fraction]:
        """Of each satellite in the byte-hours; empty where they are not known of all."""
        parts = {of: estimate.sizes[0] for of, estimate in self.satellites.items()}
        if AGGREGATE in parts or not all(map(is_whole, parts.values())):
            return {}
        whole = sum(parts.values())
        return {of: Fraction(part, whole) for of, part in parts.items() if part}


def read(
    connection: BaseDatabaseWrapper, names: Sequence[str], months: Iterable[Month], end: datetime
) -> dict[tuple[str, Month], Estimates]:
    """By name and month, where there are any: the newest not after `end`; of a month that is over then, the newest of
    all, which is final.
    """
    by_name = {str(month): month for month in months}
    until = {period: to_stored(end) if end < month.end else _NO_END for period, month in by_name.items()}
    found: dict[tuple[str, Month], dict[str, Estimate]] = defaultdict(dict)
    broken: Counter[tuple[str, Month]] = Counter()
    rows = latest_per_period(connection, PerSatellite("earnings_estimates", _COLUMNS), names, until)
    for name, period, satellite, skipped, at, gross, *rest in rows:
        month = by_name[period]
        key, moment = (name, month), from_stored(at)
        broken[key] += skipped
        if moment is None:
            continue
        if not (is_number(gross) and abs(gross) <= MOST_EARNED):
            broken[key] += 1
            continue
        found[key][str(satellite)] = _estimate(moment, gross, month, *rest)
    return {key: Estimates(_of_one_kind(found.get(key, {})), broken[key]) for key in broken}


def _estimate(at: datetime, gross: float, month: Month, age: Any, *rest: Any) -> Estimate:
    joined = month.plus(1 - age).start.date() if is_whole(age) and 1 <= age <= MOST_MONTHS else None
    return Estimate(at, gross, rest[:4], rest[4:], joined)


def _amounts(usage: Usage, per: int) -> list[float]:
    sizes = float(usage.byte_hours) / HOURS_A_MONTH, usage.egress, usage.repair, usage.audit
    return [size * rate / per for size, rate in zip(sizes, _RATES, strict=True)]


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other)) + 1e-12


def _of_one_kind(found: dict[str, Estimate]) -> dict[str, Estimate]:
    """Satellites, or the sum over all of them, whichever is newer: both together would count everything twice."""
    if AGGREGATE not in found or len(found) == 1:
        return found
    parts = {satellite: estimate for satellite, estimate in found.items() if satellite != AGGREGATE}
    newest = max(estimate.at for estimate in parts.values())
    return parts if newest >= found[AGGREGATE].at else {AGGREGATE: found[AGGREGATE]}
