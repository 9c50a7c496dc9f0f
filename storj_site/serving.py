"""Takes the address, then becomes gunicorn."""

import errno
import os
import socket
import sys
from collections.abc import Mapping
from typing import NoReturn

from django.conf import settings
from django.db import connections

from storj_site.data_folder import CannotSetUp
from storj_site.lan import as_host

BACKLOG = 2048


def take_address() -> socket.socket:
    """A socket that has BIND and PORT and does not listen yet; raises CannotSetUp with a sentence."""
    host, port = settings.BIND, settings.PORT
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        taken = socket.socket(family, kind, protocol)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
    except OSError as error:
        raise CannotSetUp(_why(error, host, port)) from None
    return taken


def become_gunicorn(taken: socket.socket) -> NoReturn:
    """Replaces this process, so that signals reach gunicorn. The socket goes with it: from here on, requests wait."""
    taken.listen(BACKLOG)
    taken.set_inheritable(True)
    connections.close_all()
    sys.stdout.flush()
    sys.stderr.flush()
    os.chdir(settings.BASE_DIR)
    os.execve(sys.executable, _command(taken), without_password(os.environ))  # noqa: S606 - no shell is wanted


def _command(taken: socket.socket) -> list[str]:
    bind = f"fd://{taken.fileno()}"
    return [sys.executable, "-m", "gunicorn", "--config", "storj_site/gunicorn_conf.py", "--bind", bind]


def without_password(environment: Mapping[str, str]) -> dict[str, str]:
    """The server needs no ADMIN_PASSWORD, and what it does not have it cannot show."""
    return {name: value for name, value in environment.items() if name != "ADMIN_PASSWORD"}


def _why(error: OSError, host: str, port: int) -> str:
    where = f"{as_host(host)}:{port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is taken by another program: stop that, or choose another port, as in `make run PORT={port + 1}`."
        )
    if error.errno == errno.EACCES:
        return f"{where} is not for this user: ports below 1024 belong to root; choose a port such as PORT=8080."
    return f"{where} is not an address of this machine: set BIND to one that is, or leave it out."
