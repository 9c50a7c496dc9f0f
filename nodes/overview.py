"""The figures of the node list and the status page: one jump into an index each, whatever the size."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nodes import sql
from nodes.fields import from_stored, to_stored
from nodes.reading import reading
from nodes.soundness import STALE_AFTER, is_score

COUNT_AT_MOST = 100_000  # events counted per node
COUNT_IN_ALL = 1_000_000  # events counted for all nodes together, about 0.05 s


@dataclass(frozen=True)
class Count:
    """A count that stopped at `limit`."""

    value: int
    limit: int

    def __str__(self) -> str:
        return f"{self.limit:,}+" if self.value > self.limit else f"{self.value:,}"


@dataclass(frozen=True)
class Score:
    """The worst satellite's latest online score, in per cent; `is_old` if it was recorded over two days before."""

    value: float
    at: datetime | None
    is_old: bool


@dataclass(frozen=True)
class NodeFigures:
    """Times as stored where they are not in the stored form."""

    last_event: datetime | str | None = None
    events_last_day: Count | None = None
    used_bytes: int | None = None
    online_score: Score | None = None


@dataclass(frozen=True)
class EventsSpan:
    """All events of one node."""

    name: str
    count: Count
    oldest: datetime | str | None
    newest: datetime | str | None


def overview(names: Sequence[str], as_of: datetime | None = None) -> dict[str, NodeFigures]:
    """The figures of each name at `as_of` (default: now), in three statements. Raises EventsUnavailable."""
    end = as_of or datetime.now(UTC)
    start, stop, limit = to_stored(end - timedelta(days=1)), to_stored(end), _count_limit(names)
    with reading() as connection:
        events = sql.events_per_node(connection, names, start, stop, limit + 1)
        used = dict(sql.used_space_per_node(connection, names, stop))
        wanted = sql.PerSatellite("reputation_history", ("online_score", "timestamp"))
        latest = sql.latest_per_satellite(connection, wanted, names, stop)
    scores = _worst([(name, score, stamp) for name, _, _, score, stamp in latest], end)
    return {
        name: NodeFigures(_moment(newest), Count(count, limit), _whole(used.get(name)), scores.get(name))
        for name, _, newest, count in events
    }


def spans(names: Sequence[str]) -> list[EventsSpan]:
    """How many events of which span there are of each name. Raises EventsUnavailable."""
    limit = _count_limit(names)
    with reading() as connection:
        rows = sql.events_per_node(connection, names, sql.LONG_AGO, sql.FAR_AHEAD, limit + 1)
    return [EventsSpan(name, Count(n, limit), _moment(oldest), _moment(newest)) for name, oldest, newest, n in rows]


def _count_limit(names: Sequence[str]) -> int:
    return min(COUNT_AT_MOST, COUNT_IN_ALL // max(1, len(names)))


def _worst(rows: Sequence[tuple[str, object, object]], end: datetime) -> dict[str, Score]:
    worst: dict[str, Score] = {}
    for name, score, stamp in rows:
        if is_score(score) and (name not in worst or score < worst[name].value):
            at = from_stored(stamp)
            worst[name] = Score(float(score), at, at is None or end - at > STALE_AFTER)
    return worst


def _moment(stored: object) -> datetime | str | None:
    return None if stored is None else from_stored(stored) or str(stored)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
