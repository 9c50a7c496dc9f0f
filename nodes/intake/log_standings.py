"""What people are shown of the collecting of logs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from nodes import catalog
from nodes.display import NO_VALUE, moment
from nodes.fields import from_stored
from nodes.intake.states import HEARTBEAT, KIND
from nodes.models import IntakeState
from nodes.reading import reading

NOT_RUNNING = "No collector runs now."


@dataclass(frozen=True)
class Standing:
    """Of one node's log; `behind` in bytes. Texts for people."""

    node: str
    last_line: str
    last_event: str
    behind: int | None
    trouble: str

    @property
    def summary(self) -> str:
        return self.trouble or (NO_VALUE if self.last_line == NO_VALUE else f"last line {self.last_line}")


def log_standings(names: Iterable[str] | None = None, as_of: datetime | None = None) -> dict[str, Standing]:
    """Of these nodes (default: all) those whose logs were ever collected, by name. Raises EventsUnavailable."""
    now = as_of or datetime.now(UTC)
    with reading() as connection:
        if not catalog.has_tables(connection, [IntakeState._meta.db_table]):
            return {}
        states = IntakeState.objects.using(connection.alias).filter(kind=KIND).order_by("node")
        found = list(states if names is None else states.filter(node__in=list(names)))
    return {state.node: _standing(state, now) for state in found}


def _standing(state: IntakeState, now: datetime) -> Standing:
    return Standing(
        state.node, _told(state.last_seen), _told(state.last_event), state.behind_bytes, _trouble(state, now)
    )


def _trouble(state: IntakeState, now: datetime) -> str:
    updated = from_stored(state.updated)
    if updated is None or now - updated > 2 * HEARTBEAT:
        return f"{NOT_RUNNING} It ran last at {_told(state.updated)}."
    return f"{state.trouble} Since {_told(state.trouble_since)}." if state.trouble else ""


def _told(stored: str | None) -> str:
    return NO_VALUE if stored is None else moment(from_stored(stored) or stored)
