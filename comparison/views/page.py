"""The page, and the same comparison as CSV and JSON."""

from collections.abc import Callable
from html import unescape
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from comparison.access import viewer_required
from comparison.basis import bases, moment, month_of, range_of, rests_on_events, satellites_of, span_of, window_of
from comparison.change.engine import with_beside
from comparison.change.view import change_shown, differences_shown, previous_span
from comparison.details_view import parts
from comparison.engine import compare
from comparison.export import csv_text
from comparison.fleet import FLEET, SHEET, fleet
from comparison.forms import Choice, permanent, tidied
from comparison.freshness import newest_event
from comparison.gather import OnNode
from comparison.many import MANY
from comparison.markdown import markdown_text
from comparison.metrics import EARNINGS, TYPE_LABELS
from comparison.money.export import months_csv
from comparison.money.months_view import months
from comparison.money.view import statements
from comparison.money.worth_view import MEANING, worth_table
from comparison.multiples import multiples
from comparison.notes import remarks_of, said
from comparison.number_tables import number_tables
from comparison.pictures import pictures
from comparison.present import labels_of, sheet
from comparison.request import YES, InvalidRequest
from comparison.result import Result
from comparison.risk_view import HEAD, folded, risk_lines
from comparison.summary import summary
from comparison.views.start import kept
from comparison.window import USUAL_RANGES
from nodes.known import NO_NODES, known_nodes
from nodes.together import together

SCRIPTS = ("filter.js", "local-time.js", "stream.js", "copy.js")
# The page's script asks for the table of nodes alone, in another order, and takes it if it is of the same result.
PART, FIGURES, OF = "X-Part", "figures", "X-Of"
FEW_COLUMNS = 3  # up to so many nodes leave room for the charts beside the table


@never_cache
@require_safe
@viewer_required
def page(request: HttpRequest) -> HttpResponseBase:
    query = tidied(request.GET)
    if query != request.GET:
        return redirect(f"{request.path}?{query.urlencode()}".rstrip("?"))
    if not query and (start := kept(request)):
        return start
    choice = Choice.of(query, known_nodes())
    is_part = request.headers.get(PART) == FIGURES and choice.fleet.is_for(len(choice.ids))
    try:
        result = (compare(choice.request()) if is_part else compared(choice)) if choice.ids else None
    except InvalidRequest as error:
        return render(request, "compare.html", _form(choice) | {"errors": error.errors}, status=400)
    if result and is_part:
        return _rearranged(request, choice, result)
    return shown(request, choice, result)


@never_cache
@require_safe
@viewer_required
def as_csv(request: HttpRequest) -> HttpResponseBase:
    return _csv(request, "nodes", csv_text)


@never_cache
@require_safe
@viewer_required
def earnings_csv(request: HttpRequest) -> HttpResponseBase:
    """The months of each node."""
    return _csv(request, "months", months_csv)


@never_cache
@require_safe
@viewer_required
def as_markdown(request: HttpRequest) -> HttpResponseBase:
    """For a post in a forum; `mask` in the address leaves out what the nodes are called."""
    choice = _choice(request)
    try:
        result = compared(choice)
    except InvalidRequest as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    text = markdown_text(result, labels_of(choice.nodes), mask=bool(request.GET.get("mask")))
    return HttpResponse(text, content_type="text/markdown; charset=utf-8")


def _csv(request: HttpRequest, what: str, written: Callable[[Result], str]) -> HttpResponseBase:
    try:
        result = compare(_choice(request).request())
    except InvalidRequest as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    end = moment(result["window"]["end"])
    only = "" if result.get("same_satellites") is None else "-same-satellites"
    name = f"{what}-{result['type']}-{range_of(result)}{only}-{end:%Y%m%dT%H%MZ}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(written(result), content_type="text/csv; charset=utf-8", headers=headers)


@never_cache
@require_safe
@viewer_required
def as_json(request: HttpRequest) -> HttpResponseBase:
    try:
        return JsonResponse(compared(_choice(request)), json_dumps_params={"indent": 2})
    except InvalidRequest as error:
        return JsonResponse({"errors": error.errors}, status=400)


