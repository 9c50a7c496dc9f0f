"""Who may use the API, and how it says no: JSON, with the status that programs expect."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.views.decorators.csrf import csrf_exempt

from nodes.models import ApiToken
from nodes.tokens import token_of

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
View = Callable[..., HttpResponseBase]

NO_LOGIN = "Sign in, or send an API token as “Authorization: Bearer TOKEN”; tokens are made in the admin."
UNKNOWN_TOKEN = "This API token is unknown or revoked: make a new one in the admin."  # noqa: S105 - a sentence
BAD_SCHEME = "The Authorization header must be “Bearer TOKEN”."
NOT_ALLOWED = "This account may not view nodes: ask an administrator for the permission “Can view node”."
ONLY_SENDS = "This API token may only send: make one of the scope “read” in the admin."
ONLY_READS = "This API token may not send: make one of the scope “ingest” in the admin."
NO_TOKEN = "Send an API token of the scope “ingest” as “Authorization: Bearer TOKEN”, made in the admin."  # noqa: S105
MAY_NOT_SEND = "This account may not change nodes: ask an administrator for the permission “Can change node”."


class ApiError(Exception):
    """Ends a request with a status and a sentence; `errors` are sentences by field."""

    def __init__(
        self,
        status: int,
        sentence: str,
        errors: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.errors, self.headers = status, sentence, errors, headers

    def response(self) -> JsonResponse:
        body: dict[str, Any] = {"error": self.sentence}
        if self.errors:
            body["errors"] = self.errors
        return JsonResponse(body, status=self.status, headers=self.headers)


def api_view(*methods: str) -> Callable[[View], View]:
    """A view for users and tokens that may view nodes, for these methods only; raises of ApiError become JSON."""
    return _guarded_by(_require_access, methods)


def ingest_view(*methods: str) -> Callable[[View], View]:
    """A view for tokens of the scope `ingest` whose user may change nodes; whoever is only signed in may not send."""
    return _guarded_by(_require_ingest, methods)


def _guarded_by(require: Callable[[HttpRequest], None], methods: tuple[str, ...]) -> Callable[[View], View]:
    """The login and CSRF middleware are replaced, not removed: they answer with pages, and a request with
    a token needs no CSRF token because no browser adds its header by itself.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                require(request)
                if request.method not in methods:
                    raise ApiError(405, f"Use {' or '.join(methods)} here.", headers={"Allow": ", ".join(methods)})
                return view(request, *args, **kwargs)
            except ApiError as error:
                return error.response()

        return csrf_exempt(login_not_required(guarded))

    return decorate


def _require_access(request: HttpRequest) -> None:
    token = _token(request)
    if token is not None and token.scope != ApiToken.Scope.READ:
        raise ApiError(403, ONLY_SENDS)
    user = token.user if token else _session_user(request)
    if settings.PUBLIC_READ or user.has_perm("nodes.view_node"):
        return
    if isinstance(user, AnonymousUser):
        raise ApiError(401, NO_LOGIN, headers={"WWW-Authenticate": "Bearer"})
    raise ApiError(403, NOT_ALLOWED)


def _require_ingest(request: HttpRequest) -> None:
    token = _token(request)
    if token is None:
        raise ApiError(401, NO_TOKEN, headers={"WWW-Authenticate": "Bearer"})
    if token.scope != ApiToken.Scope.INGEST:
        raise ApiError(403, ONLY_READS)
    if not token.user.has_perm("nodes.change_node"):
        raise ApiError(403, MAY_NOT_SEND)


def _token(request: HttpRequest) -> ApiToken | None:
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, secret = header.partition(" ")
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    if scheme.lower() != "bearer" or not secret.strip():
        raise ApiError(401, BAD_SCHEME, headers=challenge)
    token = token_of(secret.strip())
    if token is None:
        raise ApiError(401, UNKNOWN_TOKEN, headers=challenge)
    return token


def _session_user(request: HttpRequest) -> User | AnonymousUser:
    user = request.user
    if isinstance(user, User) and request.method not in SAFE_METHODS:
        _require_csrf_token(request)
    return user if isinstance(user, User) else AnonymousUser()


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        raise ApiError(403, f"The CSRF check failed: {reason} Send the X-CSRFToken header, or use an API token.")


def _require_csrf_token(request: HttpRequest) -> None:
    check = _CsrfCheck(lambda _: HttpResponse())
    check.process_request(request)
    check.process_view(request, lambda _: HttpResponse(), (), {})
