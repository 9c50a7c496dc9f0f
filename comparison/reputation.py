"""Metrics from the satellites' scores: the worst satellite decides, not an average."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.measured import Measured, day
from comparison.metrics import by_key
from comparison.window import Window
from nodes.fields import from_stored, to_stored
from nodes.satellites import short_name
from nodes.soundness import STALE_AFTER, is_score, is_whole
from nodes.sql import PerSatellite, latest_per_satellite

SCORES = ("audit_score", "suspension_score", "online_score")
DISQUALIFIED_BELOW = 0.96  # audit score; storagenode's reputation.audit-dq
FORGETTING = 0.999  # what one failed audit leaves of the score; reputation.audit-lambda


@dataclass(frozen=True)
class Scores:
    """One satellite's latest scores in per cent, and how many audits they rest on; None where missing or broken."""

    satellite: str
    at: datetime
    audit_score: float | None
    suspension_score: float | None
    online_score: float | None
    audits: int | None
    disqualified: bool | None
    suspended: bool | None

    def is_stale(self, end: datetime) -> bool:
        return end - self.at > STALE_AFTER

    @property
    def failures_left(self) -> int | None:
        return failures_left(self.audit_score, self.disqualified is True)


@dataclass(frozen=True)
class Reputation:
    """`broken` counts rows and values that were skipped, `left` are satellites that tell nothing any more.

    `others` is whether there are scores of satellites that are not to be looked at.
    """

    satellites: list[Scores]
    broken: int
    left: Sequence[str] = ()
    others: bool = False


def read(connection: BaseDatabaseWrapper, names: Sequence[str], window: Window) -> dict[str, Reputation]:
    columns = ("timestamp", *SCORES, "audit_total_count", "is_disqualified", "is_suspended")
    wanted = PerSatellite("reputation_history", columns)
    found: dict[str, list[tuple[Any, ...]]] = {name: [] for name in names}
    for name, *row in latest_per_satellite(connection, wanted, names, to_stored(window.end)):
        found[name].append(tuple(row))
    return {name: _of_node(rows) for name, rows in found.items()}


def _of_node(rows: Sequence[tuple[Any, ...]]) -> Reputation:
    satellites, broken = [], 0
    for satellite, skipped, at, *scores, audits, disqualified, suspended in rows:
        moment = from_stored(at)
        broken += skipped + sum(score is not None and not is_score(score) for score in scores)
        if moment is not None:
            audit, suspension, online = (score if is_score(score) else None for score in scores)
            known = audits if is_whole(audits) else None
            flags = _is_set(disqualified), _is_set(suspended)
            satellites.append(Scores(satellite, moment, audit, suspension, online, known, *flags))
    current, left = _apart(satellites)
    return Reputation(current, broken, left)


def _apart(satellites: list[Scores]) -> tuple[list[Scores], list[str]]:
    """Without those that fell silent while others go on: a node has left them, or they are no more.

    A disqualification stays. Where all fell silent, nothing is known, and all are kept.
    """
    newest = max((scores.at for scores in satellites), default=None)
    current = [s for s in satellites if s.disqualified or (newest and newest - s.at <= STALE_AFTER)]
    return current, [scores.satellite for scores in satellites if scores not in current]


def _is_set(flag: object) -> bool | None:
    """None for what does not say: a log tells scores without these."""
    return flag > 0 if is_whole(flag) else None


def failures_left(score: float | None, disqualified: bool) -> int | None:
    """Audits in a row that may fail before disqualification; `score` in per cent.

    floor(ln(0.96 / score) / ln(0.999)) + 1, with the score as a share of 1: each failed audit multiplies
    the score by 0.999, and below 0.96 the node is out (storagenode's reputation model).
    """
    if disqualified:
        return 0
    if score is None:
        return None
    share = score / 100
    if share < DISQUALIFIED_BELOW:
        return 0
    return math.floor(math.log(DISQUALIFIED_BELOW / share) / math.log(FORGETTING)) + 1


def measure(reputation: Reputation, window: Window) -> Measured:
    measured = Measured()
    satellites = reputation.satellites
    if reputation.broken:
        measured.note(f"{reputation.broken} satellites' scores were skipped: a value or time stamp is broken.")
    if reputation.left:
        names = ", ".join(short_name(satellite) for satellite in reputation.left)
        measured.note(f"Left aside, because only other satellites still tell scores: {names}.")
    if not satellites:
        of_these = " but those of satellites that not all nodes serve" if reputation.others else ""
        measured.note(f"No satellite's scores are recorded for this node{of_these}.")
        return measured
    values = {key: [(getattr(scores, key), scores.at) for scores in satellites] for key in SCORES}
    # Nobody is disqualified for a time: that does not get old.
    values["audit_failures_left"] = [(s.failures_left, window.end if s.disqualified else s.at) for s in satellites]
    stale = {key: at for key, found in values.items() if (at := _worst(key, found, window, measured))}
    _note(stale, measured)
    measured.basis["reputation"] = {
        "source": "reputation_history",
        "count": len(satellites),
        "as_of": min(scores.at for scores in satellites).isoformat(),
    }
    return measured


def _worst(
    key: str, found: Sequence[tuple[float | None, datetime]], window: Window, measured: Measured
) -> datetime | None:
    """Keeps the lowest value, of equal ones the newest; no value, but its time, if that is too old to say anything."""
    values = [(value, at) for value, at in found if value is not None]
    if not values:
        return None
    value, at = min(values, key=lambda pair: (pair[0], -pair[1].timestamp()))
    if window.end - at > STALE_AFTER:
        return at
    measured.values[key] = value
    return None


def _note(stale: Mapping[str, datetime], measured: Measured) -> None:
    for at in sorted(set(stale.values())):
        labels = ", ".join(by_key()[key].label.lower() for key in stale if stale[key] == at)
        measured.note(f"Unknown, because last told on {day(at)}, over two days before the end: {labels}.")
