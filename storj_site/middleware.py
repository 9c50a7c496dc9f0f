"""A database that cannot answer, or a client that stops sending, becomes a sentence, never a traceback."""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth import middleware as auth
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError

from nodes.errors import EventsUnavailable
from storj_site.failures import unavailable, unfinished

logger = logging.getLogger(__name__)

SITE_TROUBLE = "The site's own database cannot answer: check DATABASE_URL, the free space and the rights on its file."


class TroubleMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, EventsUnavailable):
            logger.error("Events database: %s (%s)", error, error.__cause__)
            return unavailable(request, str(error))
        if isinstance(error, DatabaseError):
            logger.error("Site database: %s", error)
            return unavailable(request, SITE_TROUBLE)
        if isinstance(error, UnreadablePostError):
            return unfinished(request)
        return None


class LoginRequiredMiddleware(auth.LoginRequiredMiddleware):
    """Django's own, but for views that need no login it does not ask the site's database who it is.

    /healthz must answer a signed-in browser too when that database is locked. And an error here would
    not reach `process_exception`, which is for views only.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None
        try:
            return super().process_view(request, view_func, view_args, view_kwargs)
        except DatabaseError as error:
            logger.error("Site database: %s", error)
            return unavailable(request, SITE_TROUBLE)