def _choice(request: HttpRequest) -> Choice:
    return Choice.of(tidied(request.GET), known_nodes())


def shown(request: HttpRequest, choice: Choice, result: Result | None) -> HttpResponse:
    return render(request, "compare.html", _form(choice) | (_shown(choice, result) if result else {}))


def parts_shown(request: HttpRequest, choice: Choice, result: Result) -> tuple[str, str]:
    """The title of the page, and the inside of its main element."""
    context = _form(choice) | _shown(choice, result) | {"frame": "bare.html"}
    title, _, content = render_to_string("compare.html", context, request).partition("\n")
    return unescape(title), content


def compared(choice: Choice, on_node: OnNode | None = None) -> dict[str, Any]:
    """`on_node` as for comparison.engine.compare. Raises InvalidRequest, and as that does."""
    request = choice.request()
    asked = choice.asked_beside(request)
    return with_beside(compare(request, on_node), request, asked)


def _form(choice: Choice) -> dict[str, Any]:
    labels = labels_of(choice.known)
    chosen = set(choice.ids)
    return {
        "choice": choice,
        "options": [(str(node.pk), labels[node.name], str(node.pk) in chosen) for node in choice.known],
        "types": TYPE_LABELS,
        "ranges": USUAL_RANGES,
        "ticked": YES,
        "max_nodes": settings.MAX_NODES,
        "many": len(choice.known) > MANY,
        "no_nodes": NO_NODES,
        "scripts": SCRIPTS,
        "together": [(each, choice.query(node=sorted(each.ids))) for each in together(choice.known)],
    }


def _rearranged(request: HttpRequest, choice: Choice, result: Result) -> HttpResponse:
    headers = {OF: result["generated_at"]}
    return HttpResponse(render_to_string("compare/_fleet.html", _arranged(choice, result), request), headers=headers)


def _arranged(choice: Choice, result: Result) -> dict[str, Any]:
    """What the table of nodes needs; nothing of it where they are columns."""
    labels = labels_of(choice.nodes)
    is_fleet = choice.fleet.is_for(len(result["nodes"]))
    return {
        "type_label": TYPE_LABELS[result["type"]],
        "window": window_of(result),
        "fleet": fleet(result, labels, choice.fleet, choice.query) if is_fleet else None,
        "sort": choice.fleet.sort,
        "sheet_query": choice.query(view=SHEET),
        "fleet_query": choice.query(view=FLEET),
    }


def _shown(choice: Choice, result: Result) -> dict[str, Any]:
    labels = labels_of(choice.nodes)
    window = window_of(result)
    drawn = pictures(result, labels)
    arranged = _arranged(choice, result)
    risky, others = folded(risk_lines(result, labels))
    return arranged | {
        "result": result,
        "span": span_of(result),
        "month": month_of(result),
        "range_name": range_of(result),
        "satellites": satellites_of(result),
        "all_query": choice.query(same_satellites=""),
        "generated_at": moment(result["generated_at"]),
        "newest": newest_event(result),
        "sheet": sheet(result, labels),
        "few": len(result["nodes"]) <= FEW_COLUMNS and not arranged["fleet"],
        "summary": summary(result, labels),
        "bases": bases(result, labels),
        "bases_folded": len(result["nodes"]) > MANY,
        "notes": said(remarks_of(result, labels)),
        "rests_on_events": rests_on_events(result),
        "pictures": drawn,
        "multiples": multiples(result, labels, drawn.marked),
        "numbers": number_tables(result, labels),
        "parts": parts(result, labels),
        "statements": statements(result, labels) if result["type"] == EARNINGS else None,
        "worth": worth_table(result, labels),
        "worth_meaning": MEANING,
        "change": change_shown(result, labels),
        "differences": differences_shown(result, labels),
        "previous_span": previous_span(result),
        "months": months(result, labels),
        "risk_head": HEAD,
        "risk_lines": risky,
        "risk_folded": others,
        "query": choice.query(),
        "permanent_query": choice.query(as_of=permanent(window.end), month=""),
    }
