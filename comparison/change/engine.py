"""What is told beside a comparison: whether a change helped, and the difference to the window before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from comparison.basis import moment
from comparison.change import reading, windows
from comparison.change.basis import Coarse, reasons
from comparison.change.judged import judge
from comparison.change.outcome import Change
from comparison.change.previous import differences
from comparison.change.report import report
from comparison.change.request import Beside, ChangeRequest
from comparison.change.windows import Windows
from comparison.engine import compare
from comparison.metrics import EARNINGS
from comparison.money.month import a_month_before
from comparison.request import ComparisonRequest
from comparison.result import Result
from nodes.reading import reading as reading_events
from nodes.rollups import points
from nodes.rollups.presence import rollups_exist

AN_HOUR = timedelta(hours=1)
NO_ROLLUPS = "A change is judged by the sums per hour, for which this database has no tables yet: see `make adopt`."
UNKNOWN = "No events of a changed node are known."
TOO_SHORT = "Events are needed of at least three hours before the change and of three after it."
BEHIND = "too many of its events are not in the sums per hour yet"
TOO_YOUNG = "it has no events as old as the window before"


def with_beside(result: Result, request: ComparisonRequest, asked: Beside) -> dict[str, Any]:
    """The result of that request, with `change` and `previous` where they are asked for.

    Their form is in the README. Raises as comparison.engine.compare does.
    """
    added = dict(result)
    if asked.change:
        added["change"] = report(change(request, asked.change))
    if asked.previous:
        added["previous"] = differences(result, compare(_before(request, result)))
    return added


def _before(request: ComparisonRequest, result: Result) -> ComparisonRequest:
    """The same of the time before, as long as that of the result, which may have begun with a full hour."""
    start, end = (moment(result["window"][key]) for key in ("start", "end"))
    if request.type == EARNINGS:
        return replace(request, as_of=a_month_before(end))
    return replace(request, as_of=start, hours=-(-(end - start) // AN_HOUR))


def change(request: ComparisonRequest, asked: ChangeRequest) -> Change:
    """Reads roll-ups, and only those. Raises EventsUnavailable and NoPlace."""
    until = request.as_of or datetime.now(UTC)
    with reading_events() as connection:
        if not rollups_exist(connection) or not points.are_complete(connection):
            return Change(asked, reason=NO_ROLLUPS)
        since = reading.known_since(connection, request.names, until)
        if any(name not in since for name in asked.changed):
            return Change(asked, reason=UNKNOWN)
        chosen = windows.chosen(asked.at, asked.settle, max(since[name] for name in asked.changed), until)
        if chosen is None:
            return Change(asked, reason=TOO_SHORT)
        young = {name for name in request.names if name not in since or since[name] > chosen.first_full_hour}
        found = reading.read(connection, [name for name in request.names if name not in young], chosen)
    return _change(request, asked, chosen, found, young)


def _change(
    request: ComparisonRequest, asked: ChangeRequest, chosen: Windows, found: reading.Found, young: set[str]
) -> Change:
    left_out = {name: TOO_YOUNG if name in young else BEHIND for name in request.names if name not in found.nodes}
    if behind := [name for name in asked.changed if name in left_out]:
        return Change(
            asked, chosen, left_out={name: left_out[name] for name in behind}, reason=f"Not judged: {BEHIND}."
        )
    untouched = [name for name in request.names if name not in asked.changed and name in found.nodes]
    basis = {name: reasons(each, found.coarse.get(name, Coarse())) for name, each in found.nodes.items()}
    judged = {name: judge(name, untouched, found.nodes, basis) for name in asked.changed}
    return Change(asked, chosen, untouched, left_out, judged)
