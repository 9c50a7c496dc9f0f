"""What the admin of nodes says of their logs."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.forms import ModelForm

from nodes.display import NO_VALUE
from nodes.errors import EventsUnavailable
from nodes.intake.log_standings import log_standings
from nodes.intake.paths import NOT_ABSOLUTE, is_a_log
from nodes.known import is_usable_name
from nodes.models import Node


class NodeForm(ModelForm):
    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not is_usable_name(name):
            raise ValidationError("This name has a character that no name can have.")
        return name

    def clean_log_path(self) -> str:
        log: str = self.cleaned_data["log_path"]
        if log and not is_a_log(log):
            raise ValidationError(NOT_ABSOLUTE)
        return log


def attach_standings(nodes: Sequence[Node]) -> None:
    """Asks once for all of a list. Raises EventsUnavailable."""
    standings = log_standings(node.name for node in nodes)
    for node in nodes:
        standing = standings.get(node.name)
        node.collector = standing.summary if standing else NO_VALUE  # type: ignore[attr-defined]


def collector_of(node: Node) -> str:
    """The sentence on the node's log."""
    if not hasattr(node, "collector"):
        try:
            attach_standings([node])
        except EventsUnavailable as error:
            return f"Not known now: {error}"
    return str(node.collector)  # type: ignore[attr-defined]
