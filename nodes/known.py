"""Which nodes there are: those that the events database knows of, and those that the operator has given a source."""

import re
from collections.abc import Iterable
from typing import TypeGuard

from django.db import Error as DatabaseError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes import catalog, sql
from nodes.models import Node, RollupNode, SnoNode
from nodes.reading import reading
from nodes.recognition import is_made
from nodes.rollups.presence import rollups_exist
from nodes.router import SITE

WAYS = (
    "name the database of storj_monitor in EVENTS_DATABASE_URL and start again",
    "enter the address of a node's API, with `manage.py add_node NAME URL` or in the admin",
    "give a node's log, in the admin for `make run COLLECT=1` to follow, or once to `manage.py ingest_log NODE PATH`",
)
NO_NODES = f"There are no nodes yet. There are three ways to have some: {'; '.join(WAYS[:-1])}; or {WAYS[-1]}."


def known_names() -> list[str]:
    """The names of all known nodes, live, in their natural order. Raises EventsUnavailable."""
    return sorted({*recorded_names(), *_with_a_source()}, key=natural_order)


def natural_order(name: str) -> tuple[list[str | int], str]:
    """A key to sort names by as people do: n2 before n10."""
    parts = re.split(r"([0-9]+)", name)
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], name


def recorded_names() -> list[str]:
    """Those of which the events database knows something, in their natural order. Raises EventsUnavailable."""
    with reading() as connection:
        return names_in(connection)


def names_in(connection: BaseDatabaseWrapper) -> list[str]:
    found = {name for table in sql.TABLES_WITH_NODES for name in sql.distinct_names(connection, table)}
    # Those whose events were pruned.
    counted = RollupNode.objects.using(connection.alias).values_list("name", flat=True)
    found |= set(counted) if rollups_exist(connection) else set()
    # Those of whose API nothing but silence is known are not.
    answered = SnoNode.objects.using(connection.alias).filter(answered__isnull=False).values_list("node", flat=True)
    found |= set(answered) if catalog.has_tables(connection, [SnoNode._meta.db_table]) else set()
    return sorted(filter(is_usable_name, found), key=natural_order)


def _with_a_source() -> set[str]:
    """Nodes whose log or API the operator entered, whether or not anything has come of it yet."""
    if not is_made(connections[SITE]):  # a command compares without a site that is not set up, and does not make it
        return set()
    with_source = Node.objects.exclude(api_url="", log_path="")
    try:
        return set(with_source.values_list("name", flat=True))
    except DatabaseError:  # `compare` needs the events only; who needs the site's database meets its trouble elsewhere
        return set()


def is_usable_name(name: object) -> TypeGuard[str]:
    """Neither blank nor broken (NUL, or bytes that are not UTF-8); anything else that was typed is a name."""
    if not isinstance(name, str) or name.isspace():
        return False
    return 0 < len(name) <= Node.MAX_NAME and "\0" not in name and "\N{REPLACEMENT CHARACTER}" not in name


def ensure_nodes(names: Iterable[str]) -> list[Node]:
    """The operator's Node of each name, made where there is none yet, in the order of the names."""
    wanted = list(names)
    by_name = {node.name: node for node in Node.objects.all()}
    missing = [Node(name=name) for name in wanted if name not in by_name]
    if missing:
        Node.objects.bulk_create(missing, ignore_conflicts=True)
        by_name = {node.name: node for node in Node.objects.all()}
    return [by_name[name] for name in wanted if name in by_name]


def known_nodes() -> list[Node]:
    """The Node of every known node, by name. Raises EventsUnavailable."""
    return ensure_nodes(known_names())


def printable(name: str, most: int = 60) -> str:
    """A name as it can be shown in a sentence or a log line: one line, encodable, not too long."""
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return text if len(text) <= most else text[: most - 1] + "…"
