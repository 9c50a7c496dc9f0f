"""What has to be said about the traffic of a node, in sentences for the operator."""

from datetime import datetime, timedelta

from comparison import history
from comparison.actions import ACTION_NAMES, TIMED
from comparison.measured import MIN_ATTEMPTS, Measured, day
from comparison.spans import hour_of
from comparison.storage import Storage
from comparison.tally import Traffic

# A window that begins this much before the first known event describes less than its name says.
GAP = timedelta(hours=1)
# So long after its last event a node is asked whether it is off, or only its events do not come.
SILENT_AFTER, FRESH = timedelta(hours=6), timedelta(days=1)

ONLY_API = "Only the node's API is known, which tells no transfers: for these enter its log, in the admin for example."


def note(traffic: Traffic, measured: Measured) -> None:
    before = history.notes(traffic.history, hour_of(traffic.known_since or traffic.window.end))
    for sentence in _skipped(traffic) + _about_the_window(traffic) + before:
        measured.note(sentence)
    if traffic.events:
        for sentence in _thin_actions(traffic) + _missing_durations(traffic):
            measured.note(sentence)


def _skipped(traffic: Traffic) -> list[str]:
    notes = []
    if traffic.broken and traffic.source == "rollup":
        notes.append(f"{traffic.broken:,} events in the window were skipped: a value is broken.")
    elif traffic.broken:
        notes.append(f"{traffic.broken:,} events were skipped: their time stamp or a value is broken.")
    if traffic.without_time:
        notes.append(f"{traffic.without_time:,} events are in no window: their time stamp cannot be read.")
    return notes


def _about_the_window(traffic: Traffic) -> list[str]:
    notes = _what_is_gone(traffic)
    pruned = _pruned_since(traffic) is not None
    if not traffic.events:
        is_known = pruned or (traffic.whole is not None and traffic.whole.attempts.total())
        return notes if is_known else [*notes, _why_nothing(traffic)]
    if traffic.limited and traffic.oldest and traffic.newest:
        notes.append(
            f"Describes only the newest {_events(traffic)}, {day(traffic.oldest)} to {day(traffic.newest)}, "
            "not the whole window: totals and values per day are not ranked."
        )
        if traffic.counted is not None:
            notes.append(
                f"The roll-ups, which describe whole windows, have {traffic.counted} % of all events so far: they go "
                "on while the site runs, or by `manage.py rollup --until-done`."
            )
    elif not pruned and not traffic.history.hours and (begin := _late_begin(traffic)):
        notes.append(f"Events are known since {day(begin)} only: the window before that is empty.")
    return notes


def _events(traffic: Traffic) -> str:
    if traffic.whole is None:
        return f"{traffic.events:,} events"
    return f"{traffic.whole.attempts.total():,} events, of them {traffic.events:,} of these satellites"


def _late_begin(traffic: Traffic) -> datetime | None:
    since = traffic.known_since
    return since if since and since - traffic.window.start > GAP else None


def _what_is_gone(traffic: Traffic) -> list[str]:
    notes = []
    if traffic.trouble:
        notes.append(f"Describes only the newest events, as the sums per hour could not be read: {traffic.trouble}")
    if traffic.end_is_pruned:
        notes.append(f"Events after {day(traffic.window.end)} are pruned: their sums are only of whole hours.")
    if since := _pruned_since(traffic):
        notes.append(f"Events since {day(since)} are pruned and only in the sums, which a sample does not read.")
    return notes


def _pruned_since(traffic: Traffic) -> datetime | None:
    """Since when the roll-ups know events that a sample cannot have."""
    since = traffic.summed_since
    return since if since and (traffic.known_since is None or since < traffic.known_since) else None


def _why_nothing(traffic: Traffic) -> str:
    if traffic.known_since is None:
        return "No events of this node are recorded, so it has no values from traffic."
    if traffic.known_since >= traffic.window.end:
        return f"No events in the window: the first known one is from {day(traffic.known_since)}."
    last = f" The newest event before its end is from {day(traffic.known_until)}." if traffic.known_until else ""
    return f"No events in the window, so there are no values from traffic.{last}"


def _thin_actions(traffic: Traffic) -> list[str]:
    named = [(name.replace("_", " ") + "s", sum(traffic.total.of(action))) for action, name in ACTION_NAMES.items()]
    none = [name for name, attempts in named if attempts == 0]
    few = [f"{name} ({attempts})" for name, attempts in named if 0 < attempts < MIN_ATTEMPTS]
    notes = [f"No attempts, so no value: {', '.join(none)}."] if none else []
    return notes + ([f"Not ranked, fewer than {MIN_ATTEMPTS} attempts: {', '.join(few)}."] if few else [])


def _missing_durations(traffic: Traffic) -> list[str]:
    notes = []
    for action in TIMED:
        name, timed = ACTION_NAMES[action], traffic.timed(action).count
        if traffic.total.of(action)[0] == 0 or timed >= MIN_ATTEMPTS or action in traffic.untimed:
            continue
        if timed == 0:
            notes.append(f"No {name} latency: the node must log at DEBUG level for durations to be recorded.")
        else:
            notes.append(f"Not ranked, only {timed} {name}s with a duration: {name} latency.")
    return notes


def is_silent(traffic: Traffic) -> bool:
    if _pruned_since(traffic):
        return False
    if traffic.known_until is None:
        # With a first event but no last one, that is only not known any more.
        return traffic.known_since is None
    return traffic.window.end - traffic.known_until > SILENT_AFTER


def note_silence(traffic: Traffic, storage: Storage, is_asked: bool) -> Measured:
    """For a node that is silent: whether its storage snapshots say that it runs all the same.

    `is_asked`: our own site has these from the node's API.
    """
    measured, newest = Measured(), storage.newest
    if is_asked and traffic.known_until is None:
        measured.note(ONLY_API)
        return measured
    if newest is None or traffic.window.end - newest.at > FRESH:
        return measured
    if traffic.known_until is None or newest.at - traffic.known_until > SILENT_AFTER:
        measured.note(
            f"Storage snapshots come, the newest from {day(newest.at)}, but no events: its storagenode may be too new "
            "for its monitor, which reads no traffic from version 1.146 on, or the log is not read."
        )
    return measured
