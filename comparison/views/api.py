"""The HTTP API: thin views that parse, call one function and send JSON."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from comparison.change.engine import with_beside
from comparison.change.request import beside
from comparison.engine import compare
from comparison.request import AUTO, DEFAULT_RANGE, DEFAULT_TYPE, InvalidRequest, validated
from nodes.api_access import ApiError, api_view
from nodes.display import quoted
from nodes.known import known_names

# The API's own names of the request's fields, as the monitor's page sent them.
FIELDS = {
    "nodes": "nodes",
    "timeRange": "range",
    "type": "type",
    "asOf": "as_of",
    "basis": "basis",
    "month": "month",
    "months": "months",
    "sameSatellites": "same_satellites",
}
BESIDE = {"changeAt": "change_at", "changed": "changed", "settle": "settle", "against": "against"}


@api_view("POST")
def comparison(request: HttpRequest) -> HttpResponseBase:
    """POST {"nodes": [names], "timeRange": hours or "7d"} with any other of FIELDS answers with the comparison.

    Those of BESIDE ask for `change` and `previous` in the answer.
    """
    body = _json_object(request)
    try:
        wanted = validated(
            known_names(),
            nodes=body.get("nodes"),
            range=body.get("timeRange", DEFAULT_RANGE),
            type=body.get("type", DEFAULT_TYPE),
            as_of=body.get("asOf"),
            basis=AUTO if body.get("basis") is None else body["basis"],
            month=body.get("month"),
            months=body.get("months"),
            same_satellites=body.get("sameSatellites"),
        )
        asked = beside(wanted, *(body.get(name) for name in BESIDE))
    except InvalidRequest as error:
        names = {field: name for name, field in (FIELDS | BESIDE).items()}
        raise ApiError(400, str(error), {names[field]: text for field, text in error.errors.items()}) from None
    return JsonResponse(with_beside(compare(wanted), wanted, asked))


@api_view("GET", "HEAD")
def nodes(request: HttpRequest) -> HttpResponseBase:
    """The names of all known nodes: {"nodes": [names]}."""
    return JsonResponse({"nodes": known_names()})


def _json_object(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise ApiError(415, "Send JSON, with the header “Content-Type: application/json”.")
    body = _body(request)
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise ApiError(400, "The body is not valid JSON.") from None
    if not isinstance(data, dict):
        raise ApiError(400, 'The body must be a JSON object such as {"nodes": ["node1", "node2"], "timeRange": 24}.')
    unknown = sorted(set(data) - set(FIELDS | BESIDE))
    if unknown:
        raise ApiError(400, f"There is no field {quoted(unknown)}: the fields are {', '.join(FIELDS | BESIDE)}.")
    return data


def _body(request: HttpRequest) -> bytes:
    # Below Django's own limit, whose answer would be a page.
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.MAX_API_BODY:
        raise ApiError(413, f"The body may have at most {settings.MAX_API_BODY:,} bytes.")
    return request.body
