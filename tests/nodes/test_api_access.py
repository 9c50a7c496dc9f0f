"""What a token of each scope may do."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import RequestFactory

from nodes.api_access import api_view, ingest_view
from nodes.models import ApiToken
from nodes.tokens import create_token

pytestmark = pytest.mark.django_db


@api_view("POST")
def reads(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse("read")


@ingest_view("POST")
def takes_in(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse("taken in")


def user_who(*permissions: str) -> User:
    user = User.objects.create_user("operator")
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    return User.objects.get(pk=user.pk)


def status_of(view: Callable[..., HttpResponseBase], secret: str | None, method: str = "post") -> int:
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    return view(getattr(RequestFactory(), method)("/", headers=headers)).status_code


@pytest.fixture
def user() -> User:
    return user_who("view_node", "change_node")


def test_a_token_for_reading_reads_and_does_not_send(user: User) -> None:
    secret = create_token(user, "script")
    assert (status_of(reads, secret), status_of(takes_in, secret)) == (200, 403)


def test_a_token_for_sending_sends_and_does_not_read(user: User) -> None:
    secret = create_token(user, "cron", ApiToken.Scope.INGEST)
    assert (status_of(reads, secret), status_of(takes_in, secret)) == (403, 200)


def test_who_may_not_change_nodes_may_not_send() -> None:
    secret = create_token(user_who("view_node"), "cron", ApiToken.Scope.INGEST)
    assert status_of(takes_in, secret) == 403


def test_without_a_token_nothing_is_taken_in(client, user: User) -> None:
    assert status_of(takes_in, None) == 401


def test_sending_knows_one_method(user: User) -> None:
    secret = create_token(user, "cron", ApiToken.Scope.INGEST)
    assert status_of(takes_in, secret, "get") == 405


def test_tokens_made_without_a_scope_are_for_reading(user: User) -> None:
    create_token(user, "script")
    assert ApiToken.objects.get().scope == "read"
