"""Nodes that an operator keeps together: those of a host, and those of a group."""

from collections.abc import Iterable
from dataclasses import dataclass

from nodes.display import quoted
from nodes.models import Host, Node, NodeGroup


@dataclass(frozen=True)
class Together:
    """`kind` is “host” or “group”; `ids` are those of its nodes."""

    kind: str
    name: str
    ids: frozenset[int]


class NoSuchGroup(Exception):
    """`str()` is a sentence that says which there are."""


def together(known: Iterable[Node]) -> list[Together]:
    """Hosts and groups with two of the known nodes or more, hosts first, by name; in as many queries as kinds."""
    ids = {node.pk for node in known}
    every: list[tuple[str, Host | NodeGroup]] = [
        *(("host", host) for host in Host.objects.prefetch_related("nodes")),
        *(("group", group) for group in NodeGroup.objects.prefetch_related("nodes")),
    ]
    found = [Together(kind, of.name, frozenset(node.pk for node in of.nodes.all()) & ids) for kind, of in every]
    return [each for each in found if len(each.ids) > 1]


def nodes_of(name: str, known: Iterable[Node]) -> list[str]:
    """The names of the nodes of the host or group of that name. Raises NoSuchGroup."""
    nodes = list(known)
    every = together(nodes)
    ids = {id for each in every if each.name == name for id in each.ids}
    if not ids:
        names = quoted(sorted({each.name for each in every}))
        there = f"there are: {names}" if names else "make one in the admin, and choose its nodes there"
        raise NoSuchGroup(f"No host or group with two known nodes is called {quoted([name])}; {there}.")
    return [node.name for node in nodes if node.pk in ids]
