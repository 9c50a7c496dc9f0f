"""What threatens a node: satellites that are about to disqualify or suspend it, an old version, being out of reach."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from comparison.measured import Exact, Measured, day
from comparison.satellite_risk import STATE_STALE_AFTER, SatelliteRisk
from comparison.told import State, Told
from comparison.vetting import version_of
from comparison.window import Window
from nodes.known import printable

NOT_ASKED = "No API of this node is asked: its version, pings and vetting are not known."


def state_at(told: Told, window: Window) -> State | None:
    """What the API told, if that was shortly before or after the window's end."""
    state = told.state
    if state is None or state.answered is None or abs(window.end - state.answered) > STATE_STALE_AFTER:
        return None
    return state


def is_down(told: Told, window: Window) -> bool:
    state = told.state
    return state is not None and state.down_since is not None and state.down_since <= window.end


def measure(found: Sequence[SatelliteRisk], told: Told, window: Window) -> Measured:
    measured = Measured()
    in_use = [each for each in found if not each.disqualified]
    state = state_at(told, window)
    measured.values |= {
        "offline_hours_left": _least(each.offline_hours_left for each in in_use),
        "satellites_disqualified": _counted([each.disqualified for each in found]),
        "satellites_suspended": _counted([each.suspended for each in found]),
        "vetting_percent": _least(each.vetting.percent for each in in_use),
        "last_ping_minutes": minutes_between(state.last_ping, window.end) if state and state.last_ping else None,
    }
    _note(found, told, window, measured)
    if told.state and told.state.answered and told.state.answered <= window.end + STATE_STALE_AFTER:
        answered = told.state.answered.isoformat()
        measured.basis["risk"] = {"source": "sno_nodes", "count": len(told.satellites), "as_of": answered}
    return measured


def block(found: Sequence[SatelliteRisk], told: Told, window: Window) -> dict[str, Any] | None:
    """As JSON, in the form that the README documents; None where nothing is known of the node."""
    if told.state is None and not found:
        return None
    state, down = state_at(told, window), is_down(told, window)
    answered = told.state.answered if told.state else None
    past = answered is not None and answered - window.end > STATE_STALE_AFTER
    return {
        "as_of": None if past else _iso(answered),
        "version": state.version if state else None,
        "allowed_version": state.allowed_version if state else None,
        "up_to_date": up_to_date(state) if state else None,
        "last_ping": _iso(state.last_ping) if state else None,
        "quic": state.quic if state else None,
        "started": _iso(state.started) if state else None,
        "reachable": False if down else True if state else None,
        "down_since": _iso(told.state.down_since) if told.state and down else None,
        "satellites": [each.as_dict() for each in found],
    }


def up_to_date(state: State) -> bool | None:
    """As the node says itself, or by its versions."""
    if state.up_to_date is not None:
        return state.up_to_date
    runs, allowed = version_of(state.version), version_of(state.allowed_version)
    return runs >= allowed if runs and allowed else None


def _least(values: Iterable[Fraction | int | None]) -> Exact:
    return min((value for value in values if value is not None), default=None)


def _counted(flags: Sequence[bool | None]) -> int | None:
    """How many are set; no value while one that is not known could be the first."""
    number = sum(flag is True for flag in flags)
    return number if number or (flags and None not in flags) else None


def minutes_between(since: datetime, end: datetime) -> int:
    """Whole ones; none where the API told of a moment after the window's end."""
    return max(end - since, timedelta()) // timedelta(minutes=1)


def _note(found: Sequence[SatelliteRisk], told: Told, window: Window, measured: Measured) -> None:
    flags: Mapping[str, Callable[[SatelliteRisk], bool | None]] = {
        "Disqualified": lambda each: each.disqualified,
        "Suspended": lambda each: each.suspended and not each.disqualified,
    }
    for word, is_set in flags.items():
        if names := [each.name for each in found if is_set(each)]:
            measured.note(f"{word} by {', '.join(names)}.")
    if sentence := _about_the_api(told, window):
        measured.note(sentence)
    state = state_at(told, window)
    if state and up_to_date(state) is False:
        measured.note(f"Runs version {_version(state.version)}; the lowest that is allowed is {_allowed(state)}.")


def _about_the_api(told: Told, window: Window) -> str:
    state = told.state
    if state is None:
        return "" if told.satellites else NOT_ASKED
    if is_down(told, window) and state.down_since:
        trouble = f": {printable(state.trouble, 200)}" if state.trouble else "."
        return f"Its API has not answered since {day(state.down_since)}{trouble}"
    if state.answered is None:
        return "Its API has not answered yet."
    if window.end - state.answered > STATE_STALE_AFTER:
        return f"Its API answered on {day(state.answered)} for the last time: what it told may not be so any more."
    return ""


def _version(text: str | None) -> str:
    return printable(text or "unknown", 30)


def _allowed(state: State) -> str:
    return _version(state.allowed_version)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
