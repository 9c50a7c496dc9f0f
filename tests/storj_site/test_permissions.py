"""Walks the whole URLconf: what is not on a short list refuses the anonymous, and users without permission."""

import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from django.urls.converters import IntConverter
from django.urls.resolvers import RegexPattern, RoutePattern

from nodes.models import ApiToken, Event, Host, Node, NodeGroup
from storj_site.urls import urlpatterns

pytestmark = pytest.mark.usefixtures("databases")

OPEN_TO_ALL = {"/healthz", "/login/", "/admin/login/"}
# Signing out harms nobody, and Django sends who is not signed in to the login from there, too.
OPEN_TO_EVERY_USER = OPEN_TO_ALL | {"/logout/", "/admin/logout/"}
OPEN_TO_STAFF = OPEN_TO_EVERY_USER | {
    "/status/",
    "/admin/",
    "/admin/jsi18n/",
    "/admin/password_change/",
    "/admin/password_change/done/",
    # Sent to the index: for who may not see it, a token of somebody else does not exist.
    "/admin/nodes/apitoken/1/history/",
    # Not found: there is no such page, and no record has an address outside of the admin.
    "/admin/r/1/1/",
    "/admin/x",
    "/admin/x/",
}


def addresses(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    """Every address of the URLconf, with a sample for each argument."""
    for entry in resolver.url_patterns:
        address = prefix + sample(entry)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, address)
        else:
            yield address


def sample(entry: URLPattern | URLResolver) -> str:
    pattern = entry.pattern
    if isinstance(pattern, RegexPattern):
        named_group = r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)"
        return re.sub(named_group, "x", pattern.regex.pattern).removeprefix("^").removesuffix("$")
    assert isinstance(pattern, RoutePattern)
    text = str(pattern)
    for name, converter in pattern.converters.items():
        value = "1" if isinstance(converter, IntConverter) or name.endswith(("id", "pk")) else "x"
        text = re.sub(rf"<(\w+:)?{name}>", value, text)
    return text


def walk(urlconf: Any = None) -> list[str]:
    return sorted(set(addresses(get_resolver(urlconf))))


def refuses(client: Client, method: str, address: str) -> bool:
    """401, 403, 405, the way to the login, or the way to an address that refuses."""
    response = getattr(client, method)(address)
    if response.status_code != 302:
        return response.status_code in {401, 403, 405}
    location = response["Location"]
    to_login = any(location.startswith(f"{reverse(name)}?") for name in ("login", "admin:login"))
    return to_login or refuses(client, "get", location)


@pytest.fixture(autouse=True)
def records_to_find() -> None:
    """So that an address with the sample argument 1 leads to something that could be shown."""
    owner = User.objects.create(pk=1, username="owner", is_superuser=True, is_staff=True)
    ApiToken.objects.create(pk=1, user=owner, label="of the owner")
    Group.objects.create(pk=1, name="operators")
    Node.objects.create(pk=1, name="a")
    Host.objects.create(pk=1, name="rack")
    NodeGroup.objects.create(pk=1, name="at home")
    Event.objects.create(pk=1, node_name="a")


def open_to(method: str, user: User | None = None) -> set[str]:
    """The addresses that do not refuse; a fresh session for each, as some of them end it."""
    client, found = Client(), set()
    for address in walk():
        if user is not None:
            client.force_login(user)
        if not refuses(client, method, address):
            found.add(address)
    return found


def test_the_walk_finds_pages_admin_and_api() -> None:
    found = set(walk())
    assert {"/", "/status/", "/healthz", "/admin/", "/admin/nodes/event/", "/admin/nodes/event/1/"} <= found
    assert {"/api/comparison", "/api/nodes", "/admin/auth/user/1/change/", "/admin/nodes/apitoken/add/"} <= found
    assert not any(character in address for address in found for character in "<>()?$^")


def test_the_short_list_names_nothing_that_is_gone() -> None:
    assert set(walk()) >= OPEN_TO_STAFF


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_refuses_the_anonymous(method: str) -> None:
    assert open_to(method) <= OPEN_TO_ALL | {"/logout/"}


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_refuses_users_without_permission(method: str) -> None:
    user = User.objects.create(pk=2, username="user")
    assert open_to(method, user) <= OPEN_TO_EVERY_USER


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_refuses_staff_without_permission(method: str) -> None:
    staff = User.objects.create(pk=2, username="staff", is_staff=True)
    assert open_to(method, staff) <= OPEN_TO_STAFF


@login_not_required
def forgotten(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse("secret")


def test_an_address_that_was_forgotten_is_found(settings: Any) -> None:
    urlconf = ModuleType("urls_with_a_forgotten_one")
    urlconf.urlpatterns = [path("forgotten/<int:pk>/", forgotten), *urlpatterns]  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = urlconf
    assert "/forgotten/1/" in walk()
    assert not refuses(Client(), "get", "/forgotten/1/")
