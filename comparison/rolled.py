"""The traffic of all nodes of a comparison from the roll-ups and the events behind them, in one snapshot."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import behind, history, last_hour, sql
from comparison.actions import UPLOAD
from comparison.behind import Progress, Tails, Uncounted
from comparison.last_hour import Known, LastHour
from comparison.spans import HOURS_OF, LONGEST, Step, hour_of, hours_of, is_full_hour, moment_of, pieces, step_of
from comparison.tally import Tallying, Traffic
from comparison.window import Window
from nodes.fields import from_stored, to_stored
from nodes.rollups.codes import BROKEN, HOURS_A_WEEK, NO_TIME, day_of
from nodes.rollups.codes import hour_of as hour_of_text
from nodes.rollups.points import sums_of
from nodes.rollups.reasons import OTHER_REASONS
from nodes.soundness import ACTIONS, STATUSES
from nodes.sql import rolled as statements
from nodes.sql.groups import EventGroup, newest_groups

# The window of a comparison that is computed at this moment.
WindowAt = Callable[[datetime], Window]
# Stored times of a node's first event and of its last one before the window's end.
Edges = tuple[str | None, str | None]


@dataclass(frozen=True)
class Rolled:
    """The window that was really used, and the traffic by name; without the nodes that have to be sampled.

    `trouble` is the sentence that says why nothing could be read, and all nodes are sampled. `uncounted` is there where
    what is not counted yet is little enough to be read at once.
    """

    window: Window
    traffic: dict[str, Traffic]
    progress: Progress | None
    trouble: str = ""
    uncounted: Uncounted | None = None


def read(connection: BaseDatabaseWrapper, names: Sequence[str], window_at: WindowAt, by_point: bool = False) -> Rolled:
    """The window's start is rounded down to the hour, and its end too where a part of an hour cannot be had.

    `by_point`: with the durations of each point; otherwise percentiles do.
    """
    done = behind.progress(connection)
    # The snapshot is taken now. Of a window that ended before it the roll-ups might have events from after its end,
    # and its last hour would have to be read from the events.
    window = window_at(datetime.now(UTC)).from_full_hour()
    known = {name: Known(*rest) for name, *rest in statements.named(connection, names)}
    end = last_hour.settled(connection, window, known, done.counted)
    tails = behind.groups_of(connection, names, end.window, done)
    tallying = {name: Tallying(Traffic(end.window, "rollup")) for name in tails}
    rolled = _Reading(connection, end, {name: known[name] for name in tails if name in known}, by_point)
    rows = rolled.into(tallying, tails)
    for name, groups in tails.items():
        _add_events(tallying[name], groups)
        if name in end.raw:
            _add_events(tallying[name], _last_hour_of(connection, name, end.window, done), times_known=True)
    all_behind = behind.is_read_at_once(names, done)
    edges = _edges(connection, tails, known if all_behind and done.is_certain else {}, end.window.end)
    traffic = {name: each.finish(exact=False) for name, each in tallying.items()}
    for name, each in traffic.items():
        each.end_is_pruned = name in end.pruned
        _set_times(each, known.get(name), edges[name])
        each.rows_read += rows // len(traffic)
    _add_history(connection, traffic)
    _add_week_before(connection, traffic, known)
    since = {name: each.known_since for name, each in traffic.items()}
    return Rolled(end.window, traffic, done, uncounted=Uncounted(tails, since) if all_behind else None)


def _last_hour_of(connection: BaseDatabaseWrapper, name: str, window: Window, done: Progress) -> list[EventGroup]:
    """All that is counted of it, up to the window's end."""
    span = to_stored(moment_of(hour_of(window.end))), to_stored(window.end)
    return newest_groups(connection, name, span, limit=done.newest, ids=(0, done.counted))


def _add_events(tallying: Tallying, groups: Sequence[EventGroup], times_known: bool = False) -> None:
    """`times_known`: those whose time cannot be read are counted elsewhere."""
    traffic = tallying.traffic
    tallying.add_groups(groups)
    traffic.rows_read += sum(group.attempts for group in groups)
    if not times_known:
        traffic.without_time += sum(group.attempts for group in groups if group.hour is None)


