"""Keeping a comparison as the start page, and going there."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from comparison import start
from comparison.access import viewer_required
from comparison.forms import tidied
from comparison.units import counted
from nodes.known import known_nodes

LOST = "{} of your start page {} known any more, and left out."
SIGN_IN = "Sign in to keep a start page: it is one for each account."


@require_POST
@viewer_required
def keep(request: HttpRequest) -> HttpResponse:
    """`query` is that of the comparison; without one, none is kept any more."""
    if not request.user.is_authenticated:
        raise PermissionDenied(SIGN_IN)
    query = tidied(QueryDict(request.POST.get("query", "")))
    if query:
        start.keep(request.user, query)
        messages.success(request, "This comparison is your start page now.")
        return redirect(f"{reverse('compare')}?{query.urlencode()}")
    start.forget(request.user)
    messages.success(request, "You have no start page of your own any more.")
    return redirect(reverse("compare"))


def kept(request: HttpRequest) -> HttpResponse | None:
    """The way to the start page of who asks, without nodes that are gone; None where there is none."""
    query = start.start_query(request.user)
    if query is None:
        return None
    lost = start.without_lost(query, {str(node.pk) for node in known_nodes()})
    if lost:
        messages.warning(request, LOST.format(counted(lost, "node"), "is not" if lost == 1 else "are not"))
    return redirect(f"{reverse('compare')}?{query.urlencode()}") if query.getlist("node") else None
