"""Reading the two windows of a change from the roll-ups: as for comparisons, with their statements."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import rolled, sql
from comparison.change.basis import Coarse
from comparison.change.observed import BeforeAndAfter, observed
from comparison.change.windows import Windows
from comparison.spans import BY_DAY, MOST_IN_HOURS, hour_of, moment_of
from comparison.tally import Traffic
from comparison.told import INTAKE_TABLES
from comparison.window import Window
from nodes import catalog
from nodes.fields import from_stored
from nodes.sql import rolled as statements
from nodes.sql import told


@dataclass(frozen=True)
class Found:
    """What is known of the nodes whose windows are whole; `sampled` are the nodes that roll-ups are too far behind."""

    nodes: Mapping[str, BeforeAndAfter]
    coarse: Mapping[str, Coarse]
    sampled: frozenset[str]


def known_since(connection: BaseDatabaseWrapper, names: Sequence[str], until: datetime) -> dict[str, datetime]:
    """The first event of each node that has any, counted or not."""
    first: dict[str, list[str | None]] = {name: [] for name in names}
    for name, _, counted, _ in statements.named(connection, names):
        first[name].append(counted)
    for name, uncounted, _ in sql.edges(connection, names, until):
        first[name].append(uncounted)
    known = {name: from_stored(min(filter(None, times), default=None)) for name, times in first.items()}
    return {name: moment for name, moment in known.items() if moment is not None}


def read(connection: BaseDatabaseWrapper, names: Sequence[str], windows: Windows) -> Found:
    traffic: dict[str, list[Traffic]] = {name: [] for name in names}
    spans = list(_spans(windows))
    for span in spans:
        for name, each in rolled.read(connection, names, partial(_always, span), by_point=True).traffic.items():
            traffic[name].append(each)
    whole = {name: parts for name, parts in traffic.items() if len(parts) == len(spans)}
    return Found(
        {name: observed(parts, windows) for name, parts in whole.items()},
        _coarse(connection, list(whole), windows),
        frozenset(names) - whole.keys(),
    )


def _spans(windows: Windows) -> Iterator[Window]:
    """What is read at once: such that its series has points of the windows' step."""
    if windows.step is BY_DAY:
        yield Window(windows.before.start, windows.after.end)
        return
    for window in (windows.before, windows.after):
        for first in range(hour_of(window.start), hour_of(window.end), MOST_IN_HOURS):
            yield Window(moment_of(first), min(moment_of(first + MOST_IN_HOURS), window.end))


def _coarse(connection: BaseDatabaseWrapper, names: Sequence[str], windows: Windows) -> dict[str, Coarse]:
    if not names or not catalog.has_tables(connection, INTAKE_TABLES):
        return {}
    before, after = (
        Counter(_coarse_of(connection, names, range(first, first + windows.hours)))
        for first in (windows.before_from, windows.after_from)
    )
    return {name: Coarse(before[name], after[name]) for name in names}


def _coarse_of(connection: BaseDatabaseWrapper, names: Sequence[str], hours: range) -> dict[str, int]:
    rows = told.coarse_durations(connection, names, hours.start, hours.stop)
    return {name: int(durations) for name, durations in rows}


def _always(window: Window, now: datetime) -> Window:
    return window
