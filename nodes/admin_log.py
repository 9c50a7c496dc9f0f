"""What the admin of nodes says of their logs and APIs."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.forms import ModelForm

from nodes.display import NO_VALUE
from nodes.errors import EventsUnavailable
from nodes.known import is_usable_name
from nodes.models import Node
from nodes.sources import why_no_log, why_not_address, why_not_log
from nodes.standings import api_standings, log_standings


class NodeForm(ModelForm):
    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not is_usable_name(name):
            raise ValidationError("This name has a character that no name can have.")
        return name

    def clean_log_path(self) -> str:
        log: str = self.cleaned_data["log_path"]
        # What speaks against a log that was entered before is told elsewhere.
        if log and "log_path" in self.changed_data and (wrong := why_no_log(log) or why_not_log(self._name, log)):
            raise ValidationError(wrong)
        return log

    def clean_api_url(self) -> str:
        url: str = self.cleaned_data["api_url"]
        if url and (double := why_not_address(self._name, url)):
            raise ValidationError(double)
        return url

    @property
    def _name(self) -> str:
        return str(self.instance.name or self.cleaned_data.get("name", ""))


def attach_standings(nodes: Sequence[Node]) -> None:
    """Asks once for all of a list. Raises EventsUnavailable."""
    names = [node.name for node in nodes]
    for source, standings in (("log", log_standings(names)), ("api", api_standings(names))):
        for node in nodes:
            standing = standings.get(node.name)
            setattr(node, f"{source}_standing", standing.summary if standing else NO_VALUE)


def standing_of(node: Node, source: str) -> str:
    """The sentence on the node's "log" or "api"."""
    if not hasattr(node, "log_standing"):
        try:
            attach_standings([node])
        except EventsUnavailable as error:
            return f"Not known now: {error}"
    return str(getattr(node, f"{source}_standing"))