class _Reading:
    """The roll-ups' rows of the nodes that they know.

    Sums of the whole window are read in the longest spans, and a series in those of its step.
    """

    def __init__(
        self, connection: BaseDatabaseWrapper, end: LastHour, known: Mapping[str, Known], by_point: bool
    ) -> None:
        self._connection = connection
        self._window = end.window
        self._step = step_of(end.window)
        self._names = {node.number: name for name, node in known.items()}
        self._last = {node.number: _last_rolled_hour(end, name) for name, node in known.items()}
        self._open = {node.number for node in known.values() if _ends_before(node, end.window)}
        self._series = self._pieces(self._step)
        self._total = self._series if by_point else self._pieces(LONGEST)
        self._by_point = by_point

    def into(self, tallying: Mapping[str, Tallying], tails: Mapping[str, Sequence[EventGroup]]) -> int:
        """The number of rows. `tails` are the events that are added beside them."""
        if not self._series:
            return 0
        of = {number: tallying[name] for number, name in self._names.items()}
        rows = self._satellites(of) + self._points(of) + self._latencies(of) + self._failures(of) + self._presence(of)
        return rows + (0 if self._by_point else self._latencies_beside(of, tails))

    def _pieces(self, step: Step) -> list[tuple[int, int, int, int]]:
        first, found = hour_of(self._window.start), []
        for number, last in self._last.items():
            # A day or week that has nothing after the window's end is read as a whole.
            until = step.ended(last) if number in self._open else last
            found += [(number, piece.span, piece.first, piece.last) for piece in pieces(first, until, step)]
        return found

    def _satellites(self, of: Mapping[int, Tallying]) -> int:
        names = statements.satellites(self._connection)
        rows = statements.counts_by_satellite(self._connection, self._total)
        for node, satellite, action, status, attempts, size in rows:
            traffic = of[node].traffic
            if action == BROKEN:
                traffic.broken += int(attempts)
                continue
            for tally in (traffic.total, traffic.satellites[names.get(satellite, "")]):
                tally.add(ACTIONS[action - 1], STATUSES[status - 1], int(attempts), int(size))
        return len(rows)

    def _points(self, of: Mapping[int, Tallying]) -> int:
        rows = statements.points(self._connection, self._series)
        for node, span, start, sums in rows:
            of[node].add_point(self._step.point(start), sums_of(bytes(sums)), is_whole=span == self._step.span)
        return len(rows)

    def _latencies(self, of: Mapping[int, Tallying]) -> int:
        rows = statements.latencies(self._connection, self._total)
        for node, span, start, action, buckets in rows:
            # Percentiles of a part of a point, as of a day that the window begins in, tell nothing of the whole part.
            is_part = self._by_point or HOURS_OF[span] < self._step.hours
            point = self._step.point(start) if is_part else None
            of[node].add_packed(ACTIONS[action - 1], bytes(buckets), point)
        return len(rows)

    def _latencies_beside(self, of: Mapping[int, Tallying], tails: Mapping[str, Sequence[EventGroup]]) -> int:
        """Those of whole points that have more durations behind."""
        rows = statements.latencies(self._connection, [piece for node in of for piece in self._touched(node, tails)])
        for node, _, start, action, buckets in rows:
            of[node].add_to_point(self._step.point(start), ACTIONS[action - 1], bytes(buckets))
        return len(rows)

    def _touched(self, node: int, tails: Mapping[str, Sequence[EventGroup]]) -> Iterator[tuple[int, int, int, int]]:
        step = self._step
        starts = {step.start(step.point(hour)) for hour in _timed_hours(tails[self._names[node]])}
        for number, span, first, last in self._series:
            if number == node and span == step.span:
                yield from ((node, span, start, start + 1) for start in sorted(starts) if first <= start < last)

    def _failures(self, of: Mapping[int, Tallying]) -> int:
        rows = statements.failures(self._connection, self._total)
        texts = statements.reasons(self._connection, {reason for _, reason, *_ in rows})
        for node, reason, attempts, checked in rows:
            of[node].traffic.add_failures(texts.get(reason, OTHER_REASONS), int(attempts), int(checked))
        return len(rows)

    def _presence(self, of: Mapping[int, Tallying]) -> int:
        """The hours that have events, and the events that have no hour."""
        hours = hours_of(self._window)
        days = statements.hours(self._connection, list(of), day_of(hours.start), hours.stop)
        for node, day, mask in days:
            # The hour that is read from its events may have later ones only.
            of[node].add_hours(day, mask & ((1 << max(0, self._last[node] - day)) - 1))
        timeless = statements.without_time(self._connection, list(of), NO_TIME)
        for node, attempts in timeless:
            of[node].traffic.without_time += int(attempts)
        return len(days) + len(timeless)


