"""What speaks against a node's address or log, or against lines of it: what would be there twice.

Each is a sentence for the operator, empty where nothing speaks against it, as far as can be told now.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db.models import Model, QuerySet

from nodes import catalog
from nodes.display import quoted, size
from nodes.errors import EventsUnavailable
from nodes.fields import from_stored, to_stored
from nodes.intake import docker, paths
from nodes.intake.paths import NoLog
from nodes.intake.push import REMEMBERED, SENT
from nodes.models import IntakeSource, Node, SnoNode
from nodes.reading import reading
from nodes.sno.address import BadAddress, parsed

FOLLOWED = (
    "The log of {} is followed, as its record in the admin says, and lines that also come another way would count "
    "twice: take the log away there, or leave these lines."
)
SAME_ID = (
    "It is the same node as {}, whose node ID is the same, and all is there twice: take one of the addresses away."
)
DIRECTORY = "This is a folder: name the file in it, or a pattern such as {}."


def why_not_address(name: str, url: str) -> str:
    """One address is one node."""
    others = Node.objects.exclude(name=name).exclude(api_url="").values_list("name", "api_url")
    same = [other for other, address in others if _normal(address) == _normal(url)]
    return f"This is the address of {quoted(same)} already, and all would be there twice." if same else ""


def why_not_id(name: str, node_id: str | None) -> str:
    """Whether another node with an address told this node ID."""
    same = [node for node, id_ in _ids().items() if id_ == node_id and node != name]
    return SAME_ID.format(quoted(sorted(same))) if node_id and same else ""


def double_nodes(names: Iterable[str]) -> dict[str, str]:
    """Those of these nodes that told the node ID of another one, each with its sentence."""
    ids = _ids()
    nodes_of = defaultdict(list)
    for node, id_ in sorted(ids.items()):
        nodes_of[id_].append(node)
    same = {name: [node for node in nodes_of[ids[name]] if node != name] for name in names if name in ids}
    return {name: SAME_ID.format(quoted(others)) for name, others in same.items() if others}


def _ids() -> dict[str, str]:
    """Of all nodes that have an address and told theirs."""
    asked = set(Node.objects.exclude(api_url="").values_list("name", flat=True))
    told = _told(SnoNode, lambda rows: list(rows.exclude(node_id="").values_list("node", "node_id")))
    return {node: id_ for node, id_ in told if node in asked and id_}


def why_not_log(name: str, log: str) -> str:
    """One log is of one node, and comes one way."""
    same = list(Node.objects.exclude(name=name).filter(log_path=log).values_list("name", flat=True))
    if same:
        return f"This is the log of {quoted(same)} already, and all would be there twice."
    if sent := _last_sent(name):
        return (
            f"Another machine sent lines of {quoted([name])} at {sent:%Y-%m-%d %H:%M} UTC, and what is both sent and "
            "followed counts twice: end the sending first."
        )
    return ""


def why_not_lines(name: str) -> str:
    """Lines that are sent, or read by hand, of a node whose log is followed."""
    is_followed = Node.objects.filter(name=name).exclude(log_path="").exists()
    return FOLLOWED.format(quoted([name])) if is_followed else ""


def why_no_log(log: str) -> str:
    """What can never be followed."""
    if not paths.is_a_log(log):
        return paths.NOT_ABSOLUTE
    return DIRECTORY.format(Path(log) / "*.log") if not log.startswith(docker.PREFIX) and Path(log).is_dir() else ""


def looked_at(log: str) -> tuple[bool, str]:
    """Whether this user can read the log now, and what is there, or why not."""
    try:
        files = paths.files_of(log)
        newest = files[-1]
        with Path(newest.path).open("rb") as file:
            file.read(1)
    except NoLog as error:
        return False, str(error)
    except OSError:
        return False, paths.UNREADABLE
    number = f"{len(files)} files" if len(files) > 1 else "1 file"
    return True, f"The log can be read by this user: {number}, the newest of {size(newest.size)}."


def _last_sent(name: str) -> datetime | None:
    since = to_stored(datetime.now(UTC) - REMEMBERED)
    sent = _told(IntakeSource, lambda rows: list(rows.filter(node=name, source=SENT, updated__gte=since)))
    return from_stored(sent[0].updated) if sent else None


def _told(model: type[Model], read: Callable[[QuerySet[Any]], list[Any]]) -> list[Any]:
    """Nothing where the events cannot be read: whoever enters a source meets that elsewhere."""
    with suppress(EventsUnavailable), reading() as connection:
        if catalog.has_tables(connection, [model._meta.db_table]):
            return read(model._base_manager.using(connection.alias))
    return []


def _normal(url: str) -> str:
    try:
        return str(parsed(url))
    except BadAddress:
        return url
