"""A program that asks for JSON or CSV is never answered with a page, whatever goes wrong."""

from types import ModuleType
from typing import Any

import pytest
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from storj_site import urls

pytestmark = pytest.mark.usefixtures("databases")

KINDS = [
    ("/api/nodes", "application/json"),
    ("/comparison.json", "application/json"),
    ("/comparison.csv", "text/plain; charset=utf-8"),
    ("/", "text/html; charset=utf-8"),
]


def sentence(response: Any) -> str:
    if response["Content-Type"] == "application/json":
        return str(response.json()["error"])
    return str(response.content.decode())


@pytest.mark.sqlite_files
@pytest.mark.parametrize(("address", "kind"), KINDS)
def test_an_events_database_that_cannot_answer(
    address: str, kind: str, admin_client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    missing = (tmp_path / "missing.db").as_uri() + "?mode=ro"
    monkeypatch.setitem(connections["events_readonly"].settings_dict, "NAME", missing)
    response = admin_client.get(address)
    assert (response.status_code, response["Content-Type"]) == (503, kind)
    assert "cannot be opened" in sentence(response)


@pytest.mark.parametrize(("address", "kind"), KINDS)
def test_an_error_that_nobody_expected(address: str, kind: str, admin_client: Client, settings: Any) -> None:
    def broken(request: HttpRequest) -> HttpResponse:
        raise RuntimeError("secret")

    urlconf = ModuleType("urls_with_an_error")
    handlers = {name: value for name, value in vars(urls).items() if name.startswith("handler")}
    vars(urlconf).update(handlers, urlpatterns=[path(address[1:], broken), *urls.urlpatterns])
    settings.ROOT_URLCONF = urlconf
    admin_client.raise_request_exception = False
    response = admin_client.get(address)
    assert (response.status_code, response["Content-Type"]) == (500, kind)
    assert "error that it did not expect" in sentence(response)
    assert "secret" not in sentence(response)


@pytest.mark.parametrize(("address", "kind"), KINDS)
def test_a_host_that_is_not_served(address: str, kind: str, client: Client) -> None:
    response = client.get(address, headers={"host": "evil.example"})
    assert (response.status_code, response["Content-Type"]) == (400, kind)


@pytest.mark.parametrize(
    ("address", "kind"), [("/api/missing", "application/json"), ("/missing", "text/html; charset=utf-8")]
)
def test_an_address_that_does_not_exist(address: str, kind: str, client: Client) -> None:
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (404, kind)
