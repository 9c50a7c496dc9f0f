"""The operator's own rates and dates of joining, from the site's database.

They are read once for a comparison, by whoever computes it: the threads that gather have connections to the events
only. So what a gathering sees is as the operator had it when the latest comparison began, or later.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connections

from comparison.money.terms import Terms
from nodes.models import SatelliteTerms
from nodes.router import SITE

_FIELDS = ("node__name", "satellite", "joined", "storage_rate", "egress_rate", "repair_rate", "audit_rate")

_latest: dict[str, Any] = {"terms": {}}


def refresh() -> None:
    """A connection that was closed is closed again: not every caller is a request, which would do so at its end."""
    was_closed = connections[SITE].connection is None
    try:
        rows = _rows()
    finally:
        if was_closed:
            connections[SITE].close()
    found: dict[str, dict[str, Terms]] = {}
    for name, satellite, *fields in rows:
        found.setdefault(name, {})[satellite] = Terms(*fields)
    _latest["terms"] = found


def _rows() -> list[tuple[Any, ...]]:
    """None of a site that is not set up: commands compare without it, and do not make it."""
    site = connections[SITE]
    if site.vendor == "sqlite" and not Path(site.settings_dict["NAME"]).exists():
        return []
    try:
        return list(SatelliteTerms.objects.values_list(*_FIELDS))
    except DatabaseError:
        if SatelliteTerms._meta.db_table in site.introspection.table_names():
            raise
        return []


def terms_of(name: str) -> Mapping[str, Terms]:
    """By satellite; those of terms.ALL_SATELLITES hold for the rest."""
    own: Mapping[str, Terms] = _latest["terms"].get(name, {})
    return own
