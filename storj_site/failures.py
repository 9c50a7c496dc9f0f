"""What goes wrong, told in the form in which the address is read: JSON, plain text, or a page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views import defaults


def unavailable(request: HttpRequest, sentence: str) -> HttpResponse:
    """The page for it needs no database."""
    page = render_to_string("unavailable.html", {"sentence": sentence})
    return _for_programs(request, 503, sentence) or HttpResponse(page, status=503)


def unfinished(request: HttpRequest) -> HttpResponse:
    sentence = "The request did not arrive as a whole."
    return _for_programs(request, 408, sentence) or HttpResponse(sentence, status=408, content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    told = _for_programs(request, 400, "The server does not understand this request.")
    return told or defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    told = _for_programs(request, 404, "There is nothing at this address.")
    return told or defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    told = _for_programs(request, 500, "The site met an error that it did not expect; its log has the details.")
    return told or defaults.server_error(request)


def _for_programs(request: HttpRequest, status: int, sentence: str) -> HttpResponse | None:
    path = request.path_info
    if path.startswith("/api/") or path.endswith(".json"):
        return JsonResponse({"error": sentence}, status=status)
    if path.endswith(".csv"):
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    return None
