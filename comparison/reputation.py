"""Metrics from the satellites' scores: the worst satellite decides, not an average."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import sql
from comparison.measured import STALE_AFTER, Exact, Measured, day, is_number
from comparison.window import Window
from nodes.models import Reputation

SCORES = ("audit_score", "suspension_score", "online_score")
DISQUALIFIED_BELOW = 0.96  # audit score; storagenode's reputation.audit-dq
FORGETTING = 0.999  # what one failed audit leaves of the score; reputation.audit-lambda


@dataclass(frozen=True)
class Scores:
    """One satellite's latest scores in per cent; None where they are missing or broken."""

    at: datetime
    satellite: str
    audit_score: float | None
    suspension_score: float | None
    online_score: float | None
    disqualified: bool
    broken: bool = False


def read(connection: BaseDatabaseWrapper, name: str, window: Window) -> list[Scores]:
    ids = sql.latest_per_satellite(connection.vendor, "reputation_history", {"node_name": name}, window)
    rows = Reputation.objects.filter(pk__in=ids).order_by("satellite")
    fields = rows.values_list("timestamp", "satellite", *SCORES, "is_disqualified")
    return [_scores(at, satellite, scores, disqualified) for at, satellite, *scores, disqualified in fields]


def _scores(at: datetime, satellite: str, scores: Sequence[Any], disqualified: Any) -> Scores:
    audit, suspension, online = (score if is_number(score) else None for score in scores)
    broken = any(score is not None and not is_number(score) for score in scores)
    return Scores(at, satellite, audit, suspension, online, bool(disqualified), broken)


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


def measure(satellites: list[Scores], window: Window) -> Measured:
    measured = Measured()
    if not satellites:
        measured.note("No satellite's scores are recorded for this node.")
        return measured
    for key in SCORES:
        _worst(key, [(getattr(scores, key), scores) for scores in satellites], window, measured)
    left = [(failures_left(scores.audit_score, scores.disqualified), scores) for scores in satellites]
    _worst("audit_failures_left", left, window, measured)
    _note(satellites, window, measured)
    measured.basis["reputation"] = {
        "source": "reputation_history",
        "count": len(satellites),
        "as_of": min(scores.at for scores in satellites).isoformat(),
    }
    return measured


def _worst(key: str, found: Sequence[tuple[float | None, Scores]], window: Window, measured: Measured) -> None:
    """The lowest value; among equal ones the oldest decides whether it is still good enough to rank."""
    values: list[tuple[float, Scores]] = [(value, scores) for value, scores in found if value is not None]
    if not values:
        return
    value, scores = min(values, key=lambda pair: (pair[0], pair[1].at))
    exact: Exact = value
    measured.values[key] = exact
    if window.end - scores.at > STALE_AFTER:
        measured.unranked.add(key)


def _note(satellites: list[Scores], window: Window, measured: Measured) -> None:
    broken = sum(scores.broken for scores in satellites)
    if broken:
        measured.note(f"Scores of {broken} satellites were skipped: a value is broken.")
    gone = [scores for scores in satellites if scores.disqualified]
    if gone:
        measured.note(f"Disqualified on {len(gone)} of {len(satellites)} satellites.")
    if measured.unranked:
        oldest = min(scores.at for scores in satellites)
        measured.note(f"Scores are as of {day(oldest)}, over two days before the end: not ranked.")
