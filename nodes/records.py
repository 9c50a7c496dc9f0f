"""Rows of the monitor's tables, newest first, at a cost that does not grow with the table.

What an index can select is selected by it. What no index can (a rare status, say) is searched among the
newest rows only, as many as SEARCH_SECONDS allow, and the answer says how many. Nothing is counted, and
no page is deep.

An index has the rows of each node in order of time. Those of all nodes are merged from it: one statement with a part
per node, of which the database reads as far as it needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from time import monotonic

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.fields import from_stored, to_stored
from nodes.reading import reading
from nodes.sql import MOST_PARTS, distinct_names
from nodes.sql.rows import Condition, Key, Rows, newest_keys

SEARCHED = 50_000  # rows at the most
SEARCH_SECONDS = 0.06  # a slow disk reads fewer
FIRST_STEP = 500
ROWS_ON_A_PAGE = 50
LAST_PAGE = 100


@dataclass(frozen=True)
class Source:
    """A model with `timestamp` and `node_name`, and whether an index has the rows of a node in order of time."""

    model: type[models.Model]
    node_index: bool = False


@dataclass(frozen=True)
class Criteria:
    """Which rows: of one node, in [start, end), with these values in these columns."""

    node: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    equals: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RowPage:
    """`searched`: how many of the newest rows were, if not all. `further_back`: the end to ask for next."""

    rows: list[models.Model]
    number: int
    has_next: bool
    searched: int | None
    further_back: datetime | None


@dataclass(frozen=True)
class _Selection:
    """Rows that an index selects, in its order, and what else they must meet.

    `names` are those whose rows are merged in the order of time; without them the order is that of the ids. Of two
    lower bounds SQLite may take the wrong one and read on for ever, so `start` and `end` are kept apart from
    the rest, and an edge takes the place of one of them.
    """

    connection: BaseDatabaseWrapper
    table: str
    rest: list[Condition]
    names: Sequence[str | None] | None = None
    start: list[Condition] = field(default_factory=list)
    end: list[Condition] = field(default_factory=list)

    def between(self, newer: Key | None = None, older: Key | None = None) -> list[Condition]:
        """What the rows before the edge `newer`, down to the edge `older`, meet."""
        start = [self._bound(older, ">=")] if older else self.start
        end = [self._bound(newer, "<")] if newer else self.end
        return [*start, *end]

    def keys(self, conditions: list[Condition], most: int, skip: int = 0) -> list[list[Key]]:
        """A list of keys in order for each statement that it takes."""
        rows = [Rows(self.table)]
        if self.names is not None:
            starts = range(0, len(self.names), MOST_PARTS)
            rows = [Rows(self.table, self.names[at : at + MOST_PARTS]) for at in starts]
        return [newest_keys(self.connection, each, conditions, most, skip) for each in rows]

    def _bound(self, edge: Key, relation: str) -> Condition:
        column, value = ("id", edge.id) if self.names is None else ("timestamp", edge.stored)
        return Condition(column, relation, value)


@dataclass(frozen=True)
class _Found:
    """Ids in order; `edge` and `searched` where the search ended before the rows did."""

    ids: list[int]
    edge: Key | None = None
    searched: int | None = None


def page_of(source: Source, criteria: Criteria, number: int = 1) -> RowPage:
    """Page `number` (1 to LAST_PAGE) of the rows, newest first. Raises EventsUnavailable."""
    first, wanted = (number - 1) * ROWS_ON_A_PAGE, number * ROWS_ON_A_PAGE + 1
    with reading() as connection:
        selection = _selection(connection, source, criteria)
        found = _search(selection, wanted) if selection.rest else _take(selection, wanted)
        rows = source.model._default_manager.in_bulk(found.ids[first : wanted - 1])
    listed = [rows[id_] for id_ in found.ids[first:] if id_ in rows]
    has_next = len(found.ids) == wanted
    last = listed[-1] if has_next and number == LAST_PAGE else None
    further_back = _end_after(last, found.edge) if source.node_index else None
    return RowPage(listed, number, has_next, found.searched, further_back)


def row_of(source: Source, pk: str) -> models.Model | None:
    """The row with this id; None if there is none or `pk` is no id. Raises EventsUnavailable."""
    try:
        number = int(pk)
    except ValueError:
        return None
    with reading():
        return source.model._default_manager.filter(pk=number).first()


def _selection(connection: BaseDatabaseWrapper, source: Source, criteria: Criteria) -> _Selection:
    """Splits the criteria into what an index selects in order, and the rest."""
    table = source.model._meta.db_table
    node = [] if criteria.node is None else [Condition("node_name", "=", criteria.node)]
    start = [Condition("timestamp", ">=", to_stored(criteria.start))] if criteria.start else []
    end = [Condition("timestamp", "<", to_stored(criteria.end))] if criteria.end else []
    rest = [Condition(column, "=", value) for column, value in criteria.equals.items()]
    if source.node_index and (node or start or end):
        names = _names(connection, table) if criteria.node is None else [criteria.node]
        return _Selection(connection, table, rest, names, start, end)
    return _Selection(connection, table, [*node, *start, *end, *rest])


def _names(connection: BaseDatabaseWrapper, table: str) -> list[str | None]:
    """Whatever is a text is a name here, and so is none; bytes, and what is not UTF-8, cannot be asked for."""
    return [None, *(name for name in distinct_names(connection, table) if isinstance(name, str))]


def _take(selection: _Selection, wanted: int) -> _Found:
    return _Found(_first(selection.keys(selection.between(), wanted), wanted))


def _search(selection: _Selection, wanted: int) -> _Found:
    """The newest `wanted` rows that meet the rest: in growing steps, as long as there is time for the next."""
    ids: list[int] = []
    edge, searched, step = None, 0, min(FIRST_STEP, SEARCHED)
    began = monotonic()
    while True:
        step_began, left = monotonic(), wanted - len(ids)
        newer, edge = edge, _edge(selection, edge, step)
        ids += _first(selection.keys([*selection.between(newer, edge), *selection.rest], left), left)
        if edge is None or len(ids) == wanted:
            return _Found(ids)
        searched, step = searched + step, min(2 * step, SEARCHED - searched - step)
        now = monotonic()
        if step == 0 or now - began + 2 * (now - step_began) > SEARCH_SECONDS:
            return _Found(ids, edge, searched)


def _edge(selection: _Selection, newer: Key | None, step: int) -> Key | None:
    """The row number `step` after `newer`, or a later one; None where there are fewer. Reads index entries only.

    Of several statements, the newest of their edges: above that are `step` rows of one, and at most as many of each.
    """
    keys = [key for keys in selection.keys(selection.between(newer), 1, step - 1) for key in keys]
    return max(keys, key=_in_order) if keys else None


def _first(lists: list[list[Key]], most: int) -> list[int]:
    """The ids that come first in all of them."""
    keys = sorted(chain(*lists), key=_in_order, reverse=True) if len(lists) > 1 else lists[0]
    return [key.id for key in keys[:most]]


def _in_order(key: Key) -> tuple[str, int]:
    """SQLite keeps numbers and bytes in a column of any type."""
    return str(key.stored), key.id


def _end_after(last: models.Model | None, edge: Key | None) -> datetime | None:
    """The whole second after the last row looked at, so that this row comes again first."""
    stamp = getattr(last, "timestamp", None) if last else from_stored(edge.stored) if edge else None
    return stamp.replace(microsecond=0) + timedelta(seconds=1) if isinstance(stamp, datetime) else None
