"""What only the operator knows, from the site's database: rates and dates of joining, and what nodes and hosts cost.

They are read once for a comparison, by whoever computes it: the threads that gather have connections to the events
only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connections
from django.db.models import Model, Q

from comparison.money.costs import HostCosts, NodeCosts
from comparison.money.terms import Terms
from nodes.models import Host, Node, SatelliteTerms
from nodes.recognition import is_made
from nodes.router import SITE

_TERMS = ("node__name", "satellite", "joined", "storage_rate", "egress_rate", "repair_rate", "audit_rate")
_HOST = (
    "name",
    "fixed_per_month",
    "watts",
    "price_per_kwh",
    "currency",
    "usd_rate",
    "purchase_price",
    "purchased_on",
)
_COSTS = ("name", "cost_per_month", "host", *(f"host__{field}" for field in _HOST))

# By node and satellite; those of terms.ALL_SATELLITES hold for the rest.
Own = Mapping[str, Mapping[str, Terms]]
CostsByName = Mapping[str, NodeCosts]


@dataclass(frozen=True)
class Asked:
    """What a comparison asks of earnings beside its window: so many months side by side; and the operator's terms and
    costs."""

    own: Own = field(default_factory=dict)
    months: int = 0
    costs: CostsByName = field(default_factory=dict)


def asked(months: int = 0, with_costs: bool = False) -> Asked:
    """A connection that was closed is closed again: not every caller is a request, which would do so at its end."""
    site = connections[SITE]
    was_closed = site.connection is None
    try:
        # Commands compare without a site that is not set up, and do not make it.
        if not is_made(site):
            return Asked(months=months)
        costs = _by_name(_rows(Host, _costs)) if with_costs else {}
        return Asked(_by_node(_rows(SatelliteTerms, _terms)), months, costs)
    finally:
        if was_closed:
            site.close()


def _rows(model: type[Model], read: Callable[[], list[tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
    """None of a site that is not set up as far as the model."""
    site = connections[SITE]
    try:
        return read()
    except DatabaseError:
        if model._meta.db_table in site.introspection.table_names():
            raise
        return []


def _terms() -> list[tuple[Any, ...]]:
    return list(SatelliteTerms.objects.values_list(*_TERMS))


def _costs() -> list[tuple[Any, ...]]:
    entered = Node.objects.filter(Q(host__isnull=False) | Q(cost_per_month__isnull=False))
    return list(entered.values_list(*_COSTS))


def _by_node(rows: list[tuple[Any, ...]]) -> dict[str, dict[str, Terms]]:
    found: dict[str, dict[str, Terms]] = {}
    for name, satellite, *fields in rows:
        found.setdefault(name, {})[satellite] = Terms(*fields)
    return found


def _by_name(rows: list[tuple[Any, ...]]) -> dict[str, NodeCosts]:
    on: dict[int, list[str]] = {}
    for name, _, host, *_fields in rows:
        on.setdefault(host, []).append(name)
    hosts = {host: HostCosts(called, tuple(sorted(on[host])), *rest) for _, _, host, called, *rest in rows if host}
    return {name: NodeCosts(hosts.get(host), own) for name, own, host, *_fields in rows}
