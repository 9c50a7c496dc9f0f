"""Earnings in the admin: a page for each node with its statement and months, and one of all nodes together."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from comparison.access import VIEW_NODES
from comparison.engine import compare
from comparison.metrics import EARNINGS
from comparison.money.months_view import months
from comparison.money.view import statements
from comparison.present import labels_of
from comparison.request import InvalidRequest, validated
from comparison.result import Result
from nodes.known import recorded_names
from nodes.models import Node

NOT_KNOWN = "The events database knows nothing of this node."
NONE_KNOWN = "The events database has no nodes yet."


def urls() -> list[URLPattern]:
    """To stand before those of the admin of nodes."""
    return [
        path("earnings/", admin.site.admin_view(of_all), name="nodes_earnings"),
        path("<int:pk>/earnings/", admin.site.admin_view(of_node), name="nodes_node_earnings"),
    ]


@admin.display(description="earnings")
def link(node: Node) -> SafeString:
    """A column of the list of nodes."""
    return format_html('<a href="{}">Earnings</a>', reverse("admin:nodes_node_earnings", args=[node.pk]))


@require_safe
def of_node(request: HttpRequest, pk: int) -> HttpResponse:
    _require_permission(request)
    node = get_object_or_404(Node, pk=pk)
    names = [node.name] if node.name in recorded_names() else []
    context = {"title": f"Earnings of {node}", "node": node, "nothing": NOT_KNOWN}
    return _page(request, names, context, {node.name: str(node)})


@require_safe
def of_all(request: HttpRequest) -> HttpResponse:
    """Of as many nodes as a comparison may have."""
    _require_permission(request)
    known = recorded_names()
    names = known[: settings.MAX_NODES]
    if len(names) < len(known):
        messages.warning(request, f"Here are the first {len(names)} of {len(known)} nodes (MAX_NODES).")
    labels = labels_of(Node.objects.filter(name__in=names))
    return _page(request, names, {"title": "Earnings of all nodes", "nothing": NONE_KNOWN}, labels)


def _require_permission(request: HttpRequest) -> None:
    if not request.user.has_perm(VIEW_NODES):
        raise PermissionDenied


def _page(request: HttpRequest, names: list[str], context: dict[str, Any], labels: dict[str, str]) -> HttpResponse:
    result = _result(request, names) if names else None
    shown = {
        "result": result,
        "statements": statements(result, labels) if result else None,
        "months": months(result, labels) if result else None,
        "opts": Node._meta,
    }
    return TemplateResponse(request, "admin/nodes/earnings.html", admin.site.each_context(request) | context | shown)


def _result(request: HttpRequest, names: list[str]) -> Result:
    """Of the month of the address; of this one, with a message, where that makes no sense."""
    try:
        return compare(validated(names, names, EARNINGS, month=request.GET.get("month"), fewest=1))
    except InvalidRequest as error:
        messages.error(request, str(error))
        return compare(validated(names, names, EARNINGS, fewest=1))
