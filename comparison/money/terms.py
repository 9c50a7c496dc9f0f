"""What a node and a satellite have agreed on: rates and the date of joining, from whoever knows them best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from comparison.money.statement import DEFAULT_RATES, Rates

# Of terms, in the order in which they are believed.
OWN, API, GUESS, DEFAULT = "own", "api", "guess", "default"
ALL_SATELLITES = ""
# Of the operator's terms of the satellite and of all satellites, and of those that the node's API tells.
_SOURCES = (OWN, OWN, API)
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
    told = own.get(satellite, UNTOLD), own.get(ALL_SATELLITES, UNTOLD), api
    joined = next(
        ((source, terms.joined) for source, terms in zip(_SOURCES, told, strict=True) if terms.joined is not None),
        (GUESS, guess) if guess else (None, None),
    )
    rates, rates_source = _rates(*told)
    return Agreed(rates, rates_source, joined[1], joined[0])


@lru_cache(maxsize=1_000)
def _rates(*told: Terms) -> tuple[Rates, str]:
    """Of the terms of _SOURCES, and where they are from. A node's months on a satellite have the same ones."""
    found = {kind: _first(kind, told) for kind in _KINDS}
    rates: dict[str, Decimal] = {kind: rate for kind, (_, rate) in found.items() if rate is not None}
    sources = {source for source, _ in found.values()}
    return Rates(**rates) if rates else DEFAULT_RATES, next((of for of in (OWN, API) if of in sources), DEFAULT)


def _first(kind: str, told: Sequence[Terms]) -> tuple[str | None, Decimal | None]:
    rates = ((source, getattr(terms, kind)) for source, terms in zip(_SOURCES, told, strict=True))
    return next(((source, rate) for source, rate in rates if rate is not None), (None, None))
