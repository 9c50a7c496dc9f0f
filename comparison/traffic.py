"""Metrics from the events: success, latency, traffic and audits of one node."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import sql
from comparison.measured import MIN_ATTEMPTS, Exact, Measured, day, percent
from comparison.window import Window
from nodes.fields import from_stored
from nodes.soundness import ACTIONS, TIMED_ACTIONS

DOWNLOAD, UPLOAD, REPAIR_DOWNLOAD, REPAIR_UPLOAD, AUDIT = ACTIONS
ACTION_NAMES = {
    DOWNLOAD: "download",
    UPLOAD: "upload",
    REPAIR_DOWNLOAD: "repair_download",
    REPAIR_UPLOAD: "repair_upload",
    AUDIT: "audit",
}
EGRESS = (DOWNLOAD, REPAIR_DOWNLOAD, AUDIT)
INGRESS = (UPLOAD, REPAIR_UPLOAD)
TIMED = TIMED_ACTIONS
PERCENTILES = (50, 95, 99)
# So many uploads without a single lost race mean that lost races are not recorded, not that none was lost.
UPLOADS_THAT_LOSE_A_RACE = 1000
# A window that begins this much before the first known event describes less than its name says.
GAP = timedelta(hours=1)


@dataclass
class Traffic:
    """Attempts of one node in a window. Bytes are those of successful attempts; durations in ms, sorted.

    `oldest` and `newest` are of the counted events, `known_since` of all events of the node; `last_before` is
    of its newest one before the window's end, looked for only where the window has none.
    """

    attempts: Counter[tuple[str, str]] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)
    durations: dict[str, list[int]] = field(default_factory=dict)
    broken: int = 0
    limited: bool = False
    oldest: datetime | None = None
    newest: datetime | None = None
    known_since: datetime | None = None
    last_before: datetime | None = None

    @property
    def events(self) -> int:
        return self.attempts.total()

    @property
    def rows_read(self) -> int:
        return self.events + self.broken

    def of(self, action: str) -> tuple[int, int, int]:
        """Successful, canceled and failed attempts."""
        return self.attempts[action, "success"], self.attempts[action, "canceled"], self.attempts[action, "failed"]

    @property
    def upload_cancels_recorded(self) -> bool:
        uploads = self.of(UPLOAD)
        return uploads[1] > 0 or sum(uploads) < UPLOADS_THAT_LOSE_A_RACE


def read(connection: BaseDatabaseWrapper, name: str, window: Window) -> Traffic:
    """The newest MAX_EVENTS_FOR_COMPARISON events of the node in the window, aggregated by the database."""
    limit = settings.MAX_EVENTS_FOR_COMPARISON
    traffic = from_groups(sql.sample(connection, name, window, limit))
    traffic.limited = traffic.rows_read >= limit and sql.has_more_than(connection, name, window, limit)
    traffic.known_since = from_stored(sql.first_event(connection, name))
    if not traffic.events:
        traffic.last_before = from_stored(sql.last_event(connection, name, window))
    return traffic


def from_groups(groups: Iterable[sql.SampleGroup]) -> Traffic:
    traffic = Traffic()
    stamps: list[str] = []
    for group in groups:
        if group.action is None or group.status is None:
            traffic.broken += group.count
            continue
        traffic.attempts[group.action, group.status] = group.count
        stamps += (group.first, group.last)
        if group.status == "success":
            traffic.bytes[group.action] = group.bytes
            traffic.durations[group.action] = sorted(group.durations)
    if stamps:
        traffic.oldest, traffic.newest = from_stored(min(stamps)), from_stored(max(stamps))
    return traffic


def nearest_rank(ordered: list[int], percent: int) -> int | None:
    """The smallest value such that at least `percent` per cent of all are not above it."""
    if not ordered:
        return None
    return ordered[(percent * len(ordered) + 99) // 100 - 1]


def measure(traffic: Traffic, window: Window) -> Measured:
    measured = Measured()
    _rates(traffic, measured)
    _latencies(traffic, measured)
    _volume(traffic, window, measured)
    _judge_uploads(traffic, measured)
    _note(traffic, window, measured)
    measured.basis["traffic"] = {"source": "sample", "count": traffic.events}
    return measured


def _rates(traffic: Traffic, measured: Measured) -> None:
    for action, name in ACTION_NAMES.items():
        success, canceled, failed = traffic.of(action)
        # A canceled audit is no failed audit: it is counted beside the rate.
        whole = success + failed + (0 if action == AUDIT else canceled)
        rates: dict[str, Exact] = {f"success_rate_{name}": percent(success, whole)}
        if action in TIMED:
            rates[f"cancel_rate_{name}"] = percent(canceled, whole)
            rates[f"fail_rate_{name}"] = percent(failed, whole)
        measured.values |= rates
        if whole < MIN_ATTEMPTS:
            measured.unranked |= rates.keys()


def _latencies(traffic: Traffic, measured: Measured) -> None:
    for action in TIMED:
        name = ACTION_NAMES[action]
        ordered = traffic.durations.get(action, [])
        values: dict[str, Exact] = {f"latency_{name}_p{p}_ms": nearest_rank(ordered, p) for p in PERCENTILES}
        measured.values |= values
        measured.basis[f"{name}_latency"] = {"source": "sample", "count": len(ordered)}
        if len(ordered) < MIN_ATTEMPTS:
            measured.unranked |= values.keys()


def _volume(traffic: Traffic, window: Window, measured: Measured) -> None:
    days = _covered_days(traffic, window)
    audits = traffic.of(AUDIT)
    counts: dict[str, Exact] = {
        "total_operations": traffic.events,
        "audits_canceled": audits[1] if sum(audits) else None,
        "audits_failed": audits[2] if sum(audits) else None,
        "egress_bytes_per_day": _per_day(traffic, EGRESS, days),
        "ingress_bytes_per_day": _per_day(traffic, INGRESS, days),
    }
    measured.values |= counts if traffic.events else dict.fromkeys(counts)
    if sum(audits) < MIN_ATTEMPTS:
        measured.unranked |= {"audits_failed", "audits_canceled"}
    if traffic.limited:
        measured.unranked |= counts.keys()


def _covered_days(traffic: Traffic, window: Window) -> Fraction:
    """From the later of window start, first known event and the sample's start, to the window's end."""
    begins = [window.start, traffic.known_since or window.start]
    if traffic.limited and traffic.oldest:
        begins.append(traffic.oldest)
    covered = window.end - max(begins)
    return Fraction(covered.days * 86_400 * 10**6 + covered.seconds * 10**6 + covered.microseconds, 86_400 * 10**6)


def _per_day(traffic: Traffic, actions: tuple[str, ...], days: Fraction) -> Fraction | None:
    return sum(traffic.bytes[action] for action in actions) / days if days > 0 else None


def _judge_uploads(traffic: Traffic, measured: Measured) -> None:
    recorded = traffic.upload_cancels_recorded
    measured.basis["uploads"] = {
        "source": "sample",
        "count": sum(traffic.of(UPLOAD)),
        "cancels_recorded": recorded,
    }
    if not recorded:
        measured.unranked |= {"success_rate_upload", "success_rate_repair_upload", "cancel_rate_upload"}
        measured.note(
            "Canceled uploads are not recorded for this node: its upload success rate means “did not fail” "
            "and is not ranked."
        )


def _note(traffic: Traffic, window: Window, measured: Measured) -> None:
    if traffic.broken:
        measured.note(f"{traffic.broken:,} events were skipped: their time stamp or a value is broken.")
    if not traffic.events:
        measured.note(_why_nothing(traffic, window))
        return
    if traffic.limited and traffic.oldest and traffic.newest:
        measured.note(
            f"Describes only the newest {traffic.events:,} events, {day(traffic.oldest)} to {day(traffic.newest)}, "
            "not the whole window: totals and values per day are not ranked."
        )
    elif traffic.known_since and traffic.known_since - window.start > GAP:
        measured.note(f"Events are known since {day(traffic.known_since)} only: the window before that is empty.")
    for sentence in _thin_actions(traffic) + _missing_durations(traffic):
        measured.note(sentence)


def _why_nothing(traffic: Traffic, window: Window) -> str:
    if traffic.known_since is None:
        return "No events of this node are recorded, so it has no values from traffic."
    if traffic.known_since >= window.end:
        return f"No events in the window: the first known one is from {day(traffic.known_since)}."
    last = f" The newest event before its end is from {day(traffic.last_before)}." if traffic.last_before else ""
    return f"No events in the window, so there are no values from traffic.{last}"


def _thin_actions(traffic: Traffic) -> list[str]:
    named = [(name.replace("_", " ") + "s", sum(traffic.of(action))) for action, name in ACTION_NAMES.items()]
    none = [name for name, attempts in named if attempts == 0]
    few = [f"{name} ({attempts})" for name, attempts in named if 0 < attempts < MIN_ATTEMPTS]
    notes = [f"No attempts, so no value: {', '.join(none)}."] if none else []
    return notes + ([f"Not ranked, fewer than {MIN_ATTEMPTS} attempts: {', '.join(few)}."] if few else [])


def _missing_durations(traffic: Traffic) -> list[str]:
    notes = []
    for action in TIMED:
        name, timed = ACTION_NAMES[action], len(traffic.durations.get(action, []))
        if traffic.of(action)[0] == 0 or timed >= MIN_ATTEMPTS:
            continue
        if timed == 0:
            notes.append(f"No {name} latency: the node must log at DEBUG level for durations to be recorded.")
        else:
            notes.append(f"Not ranked, only {timed} {name}s with a duration: {name} latency.")
    return notes
