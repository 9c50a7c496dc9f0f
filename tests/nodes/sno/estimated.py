"""What a storagenode estimates of its payout, by its own formula: storagenode/payouts/estimatedpayouts of its source.

From the same daily figures that it tells, in US cents and floats as there; shares no code with the product.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

TB = 1e12
HOURS_A_MONTH = 720


def held_rate(joined: datetime, period: datetime) -> int:
    """payouts.GetHeldRate: by the calendar months since the node joined, whatever the day."""
    months = (period.year - joined.year) * 12 + period.month - joined.month
    if months <= 2:
        return 75
    if months <= 5:
        return 50
    return 25 if months <= 8 else 0


def payout(
    stored: Sequence[dict[str, Any]], moved: Sequence[dict[str, Any]], prices: dict[str, int], held_percent: float
) -> dict[str, Any]:
    """Of the days of a month; audits are priced with repair, and both at the price of audits."""
    egress = sum(day["egress"]["usage"] for day in moved)
    repair_and_audit = sum(day["egress"]["repair"] + day["egress"]["audit"] for day in moved)
    disk_space = sum(day["atRestTotal"] for day in stored) / HOURS_A_MONTH
    egress_payout = egress * prices["EgressBandwidth"] / TB
    repair_and_audit_payout = repair_and_audit * prices["AuditBandwidth"] / TB
    disk_space_payout = disk_space * prices["DiskSpace"] / TB
    gross = egress_payout + repair_and_audit_payout + disk_space_payout
    held = gross * held_percent / 100
    return {
        "egressBandwidth": egress,
        "egressBandwidthPayout": egress_payout,
        "egressRepairAudit": repair_and_audit,
        "egressRepairAuditPayout": repair_and_audit_payout,
        "diskSpace": disk_space,
        "diskSpacePayout": disk_space_payout,
        "heldRate": held_percent,
        "payout": gross - held,
        "held": held,
    }


def expected(so_far: float, now: datetime, joined: datetime) -> int:
    """Grows with the minutes since the month began, or since the node joined in it."""
    start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    since = max(start, joined)
    minutes, in_all = (now - since).total_seconds() / 60, (end - since).total_seconds() / 60
    return int(so_far / minutes * in_all) if minutes else 0
