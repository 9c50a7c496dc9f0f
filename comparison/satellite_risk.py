"""How a node stands with each satellite: what is left until this disqualifies or suspends it."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from comparison.names import satellite_name
from comparison.offline import SUSPENDED_BELOW, TRACKED, hours_left, window_start
from comparison.offline import WINDOW as ONE_WINDOW
from comparison.reputation import Reputation, Scores
from comparison.told import OnSatellite, Told
from comparison.vetting import Vetting, vetting
from comparison.window import Window
from nodes.soundness import STALE_AFTER

# What a node's API told is of the moment: not known at an end of a window that is further away, before or after.
STATE_STALE_AFTER = timedelta(hours=2)


@dataclass(frozen=True)
class SatelliteRisk:
    """None where it is not known, or only of too long before the window's end.

    `scores` are in per cent; `as_of` is when the latest were told, known or too old.
    """

    satellite: str
    name: str
    scores: Scores | None
    failures_left: int | None
    offline_hours_left: int | None
    disqualified: bool | None
    suspended: bool | None
    vetting: Vetting
    joined: datetime | None
    as_of: datetime | None

    def as_dict(self) -> dict[str, Any]:
        scores, progress = self.scores, self.vetting
        return {
            "satellite": self.satellite,
            "name": self.name,
            "audit_score": scores.audit_score if scores else None,
            "suspension_score": scores.suspension_score if scores else None,
            "online_score": scores.online_score if scores else None,
            "audit_failures_left": self.failures_left,
            "offline_hours_left": self.offline_hours_left,
            "disqualified": self.disqualified,
            "suspended": self.suspended,
            "vetted": progress.vetted,
            "vetting_percent": None if progress.percent is None else float(round(progress.percent, 2)),
            "joined": self.joined.isoformat() if self.joined else None,
            "audits": progress.audits,
            "hours": progress.hours,
            "as_of": self.as_of.isoformat() if self.as_of else None,
        }


def satellite_risks(reputation: Reputation, told: Told, window: Window) -> list[SatelliteRisk]:
    """The worst first. Of an API that lists its satellites, not those that it does not list any more."""
    scores = {each.satellite: each for each in reputation.satellites}
    version = told.state.version if told.state else None
    found = [
        _risk_of(satellite, scores.get(satellite), told.satellites.get(satellite), version, window)
        for satellite in {*scores, *told.satellites}
    ]
    listed = {satellite for satellite, on in told.satellites.items() if not is_stale(on, window)}
    kept = [each for each in found if each.satellite in listed or each.disqualified] if listed else found
    return sorted(kept, key=_badness)


def _risk_of(
    satellite: str, scores: Scores | None, on: OnSatellite | None, version: str | None, window: Window
) -> SatelliteRisk:
    fresh = scores if scores and not scores.is_stale(window.end) else None
    told = on if on and not is_later(on, window) and not is_stale(on, window) else None
    disqualified = _flag("disqualified", fresh, told, window.end)
    # It does not come to an end.
    if (scores and scores.disqualified) or (on and on.disqualified and on.disqualified <= window.end):
        disqualified = True
    suspended = _flag("suspended", fresh, told, window.end)
    counted = scores.audits if scores else None
    return SatelliteRisk(
        satellite,
        satellite_name(satellite, on.url if on else ""),
        fresh,
        0 if disqualified else fresh.failures_left if fresh else None,
        None if disqualified or on is None else _offline_hours_left(on, window, scores),
        disqualified,
        suspended,
        vetting(on, version, counted, window.end) if on else Vetting(None, counted, None, None),
        on.joined if on else None,
        scores.at if scores else None,
    )


def is_stale(on: OnSatellite, window: Window) -> bool:
    return window.end - on.updated > STALE_AFTER


def is_later(on: OnSatellite, window: Window) -> bool:
    """Whether what was told of the moment says nothing of the window's end any more."""
    return on.updated - window.end > STATE_STALE_AFTER


def _flag(which: str, fresh: Scores | None, told: OnSatellite | None, end: datetime) -> bool | None:
    """By what the API told at the window's end, else by the scores of that time."""
    if told is not None:
        since = getattr(told, which)
        return since is not None and since <= end
    return getattr(fresh, which) if fresh else None


def _offline_hours_left(on: OnSatellite, window: Window, scores: Scores | None) -> int | None:
    fresh = scores if scores and not scores.is_stale(window.end) else None
    if fresh and fresh.online_score is not None and fresh.online_score < 100 * SUSPENDED_BELOW:
        return 0
    # Without new scores the satellite itself was not reached for long, and its windows are of then.
    if on.online is None or on.answered is None or (scores and not fresh):
        return None
    if window.end - on.answered > STALE_AFTER:
        return None
    # Of a window that ended before the API was first asked, the audits of its last part only may be known.
    if is_later(on, window) and on.online.first - window_start(window.end) > ONE_WINDOW - TRACKED:
        return None
    return hours_left(on.online, min(on.answered, window.end), window.end)


def _badness(risk: SatelliteRisk) -> tuple[bool, bool, float, float, str]:
    left = math.inf if risk.failures_left is None else risk.failures_left
    hours = math.inf if risk.offline_hours_left is None else risk.offline_hours_left
    return not risk.disqualified, not risk.suspended, left, hours, risk.name
