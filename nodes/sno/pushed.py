"""What an operator's cron job pushes of a node whose API stays on its own machine.

The body is the JSON of /api/sno/ as it is, or an object with what the routes gave, each of them optional:

    {"sno":              JSON of /api/sno/,
     "satellites":       JSON of /api/sno/satellites,
     "satellite":        {"SATELLITE ID": JSON of /api/sno/satellite/SATELLITE ID, ...},
     "estimated_payout": {"SATELLITE ID": JSON of /api/sno/estimated-payout?id=SATELLITE ID, ...},
     "paystubs":         JSON of /api/heldamount/paystubs/2026-01/2026-11,
     "held_history":     JSON of /api/heldamount/held-history}

With `sno` and `satellites` alone, two requests, there are space, versions and the scores of every satellite.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from nodes.known import is_usable_name
from nodes.sno.answer import Answer, Documents, understood
from nodes.sno.asking import MOST_SATELLITES
from nodes.sno.store import store

PARTS = ("sno", "satellites", "satellite", "estimated_payout", "paystubs", "held_history")
_PER_SATELLITE = ("satellite", "estimated_payout")
_OF_BARE_DASHBOARD = ("nodeID", "diskSpace")
_SATELLITE_ID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{40,60}")  # base58
SEND = "Send what the API of a storagenode gives."


class BadPush(ValueError):
    """`str()` is a sentence for whoever sent it."""


@dataclass(frozen=True)
class Summary:
    """What was stored: `satellites` and `paystubs` are numbers, `trouble` is what could not be read, or empty."""

    node: str
    space: bool
    satellites: int
    scores: int
    estimates: int
    paystubs: int
    trouble: str


def store_pushed(node: str, body: object, at: datetime | None = None) -> Summary:
    """Stores parsed JSON (nodes.sno.client.parsed_json) as if the node had been asked at `at`, by default now.

    Raises BadPush, and EventsUnavailable; then nothing is stored.
    """
    if not is_usable_name(node):
        raise BadPush("This is no name of a node: it must be text, and neither blank nor too long.")
    answer = understood(_documents(body))
    summary = _summary(node, answer)
    if not (summary.space or summary.scores or summary.estimates or summary.paystubs or answer.satellites):
        raise BadPush(f"Nothing in this can be stored. {answer.unreadable or SEND}")
    store(node, answer, at or datetime.now(UTC))
    return summary


def _summary(node: str, answer: Answer) -> Summary:
    return Summary(
        node=node,
        space=bool(answer.dashboard and answer.dashboard.space),
        satellites=len(answer.satellite_ids),
        scores=len(answer.scores),
        estimates=len(answer.estimates),
        paystubs=len(answer.paystubs),
        trouble=answer.unreadable,
    )


def _documents(body: object) -> Documents:
    if not isinstance(body, dict):
        raise BadPush(f"Send a JSON object: that of /api/sno/, or one with some of {', '.join(PARTS)}.")
    if any(key in body for key in _OF_BARE_DASHBOARD):
        return Documents(dashboard=body)
    if unknown := [key for key in body if key not in PARTS]:
        raise BadPush(f"{unknown[0][:60]!r} is not a part of a push: there are {', '.join(PARTS)}.")
    if not body:
        raise BadPush(f"The object is empty: give some of {', '.join(PARTS)}.")
    satellite, estimates = (_per_satellite(body, part) for part in _PER_SATELLITE)
    return Documents(
        dashboard=body.get("sno"),
        satellites=body.get("satellites"),
        satellite=satellite,
        estimates=estimates,
        paystubs=body.get("paystubs"),
        held=body.get("held_history"),
    )


def _per_satellite(body: Mapping[str, object], part: str) -> dict[str, object]:
    given = body.get(part)
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(_SATELLITE_ID.fullmatch(key) for key in given):
        raise BadPush(f'Give {part} by satellite: {{"{part}": {{"12EayRS2V1kE…": {{…}}}}}}.')
    if len(given) > MOST_SATELLITES:
        raise BadPush(f"{part} has {len(given)} satellites, and {MOST_SATELLITES} are the most.")
    return given
