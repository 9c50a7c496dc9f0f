"""The names and addresses under which other machines of the local network reach this one."""

import ipaddress
import socket
import subprocess
from functools import cache

ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 - recognised, not bound
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def hosts(bind: str, lan: bool) -> list[str]:
    """As they stand in a Host header: those of this machine with LAN, else only the address that it binds."""
    if lan:
        return own_hosts()
    return [] if bind in (*ALL_ADDRESSES, *LOOPBACK) else [as_host(bind)]


def own_hosts() -> list[str]:
    return [*own_names(), *map(as_host, own_addresses())]


def reached_by(bind: str) -> list[str]:
    """Under which of its names and addresses other machines reach a server that listens on `bind`."""
    if bind in LOOPBACK:
        return []
    if bind not in ALL_ADDRESSES:
        return [as_host(bind)]
    names = [name for name in own_names() if name != "localhost"]
    # On 0.0.0.0 nothing answers under an IPv6 address; on :: Linux answers under both kinds.
    return names + [as_host(address) for address in own_addresses() if bind == "::" or ":" not in address]


@cache
def own_names() -> list[str]:
    """The host name, alone, as mDNS announces it, and with its domain."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return list(dict.fromkeys([short, f"{short}.local", name, socket.getfqdn().lower()]))


@cache
def own_addresses() -> list[str]:
    """All addresses but the loopback's. Debian's `hostname` knows them; elsewhere there may be none."""
    try:
        printed = subprocess.run(["hostname", "-I"], capture_output=True, text=True, timeout=5, check=True).stdout  # noqa: S607
    except (OSError, subprocess.SubprocessError):
        return []
    return printed.split()


def as_host(address: str) -> str:
    """The address as it stands in a URL: IPv6 in brackets."""
    try:
        return f"[{address}]" if ipaddress.ip_address(address).version == 6 else address
    except ValueError:
        return address
