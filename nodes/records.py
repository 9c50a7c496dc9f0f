"""Rows of the monitor's tables, newest first, at a cost that does not grow with the table.

What an index can select is selected by it. What no index can (a rare status, say) is searched among the
newest rows only, as many as SEARCH_SECONDS allow, and the answer says how many. Nothing is counted, and
no page is deep.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from django.db import models
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from nodes.fields import from_stored
from nodes.reading import reading

SEARCHED = 50_000  # rows at the most
SEARCH_SECONDS = 0.06  # a slow disk reads fewer
FIRST_STEP = 500
ROWS_ON_A_PAGE = 50
LAST_PAGE = 100


@dataclass(frozen=True)
class Source:
    """A model with `timestamp` and `node_name`, and which of them an index leads to in order of time."""

    model: type[models.Model]
    node_index: bool = False
    time_index: bool = False


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
class _Edge:
    """A row up to which was searched; its time stamp as text, since it may be a broken one."""

    text: str | None
    id: int

    def bound(self, by_time: bool, relation: str) -> Q:
        return Q(
            **{f"timestamp__{relation}": Value(self.text, TextField())} if by_time else {f"id__{relation}": self.id}
        )


@dataclass(frozen=True)
class _Selection:
    """Rows that an index selects, in its order, and what else they must meet.

    Of two lower bounds SQLite may take the wrong one and read on for ever, so `start` and `end` are kept
    apart from the rest of the rows, and an edge takes the place of one of them.
    """

    rows: QuerySet
    rest: Q
    by_time: bool
    start: Q = field(default_factory=Q)
    end: Q = field(default_factory=Q)

    def between(self, newer: _Edge | None = None, older: _Edge | None = None) -> QuerySet:
        """Those before the edge `newer`, down to the edge `older`."""
        end = newer.bound(self.by_time, "lt") if newer else self.end
        start = older.bound(self.by_time, "gte") if older else self.start
        return self.rows.filter(start, end)


@dataclass(frozen=True)
class _Found:
    """Ids in order; `edge` and `searched` where the search ended before the rows did."""

    ids: list[int]
    edge: _Edge | None = None
    searched: int | None = None


def page_of(source: Source, criteria: Criteria, number: int = 1) -> RowPage:
    """Page `number` (1 to LAST_PAGE) of the rows, newest first. Raises EventsUnavailable."""
    first, wanted = (number - 1) * ROWS_ON_A_PAGE, number * ROWS_ON_A_PAGE + 1
    with reading():
        selection = _selection(source, criteria)
        found = _search(selection, wanted) if selection.rest else _take(selection, wanted)
        rows = source.model._default_manager.in_bulk(found.ids[first : wanted - 1])
    listed = [rows[id_] for id_ in found.ids[first:] if id_ in rows]
    has_next = len(found.ids) == wanted
    last = listed[-1] if has_next and number == LAST_PAGE else None
    can_go_back = source.time_index or selection.by_time
    return RowPage(listed, number, has_next, found.searched, _end_after(last, found.edge) if can_go_back else None)


def row_of(source: Source, pk: str) -> models.Model | None:
    """The row with this id; None if there is none or `pk` is no id. Raises EventsUnavailable."""
    try:
        number = int(pk)
    except ValueError:
        return None
    with reading():
        return source.model._default_manager.filter(pk=number).first()


def _selection(source: Source, criteria: Criteria) -> _Selection:
    """Splits the criteria into what an index selects in order, and the rest."""
    node = Q(node_name=criteria.node) if criteria.node is not None else Q()
    start = Q(timestamp__gte=criteria.start) if criteria.start else Q()
    end = Q(timestamp__lt=criteria.end) if criteria.end else Q()
    rest = Q(**criteria.equals)
    rows = source.model._default_manager.all()
    if node and source.node_index:
        # Without a time stamp a row has no place in this order, and databases disagree where to put it.
        start = start or Q(timestamp__isnull=False)
        return _Selection(rows.filter(node).order_by("-timestamp", "-id"), rest, True, start, end)
    if (start or end) and source.time_index:
        return _Selection(rows.order_by("-timestamp", "-id"), node & rest, True, start, end)
    return _Selection(rows.order_by("-id"), node & start & end & rest, False)


def _take(selection: _Selection, wanted: int) -> _Found:
    return _Found(list(selection.between().values_list("id", flat=True)[:wanted]))


def _search(selection: _Selection, wanted: int) -> _Found:
    """The newest `wanted` rows that meet the rest: in growing steps, as long as there is time for the next."""
    ids: list[int] = []
    edge, searched, step = None, 0, min(FIRST_STEP, SEARCHED)
    began = monotonic()
    while True:
        step_began = monotonic()
        newer, edge = edge, _edge(selection.between(edge), step)
        part = selection.between(newer, edge).filter(selection.rest)
        ids += part.values_list("id", flat=True)[: wanted - len(ids)]
        if edge is None or len(ids) == wanted:
            return _Found(ids)
        searched, step = searched + step, min(2 * step, SEARCHED - searched - step)
        now = monotonic()
        if step == 0 or now - began + 2 * (now - step_began) > SEARCH_SECONDS:
            return _Found(ids, edge, searched)


def _edge(rows: QuerySet, step: int) -> _Edge | None:
    """The row number `step`; None where there are fewer. Reads index entries only."""
    texts = rows.annotate(text=Cast("timestamp", TextField())).values_list("text", "id")
    return next((_Edge(text, id_) for text, id_ in texts[step - 1 : step]), None)


def _end_after(last: models.Model | None, edge: _Edge | None) -> datetime | None:
    """The whole second after the last row looked at, so that this row comes again first."""
    stamp = getattr(last, "timestamp", None) if last else from_stored(edge.text) if edge else None
    return stamp.replace(microsecond=0) + timedelta(seconds=1) if isinstance(stamp, datetime) else None
