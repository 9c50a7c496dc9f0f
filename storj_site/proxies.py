"""Whose word about the way a request came, above all by TLS, counts."""

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any


def is_trusted(address: str, allowed: Sequence[str]) -> bool:
    """Whether a proxy at this address is one of FORWARDED_ALLOW_IPS. A socket in a folder has none, and is."""
    if not address or "*" in allowed:
        return True
    peer = ip_address(address)
    if isinstance(peer, IPv6Address) and peer.ipv4_mapped:
        peer = peer.ipv4_mapped
    return any(peer in ip_network(network) for network in allowed)


def without_claims(environ: dict[str, Any]) -> dict[str, Any]:
    """The request without what a proxy would say of it: gunicorn hands these headers on, whoever sent them."""
    return {
        name: value
        for name, value in environ.items()
        if name != "HTTP_FORWARDED" and not name.startswith("HTTP_X_FORWARDED_")
    }
