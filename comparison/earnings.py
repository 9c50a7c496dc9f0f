"""Metrics from the monitor's earnings estimates, marked as its figures."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import sql
from comparison.measured import Measured, day, is_number, is_whole
from comparison.window import Window
from nodes.models import EarningsEstimate

HOURS_A_MONTH = 720  # in every Storj statement
TB = 10**12


@dataclass(frozen=True)
class Estimate:
    """One satellite's latest estimate of the month; `gross` in US dollars, `byte_hours` stored so far."""

    at: datetime
    gross: Decimal | None
    byte_hours: int | None


def read(connection: BaseDatabaseWrapper, name: str, window: Window) -> list[Estimate]:
    scope = {"node_name": name, "period": window.period}
    ids = sql.latest_per_satellite(connection.vendor, "earnings_estimates", scope, window)
    rows = EarningsEstimate.objects.filter(pk__in=ids)
    return [
        # str() first: the shortest text of the stored float is the amount that the monitor meant.
        Estimate(at, Decimal(str(gross)) if is_number(gross) else None, stored if is_whole(stored) else None)
        for at, gross, stored in rows.values_list("timestamp", "total_earnings_gross", "storage_bytes_hour")
    ]


def measure(estimates: list[Estimate], window: Window) -> Measured:
    measured = Measured()
    sound = [estimate for estimate in estimates if estimate.gross is not None]
    if len(sound) < len(estimates):
        measured.note(f"{len(estimates) - len(sound)} earnings estimates were skipped: the amount is broken.")
    if not sound:
        measured.note(f"No earnings estimates of {window.period} are recorded for this node.")
        return measured
    gross = sum((Fraction(estimate.gross) for estimate in sound if estimate.gross is not None), Fraction(0))
    tb_months = _tb_months(sound)
    measured.values["total_earnings"] = gross
    if tb_months:
        measured.values["earnings_per_stored_tb"] = gross / tb_months
    else:
        measured.note("No earnings per TB: the stored byte-hours are not recorded for every satellite.")
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
