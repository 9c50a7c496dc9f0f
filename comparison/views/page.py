"""The page, and the same comparison as CSV and JSON."""

import secrets
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from comparison.access import viewer_required
from comparison.basis import moment, range_of
from comparison.change.engine import with_beside
from comparison.engine import compare
from comparison.export import csv_text
from comparison.forms import Choice, tidied
from comparison.freshness import newest_event
from comparison.gather import OnNode
from comparison.many import MANY
from comparison.markdown import markdown_text
from comparison.metrics import TYPE_LABELS
from comparison.money.export import months_csv
from comparison.packed import PiecedResponse
from comparison.present import labels_of
from comparison.request import YES, InvalidRequest
from comparison.result import Result
from comparison.views.article import arranged, article, is_few, kept, made
from comparison.views.start import kept as kept_start
from comparison.window import USUAL_RANGES
from nodes.known import WAYS, known_nodes
from nodes.together import together

SCRIPTS = ("filter.js", "local-time.js", "stream.js", "copy.js")
# The page's script asks for the table of nodes alone, in another order, and takes it if it is of the same result.
PART, FIGURES, OF = "X-Part", "figures", "X-Of"


@never_cache
@require_safe
@viewer_required
def page(request: HttpRequest) -> HttpResponseBase:
    query = tidied(request.GET)
    if query != request.GET:
        return redirect(f"{request.path}?{query.urlencode()}".rstrip("?"))
    if not query and (start := kept_start(request)):
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
    if result is None:
        return render(request, "compare.html", _form(choice))
    # Where the article goes: a name that nothing else on the page can have.
    mark = f"article-{secrets.token_hex(16)}"
    page = render_to_string("compare.html", _form(choice) | _around(choice, result, mark), request)
    before, _, after = page.partition(mark)
    return PiecedResponse([before.encode(), article(choice, result).packed, after.encode()])


def parts_shown(request: HttpRequest, choice: Choice, result: Result) -> Iterator[str]:
    """The title of the page; the inside of its main element up to the figures; and the rest of the article."""
    found = kept(choice, result)
    pieces = iter((found.first, found.rest)) if found else made(choice, result)
    context = _form(choice) | _around(choice, result, next(pieces)) | {"frame": "bare.html"}
    title, _, content = render_to_string("compare.html", context, request).partition("\n")
    yield unescape(title)
    yield content
    yield from pieces


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
        "ways": WAYS,
        "scripts": SCRIPTS,
        "together": [(each, choice.query(node=sorted(each.ids))) for each in together(choice.known)],
    }


def _rearranged(request: HttpRequest, choice: Choice, result: Result) -> HttpResponse:
    headers = {OF: result["generated_at"]}
    return HttpResponse(render_to_string("compare/_fleet.html", arranged(choice, result), request), headers=headers)


def _around(choice: Choice, result: Result, article: str) -> dict[str, Any]:
    return {
        "result": result,
        "article": mark_safe(article),  # noqa: S308 - made by templates, or a mark of our own
        "few": is_few(choice, result),
        "type_label": TYPE_LABELS[result["type"]],
        "range_name": range_of(result),
        "newest": newest_event(result),
        "query": choice.query(),
    }
