"""Metrics from the monitor's earnings estimates, marked as its figures."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.measured import Measured, day
from comparison.window import Window
from nodes.fields import from_stored, to_stored
from nodes.soundness import is_number, is_whole
from nodes.sql import PerSatellite, latest_per_satellite

HOURS_A_MONTH = 720  # in every Storj statement
TB = 10**12
MOST_EARNED = 10**9  # US dollars; more on one satellite in a month is a broken value


@dataclass(frozen=True)
class Estimate:
    """One satellite's latest estimate of the month; `gross` in US dollars, `byte_hours` stored so far."""

    at: datetime
    gross: Decimal
    byte_hours: int | None


@dataclass(frozen=True)
class Estimates:
    """`broken` counts rows that were skipped."""

    satellites: list[Estimate]
    broken: int


def read(connection: BaseDatabaseWrapper, name: str, window: Window) -> Estimates:
    columns = ("timestamp", "total_earnings_gross", "storage_bytes_hour")
    wanted = PerSatellite("earnings_estimates", columns, window.period)
    satellites, broken = [], 0
    for _, _, skipped, at, gross, stored in latest_per_satellite(connection, wanted, [name], to_stored(window.end)):
        moment = from_stored(at)
        broken += skipped
        if moment is None:
            continue
        if not (is_number(gross) and abs(gross) <= MOST_EARNED):
            broken += 1
            continue
        # str() first: the shortest text of the stored float is the amount that the monitor meant.
        satellites.append(Estimate(moment, Decimal(str(gross)), stored if is_whole(stored) else None))
    return Estimates(satellites, broken)


def measure(estimates: Estimates, window: Window) -> Measured:
    measured = Measured()
    sound = estimates.satellites
    if estimates.broken:
        measured.note(f"{estimates.broken} earnings estimates were skipped: the amount or time stamp is broken.")
    if not sound:
        measured.note(f"No earnings estimates of {window.period} are recorded for this node.")
        return measured
    gross = sum((Fraction(estimate.gross) for estimate in sound), Fraction(0))
    tb_months = _tb_months(sound)
    measured.values["total_earnings"] = gross
    if tb_months:
        measured.values["earnings_per_stored_tb"] = gross / tb_months
    elif tb_months is None:
        measured.note("No earnings per TB: the stored byte-hours are not recorded for every satellite.")
    else:
        measured.note("No earnings per TB: nothing was stored so far this month.")
    newest = max(estimate.at for estimate in sound)
    measured.note(f"Earnings are the monitor's own estimates of {window.period}, as of {day(newest)}.")
    measured.basis["earnings"] = {
        "source": "earnings_estimates",
        "count": len(sound),
        "period": window.period,
        "as_of": newest.isoformat(),
    }
    return measured


def _tb_months(estimates: list[Estimate]) -> Fraction | None:
    """None unless every satellite has its byte-hours: a part would make the yield too high."""
    if any(estimate.byte_hours is None for estimate in estimates):
        return None
    return Fraction(sum(estimate.byte_hours or 0 for estimate in estimates), HOURS_A_MONTH * TB)
