"""What operators otherwise dig for, in parts: one that cannot be read says why, the others stay."""

import platform
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import django
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection as site
from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.cache import statistics
from nodes import sql
from nodes.adopt import missing_indexes, plan
from nodes.api_access import NOT_ALLOWED
from nodes.catalog import has_tables
from nodes.display import NO_VALUE, cell, moment, size
from nodes.errors import EventsUnavailable
from nodes.fields import from_stored
from nodes.known import known_names
from nodes.models import Event, IntakeSkipped
from nodes.overview import spans
from nodes.places import places
from nodes.reading import reading
from nodes.rollups.standing import standing
from nodes.schema import INDEXES
from storj_site import housekeeper, status_sources
from storj_site.middleware import SITE_TROUBLE

Row = tuple[str, ...]
LIMITS = (
    "MAX_EVENTS_FOR_COMPARISON",
    "COMPARISON_CACHE_TTL",
    "MAX_CACHE_ENTRIES",
    "MAX_POOL_SIZE",
    "POOL_TIMEOUT",
    "CONNECTION_TIMEOUT",
    "COMPARISON_WORKERS",
    "MAX_NODES",
    "ROLLUP_INTERVAL",
    "MAX_API_BODY",
    "MAX_PUSH_BODY",
)

# Of lines that could not be read: reasons, and characters of an example.
MOST_SKIPPED, MOST_OF_A_LINE = 100, 1_000


@dataclass(frozen=True)
class Part:
    """A table with a heading per column, or without; `trouble` is a sentence instead of rows."""

    title: str
    rows: Sequence[Row] = ()
    columns: Row = ()
    trouble: str | None = None


@dataclass(frozen=True)
class _Source:
    """Where a part comes from."""

    title: str
    read: Callable[[], Sequence[Row]]
    columns: Row = ()
    allowed: bool = True

    def part(self) -> Part:
        if not self.allowed:
            return Part(self.title, trouble=NOT_ALLOWED)
        try:
            return Part(self.title, self.read(), self.columns)
        except EventsUnavailable as error:
            return Part(self.title, trouble=str(error))
        except DatabaseError:
            return Part(self.title, trouble=SITE_TROUBLE)


def parts(names_nodes: bool = True) -> list[Part]:
    """Everything, or all but the names of the nodes."""
    trouble = _trouble_with_events()

    def of_events(source: _Source) -> Part:
        return Part(source.title, trouble=trouble) if trouble else source.part()

    return [
        _Source("Health", lambda: status_sources.health(trouble)).part(),
        *map(of_events, _of_nodes(names_nodes)),
        of_events(_Source("Roll-ups", _roll_ups)),
        of_events(_Source("Events database", _events_database)),
        of_events(_Source("What `make adopt` would add", _to_adopt)),
        of_events(_Source("Indexes of the events database", _indexes, ("Index", "For", ""))),
        _Source("Site database", lambda: _database(site)).part(),
        _Source("Cache of comparisons", _cache).part(),
        _Source("Places for reads of the events", _places).part(),
        _Source("Limits", _limits).part(),
        _Source("Versions", _versions).part(),
    ]


def _of_nodes(names_nodes: bool) -> list[_Source]:
    return [
        _Source("Events per node", _events_per_node, ("Node", "Events", "Oldest", "Newest"), names_nodes),
        _Source("Node APIs", status_sources.apis, status_sources.API_COLUMNS, names_nodes),
        _Source("Collector", status_sources.logs, status_sources.LOG_COLUMNS, names_nodes),
        _Source("Lines that could not be read", _skipped_lines, ("Node", "Reason", "Lines", "Example"), names_nodes),
    ]


def _trouble_with_events() -> str | None:
    """Asked once for all parts: a locked database lets each of them wait for seconds."""
    try:
        with reading() as connection:
            connection.introspection.table_names()
    except EventsUnavailable as error:
        return str(error)
    return None


def _cache() -> list[Row]:
    counts = statistics()
    return [
        ("Hits", f"{counts.hits:,}"),
        ("Misses", f"{counts.misses:,}"),
        ("Hit rate", NO_VALUE if counts.hit_rate is None else f"{counts.hit_rate:.1f} %"),
        ("Failures of the cache server", f"{counts.errors:,}"),
        ("Entries", "not told by this cache server" if counts.entries is None else f"{counts.entries:,}"),
    ]


def _places() -> list[Row]:
    use = places.use()
    return [
        ("In use", f"{use.in_use} of {use.size}"),
        ("Waits", f"{use.waits:,}"),
        ("Time-outs", f"{use.timeouts:,}"),
        ("Longest wait", f"{use.longest_wait:.3f} s"),
    ]


def _events_database() -> list[Row]:
    with reading() as connection:
        return _database(connection)


def _database(connection: BaseDatabaseWrapper) -> list[Row]:
    return [
        ("Kind", f"{connection.display_name} {'.'.join(map(str, connection.get_database_version()))}"),
        ("Size", size(sql.size_in_bytes(connection))),
        ("Journal mode", sql.journal_mode(connection)),
    ]


def _events_per_node() -> list[Row]:
    rows = [(cell(s.name), str(s.count), moment(s.oldest), moment(s.newest)) for s in spans(known_names())]
    return [*rows, ("All nodes", _most_events(), "", "")]


def _most_events() -> str:
    """Counting takes seconds on a large table; ids ascend, so their span is not below the count."""
    ids = Event.objects.order_by("id").values_list("id", flat=True)
    with reading():
        first, last = ids.first(), ids.last()
    return "0" if first is None or last is None else f"at most {last - first + 1:,}, by the first and last id"


def _indexes() -> list[Row]:
    with reading() as connection:
        missing = missing_indexes(connection)
    return [(str(index), index.purpose, "missing" if index in missing else "exists") for index in INDEXES]


def _to_adopt() -> list[Row]:
    with reading() as connection:
        steps = plan(connection)
    return [(str(step),) for step in steps] or [("Nothing: all that is needed is there.",)]


def _roll_ups() -> list[Row]:
    with reading() as connection:
        found = standing(connection)
    if found is None:
        return [("Roll-ups", "none: `make adopt` adds their tables"), *_housekeeper()]
    return [
        ("Counted up to id", f"{found.watermark:,}"),
        ("Ids that are still ahead", f"{found.ahead:,}"),
        ("First counted event", _stamp(found.first)),
        ("Last counted event", _stamp(found.last)),
        *_housekeeper(),
    ]


def _skipped_lines() -> list[Row]:
    """Of transfers: what the intake left out, most first."""
    with reading() as connection:
        if not has_tables(connection, [IntakeSkipped._meta.db_table]):
            return []
        rows = IntakeSkipped.objects.using(connection.alias).order_by("-lines", "node", "reason")[:MOST_SKIPPED]
        return [(cell(row.node), row.reason, f"{row.lines:,}", cell(row.example, MOST_OF_A_LINE)) for row in rows]


def _stamp(stored: str | None) -> str:
    return NO_VALUE if stored is None else moment(from_stored(stored) or stored)


def _housekeeper() -> list[Row]:
    counting = housekeeper.counting()
    if counting is None:
        return [("Counting in this process", "off")]
    if counting.by_another:
        return [("Counting in this process", "no: another process of this site counts")]
    return [
        ("Last counting in this process", moment(counting.last_run)),
        ("Events counted by this process", f"{counting.events:,}"),
        ("Trouble with counting", counting.trouble or "none"),
    ]


def _limits() -> list[Row]:
    return [(name, f"{getattr(settings, name):,}") for name in LIMITS]


def _versions() -> list[Row]:
    return [
        ("Django", django.get_version()),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
    ]
