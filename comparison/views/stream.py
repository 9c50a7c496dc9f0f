"""The page as it is being computed: server-sent events for the page's own script, and for whoever likes to listen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from comparison.access import viewer_required
from comparison.basis import Span
from comparison.forms import Choice, tidied
from comparison.gather import OnNode
from comparison.metrics import TYPE_LABELS
from comparison.present import labels_of
from comparison.request import ComparisonRequest, InvalidRequest
from comparison.result import NodeResult, Result
from comparison.skeleton import cells_of, skeleton
from comparison.streaming import Event, opened
from comparison.views import page
from comparison.views.article import FEW_COLUMNS
from nodes.known import known_nodes

FULL = "As many comparisons as STREAMS allows are being read just now: ask again in a moment, or open the page."
PLAIN = "text/plain; charset=utf-8"


@require_GET
@viewer_required
def stream(request: HttpRequest) -> HttpResponseBase:
    query = tidied(request.GET)
    choice = Choice.of(query, known_nodes())
    try:
        asked = choice.request()
        choice.asked_beside(asked)
    except InvalidRequest as error:
        return HttpResponse(str(error), status=400, content_type=PLAIN)
    told = _Told(request, choice, asked)
    found = opened(partial(told.start, query.urlencode()), told.compared, told.node, told.end)
    if found is None:
        return HttpResponse(FULL, status=503, content_type=PLAIN, headers={"Retry-After": "2"})
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(found, content_type="text/event-stream", headers=headers)


@dataclass
class _Told:
    """What is told of one comparison."""

    request: HttpRequest
    choice: Choice
    asked: ComparisonRequest
    done: int = field(default=0)

    def compared(self, on_node: OnNode) -> Result:
        return page.compared(self.choice, on_node)

    def start(self, query: str) -> Event:
        window = self.asked.window(datetime.now(UTC))
        shown: dict[str, Any] = {
            "sheet": skeleton(self.asked, labels_of(self.choice.nodes)),
            "type_label": TYPE_LABELS[self.asked.type],
            "window": Span(window.start, window.end),
            "few": len(self.asked.names) <= FEW_COLUMNS,
            "is_empty": True,
        }
        # Nodes as rows have no places before all are there: the table before stays until then.
        is_fleet = self.choice.fleet.is_for(len(self.asked.names))
        html = "" if is_fleet else render_to_string("compare/_skeleton.html", shown)
        return "start", {"query": query, "total": len(self.asked.names), "html": html}

    def node(self, node: NodeResult) -> Event:
        self.done += 1
        return "node", {
            "done": self.done,
            "total": len(self.asked.names),
            "name": node.name,
            "column": self.asked.names.index(node.name),
            "cells": cells_of(self.asked.type, node),
            "error": node.error,
        }

    def end(self, result: Result) -> Iterator[Event]:
        yield "rankings", {"rankings": result["rankings"], "cached": result["cached"]}
        parts = page.parts_shown(self.request, self.choice, result)
        yield "page", {"title": next(parts), "html": next(parts)}
        yield "end", {"html": next(parts)}
