"""Adds the comparison and earnings to the list of nodes in the admin."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from comparison import admin_earnings
from comparison.access import VIEW_NODES
from comparison.request import YES
from nodes import admin as nodes_admin  # noqa: F401 - the Node admin must be registered before it gets an action
from nodes.display import quoted
from nodes.known import known_names
from nodes.models import Node


@admin.action(description="Compare selected nodes", permissions=["view"])
def compare_selected(model_admin: admin.ModelAdmin, request: HttpRequest, nodes: QuerySet[Any]) -> HttpResponse | None:
    """Leads to the page with the selected nodes that are still known, or says why not."""
    return _compared(request, nodes, {})


@admin.action(description="Compare selected nodes on the same satellites", permissions=["view"])
def compare_on_same_satellites(
    model_admin: admin.ModelAdmin, request: HttpRequest, nodes: QuerySet[Any]
) -> HttpResponse | None:
    """The same, restricted to the satellites that all of them serve."""
    return _compared(request, nodes, {"same_satellites": YES})


def _compared(request: HttpRequest, nodes: QuerySet[Any], fields: Mapping[str, str]) -> HttpResponse | None:
    try:
        chosen = _comparable(request, nodes)
    except ValueError as error:
        messages.error(request, str(error))
        return None
    pairs = [*(("node", str(node.pk)) for node in chosen), *fields.items()]
    return redirect(f"{reverse('compare')}?{urlencode(pairs)}")


def _comparable(request: HttpRequest, nodes: QuerySet[Any]) -> list[Node]:
    """Raises ValueError with a sentence unless the page will show them."""
    # The admin lets those who may change nodes but not view them see the list; the page does not.
    if not request.user.has_perm(VIEW_NODES):
        raise ValueError("Comparing nodes needs the permission “Nodes | node | Can view node”.")
    count = nodes.count()
    if count > settings.MAX_NODES:
        raise ValueError(f"Select at most {settings.MAX_NODES} nodes (MAX_NODES); {count} are selected.")
    chosen = _still_known(request, list(nodes))
    if len(chosen) < 2:
        raise ValueError("Select at least two nodes to compare.")
    return chosen


def _still_known(request: HttpRequest, nodes: list[Node]) -> list[Node]:
    known = frozenset(known_names())
    gone = [node.name for node in nodes if node.name not in known]
    if gone:
        messages.warning(request, f"Left out, because the events database does not know them any more: {quoted(gone)}.")
    return [node for node in nodes if node.name in known]


_node_admin = admin.site.get_model_admin(Node)
_node_admin.actions = [*(_node_admin.actions or ()), compare_selected, compare_on_same_satellites]
_node_admin.list_display = [*_node_admin.list_display, admin_earnings.link]
_node_admin.change_list_template = "admin/nodes/nodes.html"  # type: ignore[misc]
_own_urls = _node_admin.get_urls
_node_admin.get_urls = lambda: [*admin_earnings.urls(), *_own_urls()]  # type: ignore[method-assign]
