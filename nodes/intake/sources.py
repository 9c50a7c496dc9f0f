"""The logs of a node that were read, as the database knows them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import connections
from django.db.models import Max

from nodes.fields import from_stored
from nodes.intake.identity import Known
from nodes.intake.pairing import OLDEST_START
from nodes.models import IntakeSource
from nodes.router import EVENTS
from nodes.sql import intake as rows

EPOCH = datetime.fromtimestamp(0, UTC)
# Lines are not written strictly in the order of their times, so a log may end a little after the next one begins.
OVERLAP = 60 * 1_000_000  # microseconds


def known_sources(node: str) -> list[Known]:
    """Raises django.db.Error, as all here."""
    return [
        Known(source, path, bytes(head), *rest)
        for source, path, head, *rest in rows.known_sources(connections[EVENTS], node)
    ]


def state_of(node: str, source: str) -> bytes:
    """What Stream.resume takes to go on with this log."""
    return rows.state_of(connections[EVENTS], node, source)


def state_before(node: str, first: int | None) -> bytes:
    """What Stream.resume takes to begin a log whose first time is `first`, in microseconds since 1970.

    Of the log that ends when this one begins: attempts that begin in one file of a rotated set end in the next.
    """
    if first is None:
        return b""
    return rows.state_before(connections[EVENTS], node, first - OLDEST_START, first + OVERLAP)


def last_read(node: str, paths: Sequence[str]) -> int | None:
    """When a log of the node at one of these paths was read last, in microseconds since 1970; None for never."""
    found = IntakeSource.objects.using(EVENTS).filter(node=node, path__in=paths).aggregate(Max("updated"))
    moment = from_stored(found["updated__max"])
    return None if moment is None else (moment - EPOCH) // timedelta(microseconds=1)
