"""A database that cannot answer becomes a sentence with status 503, never a traceback."""

import logging
from collections.abc import Callable

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string

from nodes.errors import EventsUnavailable

logger = logging.getLogger(__name__)

SITE_TROUBLE = "The site's own database cannot answer: check DATABASE_URL, the free space and the rights on its file."


class DatabaseTroubleMiddleware:
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
        return None


def unavailable(request: HttpRequest, sentence: str) -> HttpResponse:
    """The sentence as JSON for the API, as a page that needs no database for everybody else."""
    if request.path_info.startswith("/api/"):
        return JsonResponse({"error": sentence}, status=503)
    return HttpResponse(render_to_string("unavailable.html", {"sentence": sentence}), status=503)
