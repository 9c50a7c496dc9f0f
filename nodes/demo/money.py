"""What a demonstration node earns: estimates for this month, finalized ones and payouts for those before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from nodes.demo.space import DAY, HOUR, stored_byte_hours, stored_bytes
from nodes.demo.stories import SATELLITES, TB, Story, chance
from nodes.models import EarningsEstimate, Payout, StorageSnapshot

# US dollars, per TB of 10^12 bytes and per month of 720 hours.
STORAGE_RATE, TRAFFIC_RATE = 1.50, 2.00
MONTH_HOURS = 720
MONTHS_BEFORE = 6
# When this month's estimates were written, before `as_of`; the latest one counts.
WRITTEN = (timedelta(days=2), timedelta(days=1), timedelta(hours=6), timedelta(minutes=30), timedelta(seconds=2))
PAID_AFTER = timedelta(days=9)  # payouts of a month come this long after its end

# Bytes a day by action and satellite.
DailyBytes = Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Month:
    """A month of a node: its start, the node's age in months, and when its row was written."""

    start: datetime
    age: int
    written: datetime
    is_finalized: bool = False


@dataclass(frozen=True)
class Earned:
    """What a month on one satellite was made of."""

    satellite: str
    egress: int
    repair: int
    audit: int
    byte_hours: int


def estimates(
    story: Story, taken: list[StorageSnapshot], daily: DailyBytes, as_of: datetime
) -> Iterator[EarningsEstimate]:
    """Oldest first: the finalized months, then this month's rows; for each satellite every time."""
    for start, end, age in _months_before(story, as_of):
        byte_hours = stored_bytes(story.space, as_of, start + (end - start) / 2) * ((end - start) / HOUR)
        month = Month(start, age, end + 2 * HOUR, is_finalized=True)
        yield from _rows(story, month, daily, (end - start) / DAY, byte_hours)
    start = _month_start(as_of)
    for moment in (as_of - before for before in WRITTEN if as_of - before >= start):
        byte_hours = stored_byte_hours(taken, start, moment)
        yield from _rows(story, Month(start, story.months, moment), daily, (moment - start) / DAY, byte_hours)


def payouts(story: Story, rows: list[EarningsEstimate], as_of: datetime, seed: int) -> Iterator[Payout]:
    """What was paid for the finalized rows: the estimate after what is held back, give or take a little."""
    rng = chance(seed, "payouts", story.name)
    address = f"0x{rng.getrandbits(160):040x}"
    for row in rows:
        moment = row.timestamp + PAID_AFTER
        if row.is_finalized and moment <= as_of:
            yield _payout(row, moment, address, rng)


def held_share(age: int) -> float:
    """What a satellite holds back in a node's month number `age`."""
    return next((share for months, share in ((3, 0.75), (6, 0.5), (9, 0.25)) if age <= months), 0.0)


def _months_before(story: Story, as_of: datetime) -> Iterator[tuple[datetime, datetime, int]]:
    """Start, end and the node's age of each month before this one, oldest first, since the node joined."""
    starts = [_month_start(as_of)]
    for _ in range(min(MONTHS_BEFORE, story.months - 1)):
        starts.insert(0, _month_start(starts[0] - DAY))
    for back, (start, end) in zip(range(len(starts) - 1, 0, -1), pairwise(starts), strict=True):
        yield start, end, story.months - back


def _month_start(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _rows(story: Story, month: Month, daily: DailyBytes, days: float, byte_hours: float) -> Iterator[EarningsEstimate]:
    for satellite, part in SATELLITES.items():
        egress, repair, audit = (
            int(daily.get((action, satellite), 0) * days) for action in ("GET", "GET_REPAIR", "GET_AUDIT")
        )
        yield _estimate(story, month, Earned(satellite, egress, repair, audit, int(byte_hours * part)))


def _estimate(story: Story, month: Month, earned: Earned) -> EarningsEstimate:
    # As the monitor computes it: "net" is before anything is held back, and what is held stands beside it.
    egress, repair, audit = (TRAFFIC_RATE * amount / TB for amount in (earned.egress, earned.repair, earned.audit))
    storage = STORAGE_RATE * earned.byte_hours / MONTH_HOURS / TB
    total = egress + repair + audit + storage
    return EarningsEstimate(
        timestamp=month.written,
        node_name=story.name,
        satellite=earned.satellite,
        period=f"{month.start:%Y-%m}",
        egress_bytes=earned.egress,
        egress_earnings_gross=egress,
        egress_earnings_net=egress,
        storage_bytes_hour=earned.byte_hours,
        storage_earnings_gross=storage,
        storage_earnings_net=storage,
        repair_bytes=earned.repair,
        repair_earnings_gross=repair,
        repair_earnings_net=repair,
        audit_bytes=earned.audit,
        audit_earnings_gross=audit,
        audit_earnings_net=audit,
        total_earnings_gross=total,
        total_earnings_net=total,
        held_amount=total * held_share(month.age),
        node_age_months=month.age,
        held_percentage=held_share(month.age),
        is_finalized=int(month.is_finalized),
    )


def _payout(row: EarningsEstimate, moment: datetime, address: str, rng: Random) -> Payout:
    estimated = (row.total_earnings_gross or 0) - (row.held_amount or 0)
    actual = estimated * rng.uniform(0.97, 1.02)
    return Payout(
        timestamp=moment,
        node_name=row.node_name,
        satellite=row.satellite,
        period=row.period,
        actual_payout=actual,
        estimated_payout=estimated,
        variance=actual - estimated,
        variance_percent=100 * (actual - estimated) / estimated,
        payout_address=address,
        transaction_hash=f"0x{rng.getrandbits(256):064x}",
    )
