"""Rows of what the APIs of nodes and the intake tell, as their writers leave them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from nodes.fields import to_stored
from nodes.models import IntakeAudit, IntakeNode, IntakeSkipped, IntakeTiming, SnoAuditWindow, SnoNode, SnoSatellite
from nodes.satellites import US1

EVENTS = "events"
WINDOW = timedelta(hours=12)
AS_OF = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONG_AGO = AS_OF - timedelta(days=400)


def _row(model: Any, **values: Any) -> None:
    stored = {key: to_stored(value) if isinstance(value, datetime) else value for key, value in values.items()}
    model.objects.using(EVENTS).create(**stored)


def state(node: str, **changed: Any) -> None:
    usual: dict[str, Any] = {
        "version": "1.162.3",
        "allowed_version": "1.160.0",
        "up_to_date": 1,
        "quic_status": "OK",
        "last_ping": AS_OF - timedelta(minutes=7),
        "started": AS_OF - timedelta(days=9),
        "answered": AS_OF - timedelta(minutes=2),
    }
    _row(SnoNode, node=node, **usual | changed)


def on_satellite(node: str, satellite: str = US1, **changed: Any) -> None:
    updated = changed.get("updated", AS_OF - timedelta(minutes=2))
    usual: dict[str, Any] = {"joined": LONG_AGO, "vetted": LONG_AGO, "answered": updated, "updated": updated}
    _row(SnoSatellite, node=node, satellite=satellite, **usual | changed)


def windows(node: str, shares: Sequence[tuple[int, int]], satellite: str = US1, before: datetime = AS_OF) -> None:
    """(online, total) of the windows before that time, the newest first."""
    for place, (online, total) in enumerate(shares, start=1):
        _row(SnoAuditWindow, node=node, satellite=satellite, start=before - place * WINDOW, online=online, total=total)


def ours(node: str) -> None:
    """Its events are those of our intake."""
    _row(IntakeNode, node=node, last_event_id=1)


def coarse(node: str, at: datetime, durations: int) -> None:
    _row(IntakeTiming, node=node, hour=int(at.timestamp()) // 3600, coarse=durations)


def unended(node: str, started: datetime, piece: str = "PIECE") -> None:
    _row(IntakeAudit, node=node, started=started, satellite=US1, piece_id=piece)


def skipped(node: str, reason: str, lines: int, updated: datetime = AS_OF, example: str = "a line") -> None:
    _row(IntakeSkipped, node=node, reason=reason, lines=lines, example=example, updated=updated)
