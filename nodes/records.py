"""Rows of the monitor's tables, newest first, at a cost that does not grow with the table.

What an index can select is selected by it. What no index can (a rare status, say) is searched among the
newest SEARCHED rows only, and the answer says so. Nothing is counted, and no page is deep.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from nodes.fields import from_stored
from nodes.reading import reading

SEARCHED = 50_000
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
    """`searched`: how many of the newest rows were, or None for all. `further_back`: the end to ask for next."""

    rows: list[models.Model]
    number: int
    has_next: bool
    searched: int | None
    further_back: datetime | None


@dataclass(frozen=True)
class _Selection:
    rows: QuerySet
    rest: Q
    by_time: bool


def page_of(source: Source, criteria: Criteria, number: int = 1) -> RowPage:
    """Page `number` (1 to LAST_PAGE) of the rows, newest first. Raises EventsUnavailable."""
    with reading():
        selection = _selection(source, criteria)
        floor = _floor(selection) if selection.rest else None
        rows = selection.rows if floor is None else selection.rows.filter(_from(floor, selection.by_time))
        first = (number - 1) * ROWS_ON_A_PAGE
        found = list(rows.filter(selection.rest)[first : first + ROWS_ON_A_PAGE + 1])
    has_next, found = len(found) > ROWS_ON_A_PAGE, found[:ROWS_ON_A_PAGE]
    can_go_back = source.time_index or selection.by_time
    oldest = _oldest(floor, found, has_next and number == LAST_PAGE) if can_go_back else None
    return RowPage(found, number, has_next, SEARCHED if floor else None, oldest)


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
    span = _span(criteria)
    rest = Q(**criteria.equals)
    rows = source.model._default_manager.all()
    if node and source.node_index:
        # Without a time stamp a row has no place in this order, and databases disagree where to put it.
        return _Selection(_in_time(rows.filter(node, span or Q(timestamp__isnull=False))), rest, True)
    if span and source.time_index:
        return _Selection(_in_time(rows.filter(span)), node & rest, True)
    return _Selection(rows.order_by("-id"), node & span & rest, False)


def _span(criteria: Criteria) -> Q:
    bounds = {"timestamp__gte": criteria.start, "timestamp__lt": criteria.end}
    return Q(**{lookup: moment for lookup, moment in bounds.items() if moment is not None})


def _in_time(rows: QuerySet) -> QuerySet:
    return rows.order_by("-timestamp", "-id")


def _floor(selection: _Selection) -> tuple[str, int] | None:
    """Time stamp, as text, and id of the last row to search; None where there are fewer."""
    rows = selection.rows.annotate(text=Cast("timestamp", TextField())).values_list("text", "id")
    return next(iter(rows[SEARCHED - 1 : SEARCHED]), None)


def _from(floor: tuple[str, int], by_time: bool) -> Q:
    # As text, since the time stamp of this very row may be a broken one.
    return Q(timestamp__gte=Value(floor[0], TextField())) if by_time else Q(id__gte=floor[1])


def _oldest(floor: tuple[str, int] | None, found: list[models.Model], cut: bool) -> datetime | None:
    """The end to ask for next: the whole second after the last row looked at, which then comes again first."""
    stamp = getattr(found[-1], "timestamp", None) if cut else from_stored(floor[0]) if floor else None
    return stamp.replace(microsecond=0) + timedelta(seconds=1) if isinstance(stamp, datetime) else None
