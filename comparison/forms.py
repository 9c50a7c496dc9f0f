"""What an address of the page asks for, and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from comparison.change.fields import FIELDS as BESIDE_FIELDS
from comparison.change.fields import BesideFields
from comparison.change.request import Beside
from comparison.fleet import FIELDS as FLEET_FIELDS
from comparison.fleet import FleetFields
from comparison.metrics import EARNINGS
from comparison.money.month import Month
from comparison.request import DEFAULT_RANGE, DEFAULT_TYPE, ComparisonRequest, InvalidRequest, validated
from nodes.display import quoted
from nodes.models import Node

OWN_FIELDS = ("type", "range", "as_of", "month", "months", "same_satellites")
FIELDS = ("node", *OWN_FIELDS, *BESIDE_FIELDS, *FLEET_FIELDS)
MONEY_FIELDS = ("month", "months")
SEVERAL = {"node", "changed", "column"}
FEW_NODES = 6  # up to so many known nodes are compared at once when an address names none


@dataclass(frozen=True)
class Choice:
    """The fields as they came, so that the form can show them again, beside the nodes to choose from."""

    known: Sequence[Node]
    ids: tuple[str, ...]
    type: str
    range: str
    as_of: str
    beside: BesideFields
    fleet: FleetFields
    month: str = ""
    months: str = ""
    same_satellites: str = ""

    @classmethod
    def of(cls, query: QueryDict, known: Sequence[Node]) -> "Choice":
        ids = tuple(query.getlist("node"))
        if not query and 2 <= len(known) <= FEW_NODES:
            ids = tuple(str(node.pk) for node in known)
        return cls(
            known,
            ids,
            query.get("type", DEFAULT_TYPE),
            query.get("range", DEFAULT_RANGE),
            query.get("as_of", ""),
            BesideFields.of(query),
            FleetFields.of(query),
            query.get("month", ""),
            query.get("months", ""),
            query.get("same_satellites", ""),
        )

    def request(self) -> ComparisonRequest:
        """Raises InvalidRequest with a sentence for every field that is wrong."""
        by_id = {str(node.pk): node.name for node in self.known}
        names = [by_id[id] for id in self.ids if id in by_id]
        strangers = [id for id in self.ids if id not in by_id]
        try:
            request = validated(
                by_id.values(),
                names,
                self.type,
                self.range,
                self.as_of,
                month=self.month,
                months=self.months,
                same_satellites=self.same_satellites,
            )
        except InvalidRequest as error:
            raise InvalidRequest(error.errors | _unknown(strangers)) from None
        if strangers:
            raise InvalidRequest(_unknown(strangers))
        return request

    def asked_beside(self, request: ComparisonRequest) -> Beside:
        """What is asked for beside that request, which is this choice's. Raises InvalidRequest."""
        return self.beside.asked(request, {str(node.pk): node.name for node in self.known})

    @property
    def is_money(self) -> bool:
        """Whether a month is asked for and not a range."""
        return self.type == EARNINGS

    @property
    def month_shown(self) -> str:
        """What the field of the month says: that of the figures; empty beside a time, as only one can be given."""
        return self.month or ("" if self.as_of else _this_month())

    @property
    def nodes(self) -> list[Node]:
        """The chosen nodes that are known, in the order of the list."""
        return [node for node in self.known if str(node.pk) in self.ids]

    def query(self, **changes: Any) -> str:
        """This choice as a query string, with some fields changed."""
        fields = {"node": self.ids} | {name: getattr(self, name) for name in OWN_FIELDS}
        fields |= self.beside.query() | self.fleet.query() | changes
        return urlencode({name: value for name, value in fields.items() if value}, doseq=True)


def tidied(query: QueryDict) -> QueryDict:
    """The same request as a clean address: known fields only, no empty ones, single fields once.

    Of a field that is there twice the first counts: a button stands before the field that it overrides. Who goes on to
    another type than earnings does not take the month along. This month is what there is without one, and what its
    field says then: in an address it would stay for good.
    """
    tidy = QueryDict(mutable=True)
    is_money = next(iter(query.getlist("type")), "") == EARNINGS
    for name in FIELDS:
        if name in MONEY_FIELDS and not is_money:
            continue
        values = [value for value in query.getlist(name) if value.strip()]
        if name == "month" and values[:1] == [_this_month()]:
            continue
        if values:
            tidy.setlist(name, values if name in SEVERAL else values[:1])
    return tidy


def _this_month() -> str:
    return str(Month.of(datetime.now(UTC)))


def permanent(moment: datetime) -> str:
    """A moment in UTC as an address carries it: with Z, because "+" means a space there."""
    return moment.isoformat().replace("+00:00", "Z")


def _unknown(ids: Sequence[str]) -> dict[str, str]:
    if not ids:
        return {}
    return {"nodes": f"No node of the list has the number {quoted(ids, longest=20)}: choose from the list."}
