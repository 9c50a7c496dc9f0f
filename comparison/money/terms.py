"""What a node and a satellite have agreed on: rates and the date of joining, from whoever knows them best."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from comparison.money.statement import Rates

# Of terms, in the order in which they are believed.
OWN, API, GUESS, DEFAULT = "own", "api", "guess", "default"
ALL_SATELLITES = ""
_KINDS = ("storage", "egress", "repair", "audit")


@dataclass(frozen=True)
class Terms:
    """What somebody says of a node on a satellite, None where nothing; rates as in statement.Rates."""

    joined: date | None = None
    storage: Decimal | None = None
    egress: Decimal | None = None
    repair: Decimal | None = None
    audit: Decimal | None = None


UNTOLD = Terms()


@dataclass(frozen=True)
class Agreed:
    """The sources are OWN, API, GUESS or DEFAULT; None where no date of joining is known."""

    rates: Rates
    rates_source: str
    joined: date | None
    joined_source: str | None


def agreed(satellite: str, own: Mapping[str, Terms], api: Terms, guess: date | None) -> Agreed:
    """`own` are the operator's terms by satellite, where those of ALL_SATELLITES hold for the rest."""
    ranked = [
        (OWN, own.get(satellite, UNTOLD)),
        (OWN, own.get(ALL_SATELLITES, UNTOLD)),
        (API, api),
        (GUESS, Terms(joined=guess)),
    ]
    told = {kind: _first(kind, ranked) for kind in _KINDS}
    rates: dict[str, Decimal] = {kind: rate for kind, (_, rate) in told.items() if rate is not None}
    sources = {source for source, _ in told.values()}
    rates_source = next((source for source in (OWN, API) if source in sources), DEFAULT)
    joined_source, joined = _first("joined", ranked)
    return Agreed(Rates(**rates), rates_source, joined, joined_source)


def _first(field: str, ranked: list[tuple[str, Terms]]) -> tuple[str | None, Any]:
    told = ((source, getattr(terms, field)) for source, terms in ranked)
    return next(((source, value) for source, value in told if value is not None), (None, None))
