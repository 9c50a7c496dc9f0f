"""Who may see the comparison."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

VIEW_NODES = "nodes.view_node"
REFUSED = (
    "Your account may not see the nodes. Ask an administrator for the permission "
    "“Nodes | node | Can view node”, or sign in with another account."
)

View = Callable[..., HttpResponseBase]


def may_view(request: HttpRequest) -> bool:
    return bool(settings.PUBLIC_READ) or request.user.has_perm(VIEW_NODES)


def viewer_required(view: View) -> View:
    """For pages: sends the anonymous to the login, refuses others who lack `nodes.view_node`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if may_view(request):
            return view(request, *args, **kwargs)
        if request.user.is_authenticated:
            raise PermissionDenied(REFUSED)
        return redirect_to_login(request.get_full_path())

    return login_not_required(guarded)
