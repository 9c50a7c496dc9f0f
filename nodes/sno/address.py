"""The address of a node's API as an operator enters it."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

USUAL_PORT = 14002  # storagenode's console.address
_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")
# What somebody copies from a browser: the routes begin there.
_ROUTES = re.compile(r"/api(/sno(/.*)?)?/?$")
EXAMPLE = f"http://192.168.1.20:{USUAL_PORT}"


class BadAddress(ValueError):
    """`str()` is a sentence for whoever entered it."""


@dataclass(frozen=True)
class Address:
    """`host` without the brackets of IPv6; `prefix` is the path before /api, empty or as /node1."""

    scheme: str
    host: str
    port: int
    prefix: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.prefix}"


def parsed(text: str) -> Address:
    """Only http and https, with a host, without user, query and fragment. Raises BadAddress."""
    # urlsplit() takes tabs and line ends out without a word.
    _refuse(not text.isprintable() or " " in text, "leave out spaces and line ends")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise BadAddress(f"Enter an address such as {EXAMPLE}: host or port of this one cannot be read.") from None
    _refuse(parts.scheme not in ("http", "https"), f"begin it with http://, as in {EXAMPLE}")
    _refuse("@" in parts.netloc, "leave out user and password: a node's API knows neither")
    _refuse(bool(parts.query or parts.fragment) or text.endswith(("?", "#")), "leave out what follows ? or #")
    _refuse(not _is_host(host, parts.netloc), f"name a host, as in {EXAMPLE}")
    _refuse(port == 0, "port 0 is none")
    prefix = _ROUTES.sub("", parts.path).rstrip("/")
    _refuse(not _PREFIX.fullmatch(prefix), "its path may have letters, digits and . _ ~ - only")
    return Address(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), prefix)


def validate_address(text: str) -> None:
    """For forms and models. Raises ValidationError."""
    try:
        parsed(text)
    except BadAddress as error:
        raise ValidationError(str(error)) from None


def _refuse(is_bad: bool, what_to_do: str) -> None:
    if is_bad:
        raise BadAddress(f"This is not the address of a node's API: {what_to_do}.")


def _is_host(host: str, netloc: str) -> bool:
    if not netloc.startswith("["):
        return bool(_HOST.fullmatch(host))
    try:
        # An address with a zone (%eth0) only means something on this machine, and less in a header.
        return IPv6Address(host).scope_id is None
    except ValueError:
        return False
