"""What the collector last knew of each node's log, kept where the site can read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from nodes.fields import to_stored
from nodes.intake.times import stored
from nodes.models import IntakeState
from nodes.router import EVENTS

KIND = "log"
# Written at least so often while a collector runs, so that its silence tells that none does.
HEARTBEAT = timedelta(seconds=60)
_COLUMNS = ("last_seen", "last_event", "behind_bytes", "trouble", "trouble_since", "updated")


@dataclass(frozen=True)
class LogState:
    """Microseconds since 1970: when lines were read last, and the latest time that a line had."""

    last_seen: int | None = None
    last_event: int | None = None
    behind: int = 0
    trouble: str | None = None
    trouble_since: datetime | None = None


class States:
    """Writes what has changed since it was written last."""

    def __init__(self) -> None:
        self._written: dict[str, LogState] = {}
        self._beat = datetime.fromtimestamp(0, UTC)

    def write(self, states: Mapping[str, LogState]) -> None:
        """Of all nodes that have a log now. Raises django.db.Error: then the next call writes it."""
        now = datetime.now(UTC)
        is_due = not timedelta(0) <= now - self._beat < HEARTBEAT
        rows = [_row(node, state, now) for node, state in states.items() if is_due or self._written.get(node) != state]
        if not rows and self._written.keys() == states.keys():
            return
        with transaction.atomic(using=EVENTS):
            if is_due or self._written.keys() != states.keys():
                IntakeState.objects.using(EVENTS).filter(kind=KIND).exclude(node__in=list(states)).delete()
            IntakeState.objects.using(EVENTS).bulk_create(
                rows, update_conflicts=True, unique_fields=("node", "kind"), update_fields=_COLUMNS
            )
        self._written, self._beat = dict(states), now if is_due else self._beat


def _row(node: str, state: LogState, now: datetime) -> IntakeState:
    return IntakeState(
        node=node,
        kind=KIND,
        last_seen=None if state.last_seen is None else stored(state.last_seen),
        last_event=None if state.last_event is None else stored(state.last_event),
        behind_bytes=state.behind,
        trouble=state.trouble,
        trouble_since=None if state.trouble_since is None else to_stored(state.trouble_since),
        updated=to_stored(now),
    )
