"""What people are shown of how the operator's sources do: the log and the API of each node."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.conf import settings

from nodes import catalog
from nodes.display import NO_VALUE, moment
from nodes.fields import from_stored
from nodes.intake import states
from nodes.intake.states import HEARTBEAT
from nodes.known import natural_order
from nodes.models import IntakeState, Node
from nodes.reading import reading
from nodes.sno import store
from nodes.sno.poller import LONGEST_BACK_OFF
from nodes.sources import double_nodes

NOT_RUNNING = "No collector runs now."
NEVER_RUN = "Not read yet: run `make run COLLECT=1`, or `manage.py collect`; one that runs begins within ten seconds."
NOT_ASKED = "Not asked yet: the site asks within seconds while it runs."
NOBODY_ASKS = "Nobody asks now."
ASKING_IS_OFF = "Nobody asks: API_POLL_INTERVAL is 0."
SENT = "none: it is sent, or was asked before"  # in the place of an address


@dataclass(frozen=True)
class Standing:
    """Of one node's log or API; `behind` in bytes. Texts for people; `trouble` is empty where there is none."""

    node: str
    source: str
    last_seen: str = NO_VALUE
    last_event: str = NO_VALUE
    behind: int | None = None
    trouble: str = ""

    @property
    def summary(self) -> str:
        return self.trouble or (NO_VALUE if self.last_seen == NO_VALUE else f"last {self.last_seen}")


def log_standings(names: Collection[str] | None = None, as_of: datetime | None = None) -> dict[str, Standing]:
    """Of these nodes (default: all) those that have a log, by name. Raises EventsUnavailable."""
    now, told = as_of or datetime.now(UTC), _states(states.KIND, names)
    logs = _sources("log_path", names)
    return {node: _of_log(node, logs[node], told.get(node), now) for node in sorted(logs, key=natural_order)}


def api_standings(names: Collection[str] | None = None, as_of: datetime | None = None) -> dict[str, Standing]:
    """Of these nodes (default: all) those with an API address or answers that were sent. Raises EventsUnavailable."""
    now, told = as_of or datetime.now(UTC), _states(store.KIND, names)
    addresses = _sources("api_url", names)
    found = {node: _of_api(node, address, told.get(node), now) for node, address in addresses.items()}
    for node, double in double_nodes(found).items():
        found[node] = replace(found[node], trouble=f"{found[node].trouble} {double}".lstrip())
    sent = {node: _of_sent(state) for node, state in told.items() if node not in found and state.last_seen}
    found |= sent
    return {node: found[node] for node in sorted(found, key=natural_order)}


def collector_standing(as_of: datetime | None = None) -> str:
    """Whether `manage.py collect` runs now; empty if so. Raises EventsUnavailable."""
    states_of_logs = _states(states.KIND, None).values()
    last = max(states_of_logs, key=lambda state: state.updated, default=None)
    if last is None:
        return f"{NOT_RUNNING} It never ran."
    return _silence(last, as_of or datetime.now(UTC))


def _sources(field: str, names: Collection[str] | None) -> dict[str, str]:
    with_source = Node.objects.exclude(**{field: ""})
    chosen = with_source if names is None else with_source.filter(name__in=names)
    return dict(chosen.values_list("name", field))


def _states(kind: str, names: Collection[str] | None) -> dict[str, IntakeState]:
    with reading() as connection:
        if not catalog.has_tables(connection, [IntakeState._meta.db_table]):
            return {}
        of_kind = IntakeState.objects.using(connection.alias).filter(kind=kind)
        return {state.node: state for state in (of_kind if names is None else of_kind.filter(node__in=names))}


def _of_log(node: str, log: str, state: IntakeState | None, now: datetime) -> Standing:
    if state is None:
        return Standing(node, log, trouble=NEVER_RUN)
    trouble = _silence(state, now) or _trouble(state)
    return Standing(node, log, _told(state.last_seen), _told(state.last_event), state.behind_bytes, trouble)


def _silence(state: IntakeState, now: datetime) -> str:
    return f"{NOT_RUNNING} It ran last at {_told(state.updated)}." if _is_older(state, now, 2 * HEARTBEAT) else ""


def _of_api(node: str, address: str, state: IntakeState | None, now: datetime) -> Standing:
    off = "" if settings.API_POLL_INTERVAL else ASKING_IS_OFF
    if state is None:
        return Standing(node, address, trouble=off or NOT_ASKED)
    longest = timedelta(seconds=2 * max(LONGEST_BACK_OFF, settings.API_POLL_INTERVAL))
    if _is_older(state, now, longest):
        trouble = f"{off or NOBODY_ASKS} It was asked last at {_told(state.updated)}."
    else:
        trouble = _trouble(state)
    return Standing(node, address, _told(state.last_seen), trouble=trouble)


def _of_sent(state: IntakeState) -> Standing:
    """What is wrong with an address that was taken away is of no interest any more."""
    is_of_answer = state.updated == state.last_seen
    return Standing(state.node, SENT, _told(state.last_seen), trouble=_trouble(state) if is_of_answer else "")


def _is_older(state: IntakeState, now: datetime, longest: timedelta) -> bool:
    updated = from_stored(state.updated)
    return updated is None or now - updated > longest


def _trouble(state: IntakeState) -> str:
    return f"{state.trouble} Since {_told(state.trouble_since)}." if state.trouble else ""


def _told(stored: str | None) -> str:
    return NO_VALUE if stored is None else moment(from_stored(stored) or stored)
