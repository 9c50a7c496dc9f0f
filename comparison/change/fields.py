"""The fields of the page's address that ask whether a change helped."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from comparison.change.request import Beside, beside
from comparison.request import ComparisonRequest, InvalidRequest
from nodes.display import quoted

FIELDS = ("change_at", "changed", "settle", "against")


@dataclass(frozen=True)
class BesideFields:
    """As they came; `changed` are numbers of nodes."""

    change_at: str = ""
    changed: tuple[str, ...] = ()
    settle: str = ""
    against: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> "BesideFields":
        single = (query.get("settle", ""), query.get("against", ""))
        return cls(query.get("change_at", ""), tuple(query.getlist("changed")), *single)

    def asked(self, request: ComparisonRequest, names: Mapping[str, str]) -> Beside:
        """`names` of all nodes, by their numbers. Raises InvalidRequest.

        A node that was chosen as changed and is not compared any more, and a settling time without a change, are
        what a form leaves behind, and no mistake.
        """
        if strangers := [number for number in self.changed if number not in names]:
            raise InvalidRequest({"changed": f"No node of the list has the number {quoted(strangers, longest=20)}."})
        if not self.change_at:
            return beside(request, None, None, None, self.against)
        changed = [names[number] for number in self.changed if names[number] in request.names]
        return beside(request, self.change_at, changed, self.settle, self.against)

    def query(self) -> dict[str, str | tuple[str, ...]]:
        return {field: getattr(self, field) for field in FIELDS}
