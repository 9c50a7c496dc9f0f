"""Asks a node for all that is read of its API."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote

from nodes.display import size
from nodes.sno import routes
from nodes.sno.address import BadAddress, parsed
from nodes.sno.answer import Documents
from nodes.sno.client import TIMEOUT, ApiTrouble, get
from nodes.sno.fields import Faults
from nodes.sno.shapes import Dashboard, Listed

DASHBOARD = "/api/sno/"
# Seconds for all routes of a node together.
ALL_ROUTES = 30.0
MOST_SATELLITES = 50
# Before it no satellite paid anybody; asked for when a node does not say when it joined.
FIRST_PERIOD = "2019-01"
NOT_OURS = "What answers is JSON, but not that of a storagenode's API: check host, port and path."


@dataclass(frozen=True)
class Asked:
    """`trouble`: a sentence about routes that did not answer, although others did; empty where all did."""

    documents: Documents
    trouble: str


def ask(url: str, with_history: bool) -> Asked:
    """`with_history`: pay stubs and held amounts too, which change once a month. Raises ApiTrouble if nothing answers.

    After a route that nobody answered in time no other is asked for, so that a node in trouble costs one time-out.
    """
    asking = _Asking(url, time.monotonic() + ALL_ROUTES)
    answer = asking.first(DASHBOARD)
    listed = _dashboard(answer).satellites[:MOST_SATELLITES]
    documents = Documents(dashboard=answer)
    for each in listed:
        documents.satellite[each.satellite] = asking.next(f"/api/sno/satellite/{quote(each.satellite, safe='')}")
    _ask_for_estimates(asking, documents, listed)
    if with_history:
        _ask_for_history(asking, documents)
    return Asked(documents, asking.trouble)


class Probed(NamedTuple):
    """What answers, as a sentence for whoever entered the address, and its node ID."""

    sentence: str
    node_id: str | None


def probe(url: str) -> Probed:
    """A look at what is there. Raises ApiTrouble."""
    found = _dashboard(_Asking(url, time.monotonic() + TIMEOUT).first(DASHBOARD))
    version = f"storagenode v{found.version}" if found.version else "a storagenode without a version"
    satellites = f"{len(found.satellites)} satellite{'' if len(found.satellites) == 1 else 's'}"
    used = f"{size(found.space.used)} of {size(found.space.total)} used" if found.space else "its space cannot be read"
    return Probed(f"The API answers: {version}, {satellites}, {used}.", found.node_id)


def _dashboard(answer: object) -> Dashboard:
    found = routes.dashboard(answer, Faults())
    if not (found.node_id or found.version or found.space or found.satellites):
        raise ApiTrouble(NOT_OURS)
    return found


def _ask_for_estimates(asking: "_Asking", documents: Documents, listed: tuple[Listed, ...]) -> None:
    documents.estimate = asking.next("/api/sno/estimated-payout")
    for each in listed:
        # A node that is disqualified earns nothing, and the API answers with an error.
        if each.disqualified is None:
            route = f"/api/sno/estimated-payout?id={quote(each.satellite, safe='')}"
            documents.estimates[each.satellite] = asking.next(route)


def _ask_for_history(asking: "_Asking", documents: Documents) -> None:
    documents.satellites = asking.next("/api/sno/satellites")
    documents.held = asking.next("/api/heldamount/held-history")
    joined = [routes.satellite(told, Faults()).joined for told in documents.satellite.values()]
    first = min((f"{at:%Y-%m}" for at in joined if at), default=FIRST_PERIOD)
    documents.paystubs = asking.next(f"/api/heldamount/paystubs/{first}/{datetime.now(UTC):%Y-%m}")


@dataclass
class _Asking:
    url: str
    until: float
    troubles: list[str] = field(default_factory=list)
    is_down: bool = False

    def first(self, route: str) -> object:
        try:
            return get(parsed(self.url), route, TIMEOUT)
        except BadAddress as error:
            raise ApiTrouble(str(error)) from None

    def next(self, route: str) -> object:
        """None, and a trouble, where there is no answer."""
        if self.is_down:
            return None
        try:
            return get(parsed(self.url), route, self.until - time.monotonic())
        except ApiTrouble as error:
            self.is_down = error.is_down
            self.troubles.append(f"{route.partition('?')[0]}: {error}")
            return None

    @property
    def trouble(self) -> str:
        more = f" {len(self.troubles) - 1} more routes did not answer either." if len(self.troubles) > 1 else ""
        return self.troubles[0] + more if self.troubles else ""
