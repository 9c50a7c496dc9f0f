"""What the nodes' own APIs and our intake told of the nodes of a comparison: one read for all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.offline import TRACKED, Online, window_start
from comparison.spans import hours_of
from comparison.window import Window
from nodes import catalog
from nodes.fields import from_stored, to_stored
from nodes.sql import told as statements

API_TABLES = ("sno_nodes", "sno_satellites", "sno_audit_windows")
INTAKE_TABLES = ("intake_nodes", "intake_timings", "intake_audits", "intake_skipped")
MOST_NAMED = 3  # unended audits


@dataclass(frozen=True)
class State:
    """What the node's API told when it last `answered`; `down_since` is None while it answers."""

    answered: datetime | None
    down_since: datetime | None
    trouble: str
    version: str | None
    allowed_version: str | None
    up_to_date: bool | None
    quic: str | None
    last_ping: datetime | None
    started: datetime | None


@dataclass(frozen=True)
class OnSatellite:
    """What the node's API told of a satellite at `updated`, and of the windows of its audits when it `answered` for it.

    `audits` are as many as there were at the least.
    """

    url: str
    joined: datetime | None
    vetted: datetime | None
    disqualified: datetime | None
    suspended: datetime | None
    answered: datetime | None
    updated: datetime
    online: Online | None = None
    audits: int = 0


@dataclass(frozen=True)
class Unended:
    """An audit that was started and did not end in time."""

    started: datetime | None
    satellite: str
    piece: str


@dataclass(frozen=True)
class Intake:
    """What our intake knows of the events that it wrote in the window: how many durations were told in whole seconds,
    how many audits did not end, and the newest of these.
    """

    coarse: int = 0
    unended: int = 0
    newest: tuple[Unended, ...] = ()


@dataclass(frozen=True)
class Told:
    """Of one node. `state` and `intake` are None where no API is asked, and where another program writes the events.

    `skipped` are lines of transfers that could not be read, by reason, most first.
    """

    state: State | None = None
    satellites: Mapping[str, OnSatellite] = field(default_factory=dict)
    intake: Intake | None = None
    skipped: tuple[tuple[str, int], ...] = ()


NOTHING = Told()


def read(
    connection: BaseDatabaseWrapper, names: Sequence[str], window: Window, with_events: bool
) -> Mapping[str, Told]:
    """By name, of the nodes of which anything is told; what the intake knows only `with_events`.

    Nothing where a database has no such tables, because it is not adopted.
    """
    tables = API_TABLES + (INTAKE_TABLES if with_events else ())
    if not catalog.has_tables(connection, tables):
        return {}
    states = {name: _state(rest) for name, *rest in statements.states(connection, names)}
    satellites = _satellites(connection, names, window)
    intake = _intake(connection, names, window) if with_events else {}
    skipped = _skipped(connection, names, window) if with_events else {}
    return {
        name: Told(states.get(name), satellites.get(name, {}), intake.get(name), skipped.get(name, ()))
        for name in {*states, *satellites, *intake, *skipped}
    }


def _state(row: Sequence[Any]) -> State:
    version, allowed, up_to_date, quic, last_ping, started, answered, down_since, trouble = row
    return State(
        answered=from_stored(answered),
        down_since=from_stored(down_since),
        trouble=trouble or "",
        version=version,
        allowed_version=allowed,
        up_to_date=None if up_to_date is None else bool(up_to_date),
        quic=quic,
        last_ping=from_stored(last_ping),
        started=from_stored(started),
    )


def _satellites(
    connection: BaseDatabaseWrapper, names: Sequence[str], window: Window
) -> dict[str, dict[str, OnSatellite]]:
    found: dict[str, dict[str, OnSatellite]] = {}
    for name, satellite, url, *times in statements.satellites(connection, names):
        joined, vetted, disqualified, suspended, answered, updated = map(from_stored, times)
        # What a node only tells as of its past, such as what was held, is no satellite that it works for.
        if updated is not None:
            on = OnSatellite(url or "", joined, vetted, disqualified, suspended, answered, updated)
            found.setdefault(name, {})[satellite] = on
    if found:
        _add_history(connection, found, window)
    return found


def _add_history(connection: BaseDatabaseWrapper, found: Mapping[str, dict[str, OnSatellite]], window: Window) -> None:
    until = window_start(window.end)
    span = to_stored(until - TRACKED), to_stored(until)
    rows = statements.online(connection, list(found), *span, to_stored(window.end))
    for name, satellite, windows, share, start, audits in rows:
        on, first = found[name].get(satellite), from_stored(start)
        if on is not None:
            online = Online(windows, share, first) if first else None
            found[name][satellite] = replace(on, online=online, audits=int(audits))


def _intake(connection: BaseDatabaseWrapper, names: Sequence[str], window: Window) -> dict[str, Intake]:
    ours = [name for (name,) in statements.intake_nodes(connection, names)]
    if not ours:
        return {}
    hours, span = hours_of(window), (to_stored(window.start), to_stored(window.end))
    coarse: dict[str, int] = dict(statements.coarse_durations(connection, ours, hours.start, hours.stop))
    unended: dict[str, int] = {}
    newest: dict[str, tuple[Unended, ...]] = {}
    for name, started, satellite, piece, audits in statements.unended_audits(connection, ours, *span, MOST_NAMED):
        unended[name] = int(audits)
        newest[name] = (*newest.get(name, ()), Unended(from_stored(started), satellite, piece))
    return {name: Intake(int(coarse.get(name, 0)), unended.get(name, 0), newest.get(name, ())) for name in ours}


def _skipped(
    connection: BaseDatabaseWrapper, names: Sequence[str], window: Window
) -> dict[str, tuple[tuple[str, int], ...]]:
    rows = statements.skipped_lines(connection, names, to_stored(window.start))
    return {name: tuple(_of(name, rows)) for name in {row[0] for row in rows}}


def _of(name: str, rows: Iterable[tuple[str, str, int]]) -> Iterable[tuple[str, int]]:
    return ((reason, int(lines)) for of, reason, lines in rows if of == name)
