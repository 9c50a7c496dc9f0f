"""The page, and the same comparison as CSV and JSON."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from comparison.access import viewer_required
from comparison.basis import bases, moment, rests_on_events, window_of
from comparison.details_view import parts
from comparison.engine import compare
from comparison.export import csv_text
from comparison.forms import Choice, permanent, tidied
from comparison.metrics import EARNINGS, TYPE_LABELS
from comparison.money.view import statements
from comparison.multiples import multiples
from comparison.number_tables import number_tables
from comparison.present import labels_of, sheet
from comparison.request import InvalidRequest
from comparison.risk_view import HEAD, risk_lines
from comparison.summary import summary
from comparison.window import USUAL_RANGES
from nodes.known import known_nodes

FEW_COLUMNS = 3  # up to so many nodes leave room for the charts beside the table
MANY_NODES = 12  # from so many nodes on the list of them is folded away beside a result


@never_cache
@require_safe
@viewer_required
def page(request: HttpRequest) -> HttpResponseBase:
    query = tidied(request.GET)
    if query != request.GET:
        return redirect(f"{request.path}?{query.urlencode()}".rstrip("?"))
    choice = Choice.of(query, known_nodes())
    try:
        result = compare(choice.request()) if choice.ids else None
    except InvalidRequest as error:
        return render(request, "compare.html", _form(choice) | {"errors": error.errors}, status=400)
    return render(request, "compare.html", _form(choice) | (_shown(choice, result) if result else {}))


@never_cache
@require_safe
@viewer_required
def as_csv(request: HttpRequest) -> HttpResponseBase:
    try:
        result = _result(request)
    except InvalidRequest as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    end = moment(result["window"]["end"])
    name = f"nodes-{result['type']}-{result['range']}-{end:%Y%m%dT%H%MZ}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(csv_text(result), content_type="text/csv; charset=utf-8", headers=headers)


@never_cache
@require_safe
@viewer_required
def as_json(request: HttpRequest) -> HttpResponseBase:
    try:
        return JsonResponse(_result(request), json_dumps_params={"indent": 2})
    except InvalidRequest as error:
        return JsonResponse({"errors": error.errors}, status=400)


def _result(request: HttpRequest) -> dict[str, Any]:
    return compare(Choice.of(tidied(request.GET), known_nodes()).request())


def _form(choice: Choice) -> dict[str, Any]:
    labels = labels_of(choice.known)
    chosen = set(choice.ids)
    return {
        "choice": choice,
        "options": [(str(node.pk), labels[node.name], str(node.pk) in chosen) for node in choice.known],
        "types": TYPE_LABELS,
        "ranges": USUAL_RANGES,
        "max_nodes": settings.MAX_NODES,
        "many": len(choice.known) > MANY_NODES,
    }


def _shown(choice: Choice, result: dict[str, Any]) -> dict[str, Any]:
    labels = labels_of(choice.nodes)
    window = window_of(result)
    return {
        "result": result,
        "type_label": TYPE_LABELS[result["type"]],
        "window": window,
        "generated_at": moment(result["generated_at"]),
        "sheet": sheet(result, labels),
        "few": len(result["nodes"]) <= FEW_COLUMNS,
        "summary": summary(result, labels),
        "bases": bases(result, labels),
        "rests_on_events": rests_on_events(result),
        "multiples": multiples(result, labels),
        "numbers": number_tables(result, labels),
        "parts": parts(result, labels),
        "statements": statements(result, labels) if result["type"] == EARNINGS else None,
        "risk_head": HEAD,
        "risk_lines": risk_lines(result, labels),
        "query": choice.query(),
        "permanent_query": choice.query(as_of=permanent(window.end)),
    }
