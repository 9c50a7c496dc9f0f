"""What a run prints: the address, how to sign in, and a request that works as it stands."""

import json
import shlex
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.http.request import validate_host

from nodes.errors import EventsUnavailable
from nodes.known import names_in
from nodes.models import Event
from nodes.reading import reading
from storj_site import accounts, lan
from storj_site.accounts import Password
from storj_site.proxies import is_trusted

USUAL_HOURS = 24


class NoSample(Exception):
    """Why there is no sample request, as a sentence."""


def greeting(port: int, password: Password | None) -> Iterator[str]:
    yield f"The site is at {_origin(port)}{settings.SCRIPT_NAME}/"
    yield from _where_else(port)
    yield _sign_in(password)
    try:
        request = sample_request(port)
    except (NoSample, EventsUnavailable) as why:
        yield f"There is no sample request for the API: {why}"
    else:
        yield "A comparison over the API, from any folder:"
        yield request


def sample_request(port: int) -> str:
    """One line for a POSIX shell that posts a comparison of two known nodes as the operator.

    Raises NoSample or EventsUnavailable.
    """
    if not accounts.token_works():
        raise NoSample(f"the token in {accounts.token_path()} is not valid; remove that file and run again.")
    parts = [
        "curl -sS -X POST",
        shlex.quote(f"{_origin(port)}{settings.SCRIPT_NAME}/api/comparison"),
        f'-H "Authorization: Bearer $(cat {shlex.quote(str(accounts.token_path()))})"',
        *(f"-H {shlex.quote(header)}" for header in _headers()),
        f"-d {shlex.quote(json.dumps(_body()))}",
    ]
    return " ".join(parts)


def _body() -> dict[str, Any]:
    with reading() as connection:
        names = names_in(connection)[:2]
        if len(names) < 2:
            raise NoSample("a comparison takes two nodes, and the events database knows fewer.")
        newest = Event.objects.filter(node_name__in=names).aggregate(newest=Max("timestamp"))["newest"]
    body: dict[str, Any] = {"nodes": names, "timeRange": USUAL_HOURS}
    if isinstance(newest, datetime) and newest < datetime.now(UTC) - timedelta(hours=USUAL_HOURS):
        # Nothing happened in the last 24 hours: those up to the newest event say more.
        body["asOf"] = (newest + timedelta(seconds=1)).isoformat(timespec="seconds")
    return body


def _headers() -> Iterator[str]:
    yield "Content-Type: application/json"
    if not validate_host(_host(), settings.ALLOWED_HOSTS):
        yield f"Host: {_allowed_host()}"
    if settings.HTTPS:
        if not is_trusted(_own_address(), settings.FORWARDED_ALLOW_IPS):
            raise NoSample("HTTPS is on, and FORWARDED_ALLOW_IPS does not name this machine; ask through the proxy.")
        yield "X-Forwarded-Proto: https"


def _allowed_host() -> str:
    if not settings.ALLOWED_HOSTS:
        raise NoSample("ALLOWED_HOSTS is empty, so every request is refused; name the hosts, or leave it unset.")
    return str(settings.ALLOWED_HOSTS[0]).lstrip(".")


def _host() -> str:
    """Where this machine reaches the site."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised, not bound
    return lan.as_host(here.get(settings.BIND, settings.BIND))


def _own_address() -> str:
    """From where a request to `_host()` comes on this machine: the same address."""
    return str(socket.getaddrinfo(_host().strip("[]"), None)[0][4][0])


def _origin(port: int) -> str:
    return f"http://{_host()}:{port}"


def _where_else(port: int) -> Iterator[str]:
    if settings.LAN:
        others = [f"http://{host}:{port}{settings.SCRIPT_NAME}/" for host in lan.reached_by(settings.BIND)]
        yield f"In the local network: {', '.join(others) or 'not at all, because BIND is this machine only.'}"
        yield "Warning: with LAN=1 everything, passwords too, travels as plain HTTP; a proxy with TLS mends that."
    if settings.HTTPS:
        yield "HTTPS is on: a browser gets in through the proxy that speaks TLS, not at this address."


def _sign_in(password: Password | None) -> str:
    if password is None:
        user = accounts.operator()
        name = "an administrator's account" if user is None else user.username
        return f"Sign in as {name}; `make password` sets a new password."
    if password.text is None:
        return f"Sign in as {password.user} with the password from ADMIN_PASSWORD."
    return f"Sign in as {password.user} with the password {password.text} (shown only this once)."
