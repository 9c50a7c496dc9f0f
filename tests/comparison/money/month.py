"""Rows of one node's November 2026, for tests of where its statement comes from."""

from datetime import UTC, datetime, timedelta
from typing import Any

from comparison.engine import compute
from comparison.request import ComparisonRequest
from comparison.result import NodeResult
from nodes.models import EarningsEstimate, Event, SnoDay, SnoSatellite, StorageSnapshot
from nodes.satellites import US1

START = datetime(2026, 11, 1, tzinfo=UTC)
AS_OF = datetime(2026, 11, 21, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TB = 10**12
NAME = "attic"


def snapshots(used: int = 3 * TB, hours: int = 480, name: str = NAME) -> None:
    """One an hour from the month's start on, of 6 TB allocated."""
    StorageSnapshot.objects.bulk_create(
        StorageSnapshot(timestamp=START + n * HOUR, node_name=name, used_bytes=used, total_bytes=6 * TB)
        for n in range(hours + 1)
    )


def event(at: datetime, action: str, size: int, satellite: str = US1, **fields: Any) -> Event:
    row = {"timestamp": at, "node_name": NAME, "action": action, "status": "success", "satellite_id": satellite}
    return Event(**row | {"size": size} | fields)


def events(*made: Event) -> None:
    Event.objects.bulk_create(made)


def estimate(satellite: str = US1, **fields: Any) -> None:
    row = {"timestamp": AS_OF - HOUR, "node_name": NAME, "satellite": satellite, "period": "2026-11"}
    EarningsEstimate.objects.create(**row | fields)


def computed(satellite: str, byte_hours: int, egress: int, per: int, **fields: Any) -> None:
    """As the monitor computes it."""
    storage, traffic = byte_hours / 720 * 1.5 / per, egress * 2 / per
    amounts = {"storage_earnings_gross": storage, "egress_earnings_gross": traffic}
    sizes = {"storage_bytes_hour": byte_hours, "egress_bytes": egress, "repair_bytes": 0, "audit_bytes": 0}
    rest = {"repair_earnings_gross": 0.0, "audit_earnings_gross": 0.0, "total_earnings_gross": storage + traffic}
    estimate(satellite, **amounts | sizes | rest | fields)


def api_satellite(satellite: str = US1, **fields: Any) -> None:
    SnoSatellite.objects.create(node=NAME, satellite=satellite, updated=AS_OF.isoformat(), **fields)


def api_days(satellite: str, days: int, **fields: Any) -> None:
    """The same on each day from the first on."""
    SnoDay.objects.bulk_create(
        SnoDay(
            node=NAME,
            satellite=satellite,
            day=f"2026-11-{day:02}",
            updated=(START + day * DAY).isoformat(),
            **fields,
        )
        for day in range(1, days + 1)
    )


def earned(as_of: datetime = AS_OF) -> NodeResult:
    result = compute(ComparisonRequest((NAME,), "earnings", 24, as_of))
    (node,) = result.nodes
    assert node.error is None
    return node


def statement(as_of: datetime = AS_OF) -> dict[str, Any]:
    found = earned(as_of).statement
    assert found is not None
    return found


def lines(as_of: datetime = AS_OF) -> dict[str, dict[str, Any]]:
    return {line["satellite"]: line for line in statement(as_of)["satellites"]}
