"""What pictures show beside a result: read when a page is made of it, and not by the comparison itself.

All in one snapshot, few statements for all nodes that are drawn: snapshots of the space by jumps to the last one of
each step of time, compactions of the window, starts of the nodes, and hourly sums of a week at the most.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.actions import DOWNLOAD, UPLOAD
from comparison.basis import Span, window_of
from comparison.gather import WITH_TRAFFIC
from comparison.metrics import EFFICIENCY, PERFORMANCE
from comparison.result import Result
from comparison.spans import hour_of, moment_of, points_of, step_of
from comparison.storage import Snapshot, snapshot
from comparison.window import Window
from nodes import catalog
from nodes.errors import EventsUnavailable
from nodes.fields import from_stored, to_stored
from nodes.reading import reading
from nodes.rollups.codes import ACTION_CODES, HOUR, HOURS_A_DAY
from nodes.rollups.presence import rollups_exist
from nodes.soundness import STATUSES
from nodes.sql import pictures as statements
from nodes.sql import rolled

logger = logging.getLogger(__name__)

MOST_COMPACTIONS = 5_000
LONGEST_COMPACTION = timedelta(days=7)
MOST_HOURS = 7 * HOURS_A_DAY  # of the hour-of-day map: a week is read in milliseconds, and tells days from nights
_TRANSFERS = ACTION_CODES[DOWNLOAD], ACTION_CODES[UPLOAD]

Attempts = Counter[tuple[int, str, str]]


@dataclass(frozen=True)
class Compaction:
    """One run of a satellite's store of pieces; `start` is `end` where its duration is not known."""

    start: datetime
    end: datetime
    satellite: str
    store: str


@dataclass(frozen=True)
class Start:
    """A process as the node's API told it: when it started, or else was seen first; `before` is the version of the
    process before it, None where none is known.
    """

    at: datetime
    version: str | None
    before: str | None

    @property
    def is_change(self) -> bool:
        return None not in (self.before, self.version) and self.before != self.version


@dataclass(frozen=True)
class HoursOfDay:
    """Attempts by name of the node, and of each by hour of the day in UTC, action and status, in `span`."""

    span: Span
    attempts: Mapping[str, Attempts]


@dataclass(frozen=True)
class Pictured:
    """By name of the node; `trouble` is the sentence that says why nothing could be read."""

    space: Mapping[str, list[Snapshot]] = field(default_factory=dict)
    compactions: Mapping[str, list[Compaction]] = field(default_factory=dict)
    starts: Mapping[str, list[Start]] = field(default_factory=dict)
    hours: HoursOfDay | None = None
    trouble: str = ""


def pictured(result: Result, names: Sequence[str]) -> Pictured:
    """What the type of the result has pictures of, of these nodes."""
    span = window_of(result)
    window = Window(span.start, span.end)
    try:
        with reading() as connection:
            return _read(connection, result["type"], names, window)
    except EventsUnavailable as error:
        logger.warning("Pictures could not be read: %s (%s)", error, error.__cause__)
        return Pictured(trouble=str(error))


def _read(connection: BaseDatabaseWrapper, type: str, names: Sequence[str], window: Window) -> Pictured:
    return Pictured(
        space=_space(connection, names, window) if type == EFFICIENCY else {},
        compactions=_compactions(connection, names, window) if type in WITH_TRAFFIC else {},
        starts=_starts(connection, names, window) if type in WITH_TRAFFIC else {},
        hours=_hours(connection, names, window) if type == PERFORMANCE else None,
    )


def _space(connection: BaseDatabaseWrapper, names: Sequence[str], window: Window) -> dict[str, list[Snapshot]]:
    step = step_of(window)
    edges = [
        (max(moment_of(step.start(point)), window.start), min(moment_of(step.start(point + 1)), window.end))
        for point in points_of(window)
    ]
    steps = [(name, to_stored(start), to_stored(end)) for name in names for start, end in edges]
    found: dict[str, list[Snapshot]] = {}
    for name, *rest in statements.space(connection, steps):
        if (one := snapshot(*rest)) is not None:
            found.setdefault(name, []).append(one)
    return found


def _compactions(connection: BaseDatabaseWrapper, names: Sequence[str], window: Window) -> dict[str, list[Compaction]]:
    """The newest first. Their times are in no certain form: a day more is read on both sides, and each is looked at."""
    if not catalog.has_tables(connection, ["hashstore_compaction_history"]):
        return {}
    a_day = timedelta(days=1)
    span = to_stored(window.start - a_day), to_stored(window.end + a_day)
    found: dict[str, list[Compaction]] = {}
    for name, satellite, store, ended, seconds in statements.compactions(connection, names, span, MOST_COMPACTIONS):
        end = _moment(ended)
        if end is not None and window.start <= end < window.end:
            found.setdefault(name, []).append(Compaction(end - _duration(seconds), end, satellite, store))
    return found


def _starts(connection: BaseDatabaseWrapper, names: Sequence[str], window: Window) -> dict[str, list[Start]]:
    """Those in the window, the oldest first. Nothing where the database has no table of them yet."""
    if not catalog.has_tables(connection, ["sno_starts"]):
        return {}
    rows = groupby(statements.starts(connection, names), key=itemgetter(0))
    found = {name: [start for start in starts_of(of) if window.start <= start.at < window.end] for name, of in rows}
    return {name: starts for name, starts in found.items() if starts}


def starts_of(rows: Iterable[Sequence[Any]]) -> Iterator[Start]:
    """From the rows of one node, the oldest first: name, when it was first seen, version and start."""
    before, started_before = None, None
    for _, seen, version, started in rows:
        # The same start as another version is one that the API did not tell.
        found = started if started != started_before else seen if before and version != before else None
        if (at := from_stored(found)) is not None:
            yield Start(at, version, before)
        before, started_before = version, started


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _duration(seconds: object) -> timedelta:
    if not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_COMPACTION.total_seconds():
        return timedelta()
    return timedelta(seconds=seconds)


def _hours(connection: BaseDatabaseWrapper, names: Sequence[str], window: Window) -> HoursOfDay | None:
    """Of the window's last whole days, so that each hour of the day is there as often; None without roll-ups."""
    if not rollups_exist(connection):
        return None
    last = hour_of(window.end)
    whole = min(last - hour_of(window.start), MOST_HOURS)
    first = last - (whole // HOURS_A_DAY * HOURS_A_DAY or whole)
    numbers = {number: name for name, number, *_ in rolled.named(connection, names)}
    pieces = [(number, HOUR, first, last) for number in numbers]
    found: defaultdict[str, Attempts] = defaultdict(Counter)
    for node, hour, action, status, attempts in rolled.attempts_by_hour_of_day(connection, pieces, _TRANSFERS):
        transfer = DOWNLOAD if action == _TRANSFERS[0] else UPLOAD
        found[numbers[node]][hour, transfer, STATUSES[status - 1]] += int(attempts)
    return HoursOfDay(Span(moment_of(first), moment_of(last)), found) if found else None
