"""Where other machines send what their nodes log and tell: thin views that read, call one function and send JSON."""

from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from nodes.api_access import ApiError, ingest_view
from nodes.bodies import pieces
from nodes.intake.push import LONGEST_KEY, MOST_PACKED, KeyReused, take_lines
from nodes.intake.write import NodeTaken, SourceMoved
from nodes.known import is_usable_name, known_names, printable
from nodes.models import Node
from nodes.readiness import refuse_unready
from nodes.sno.client import MOST_BYTES, ApiTrouble, parsed_json
from nodes.sno.pushed import BadPush, store_pushed
from nodes.sources import why_not_lines


@ingest_view("POST")
def events(request: HttpRequest, node: str) -> HttpResponseBase:
    """POST lines of the node's log; an Idempotency-Key lets them be sent again. Answers with what was written."""
    _require_node(node)
    if double := why_not_lines(node):
        raise ApiError(409, double)
    key = _idempotency_key(request)
    try:
        most = settings.MAX_PUSH_BODY
        answer, again = take_lines(node, pieces(request, most, MOST_PACKED * most), key)
    except KeyReused as error:
        raise ApiError(422, str(error)) from None
    except NodeTaken as error:
        raise ApiError(409, str(error)) from None
    except SourceMoved as error:
        raise ApiError(409, str(error), headers={"Retry-After": "1"}) from None
    return JsonResponse(answer, headers={"Idempotency-Replayed": "true"} if again else {})


@ingest_view("POST")
def sno(request: HttpRequest, node: str) -> HttpResponseBase:
    """POST what the node's API told, as nodes/sno/pushed.py has it. Answers with what was stored."""
    _require_node(node)
    try:
        body = parsed_json(b"".join(pieces(request, MOST_BYTES, MOST_BYTES)))
        refuse_unready()
        return JsonResponse(asdict(store_pushed(node, body)))
    except (ApiTrouble, BadPush) as error:
        raise ApiError(400, str(error)) from None


def _require_node(name: str) -> None:
    if is_usable_name(name) and (Node.objects.filter(name=name).exists() or name in known_names()):
        return
    raise ApiError(404, f"There is no node “{printable(name)}”: add it in the admin, or by `manage.py add_node`.")


def _idempotency_key(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY or not key.isprintable() or not key.isascii():
        raise ApiError(400, f"An Idempotency-Key is {LONGEST_KEY} printable ASCII characters at the most.")
    return key