def _last_rolled_hour(end: LastHour, name: str) -> int:
    """The hour before which the roll-ups are read: the last one too where all that they have of it is in the window."""
    part = not is_full_hour(end.window.end) and name not in end.raw
    return hour_of(end.window.end) + part


def _ends_before(node: Known, window: Window) -> bool:
    """Whether all that is counted of the node is from before the window's end."""
    return node.last is not None and node.last < to_stored(window.end)


def _timed_hours(groups: Sequence[EventGroup]) -> set[int]:
    hours = (hour_of_text(group.hour) for group in groups if group.durations and group.hour is not None)
    return {hour for hour in hours if hour is not None}


def _edges(
    connection: BaseDatabaseWrapper, tails: Tails, known: Mapping[str, Known], end: datetime
) -> dict[str, Edges]:
    """Of the events behind, which with what is counted are all; of others, of those that there are.

    `known` are the nodes whose events behind have all been read, for certain: jumps into the index of events are cold
    pages.
    """
    before = to_stored(end)
    whole = {name for name, node in known.items() if name in tails and node.last is not None and node.last < before}
    there = sql.edges(connection, [name for name in tails if name not in whole], end)
    return {name: (first, last) for name, first, last in there} | {name: _outermost(tails[name]) for name in whole}


def _outermost(groups: Sequence[EventGroup]) -> Edges:
    firsts, lasts = (group.first for group in groups), (group.last for group in groups)
    return min(filter(None, firsts), default=None), max(filter(None, lasts), default=None)


def _set_times(traffic: Traffic, known: Known | None, edges: Edges) -> None:
    first, last = edges
    since = min(filter(None, (first, known.first if known else None)), default=None)
    traffic.known_since, traffic.known_until = from_stored(since), _until(traffic, known, last)
    if not traffic.events:
        return
    start = hours_of(traffic.window).start
    begin, until = (moment_of(start + offset) for offset in _outer(traffic.hours))
    traffic.oldest = max(filter(None, (begin, traffic.window.start, traffic.known_since)))
    traffic.newest = min(filter(None, (until + timedelta(hours=1), traffic.window.end, traffic.known_until)))


def _add_history(connection: BaseDatabaseWrapper, traffic: Mapping[str, Traffic]) -> None:
    """The monitor's sums of the hours before the first one that is known otherwise."""
    spans = {name: (hour_of(each.window.start), _first_known_hour(each)) for name, each in traffic.items()}
    for name, found in history.read(connection, spans).items():
        traffic[name].history = found


def _add_week_before(
    connection: BaseDatabaseWrapper, traffic: Mapping[str, Traffic], known: Mapping[str, Known]
) -> None:
    """Of nodes whose window does not tell whether canceled uploads are recorded: a short one ranked them wrongly."""
    unsure = {known[name].number: each for name, each in traffic.items() if name in known and _tells_nothing(each)}
    asked = [
        (number, piece.span, piece.first, piece.last)
        for number, each in unsure.items()
        for piece in pieces(hour_of(each.window.start) - HOURS_A_WEEK, hour_of(each.window.start), LONGEST)
    ]
    for number, _, action, status, attempts, size in statements.counts_by_satellite(connection, asked):
        if action != BROKEN:
            unsure[number].before.add(ACTIONS[action - 1], STATUSES[status - 1], int(attempts), int(size))


def _tells_nothing(traffic: Traffic) -> bool:
    return any(traffic.total.of(UPLOAD)) and traffic.total.upload_cancels_recorded is None


def _first_known_hour(traffic: Traffic) -> int:
    return hour_of(min(filter(None, (traffic.known_since, traffic.window.end))))


def _until(traffic: Traffic, known: Known | None, last: str | None) -> datetime | None:
    """The last event before the window's end; where all but later ones are pruned, the end of its hour.

    None where these are pruned before the window too, or there never was one.
    """
    end = traffic.window.end
    counted = known.last if known and known.last and known.last < to_stored(end) else None
    if latest := max(filter(None, (last, counted)), default=None):
        return from_stored(latest)
    if not traffic.hours:
        return None
    return min(end, moment_of(hours_of(traffic.window).start + _outer(traffic.hours)[1] + 1))


def _outer(hours: int) -> tuple[int, int]:
    """The lowest and the highest bit that is set."""
    return (hours & -hours).bit_length() - 1, hours.bit_length() - 1
