"""What has to be said of a node that is compared on the satellites that all nodes serve, for the operator."""

from collections.abc import Iterator

from comparison.actions import ACTION_NAMES, TIMED
from comparison.given import Given
from comparison.measured import Measured
from comparison.metrics import EFFICIENCY, OVERALL, PERFORMANCE
from comparison.same_satellites import SameSatellites, as_list, failed, knows_unended
from comparison.tally import Tally, Traffic
from comparison.units import counted

NONE_IN_COMMON = (
    "No satellite is served by all of these nodes: there is no value of satellites that they have in common."
)
NONE_KNOWN = "It is not known of any of these nodes which satellites it serves: there is no value of what is in common."
OWN_UNKNOWN = "It is not known which satellites this node serves, so that the others are not restricted by it."
ALL_SPACE = "Space, trash and growth are of all satellites: what is stored is not known per satellite."
ANY_CONTACT = "The last contact is the last with any satellite."
SEVERAL_UNENDED = "Audits that never ended are not known per satellite, because there are several."
NO_HISTORY = "The monitor's hourly sums are left out: they name no satellite."
OF_ALL = "Hours with events, and what was skipped as broken, are of all satellites."
ROLLUP = "rollup"
WITH_SPACE = (EFFICIENCY, OVERALL)


def measure(same: SameSatellites, name: str, type: str, whole: Given, part: Given) -> Measured:
    """`part` is what was read of the node, restricted to the satellites in common."""
    measured = Measured()
    for sentence in _about_the_node(same, name):
        measured.note(sentence)
    if whole.traffic is not None and part.traffic is not None:
        if whole.traffic.history.hours:
            measured.note(NO_HISTORY)
        _traffic(part.traffic, type, measured)
        if not knows_unended(whole.told.intake):
            measured.values["audits_unended"] = None
            measured.note(SEVERAL_UNENDED, "audits_unended")
    measured.note(ANY_CONTACT, "last_ping_minutes")
    if type in WITH_SPACE:
        measured.note(ALL_SPACE)
    measured.basis["satellites"] = {
        "source": "same_satellites",
        "left_out": as_list(same.left_out(name)),
        "attempts_left_out": _left_out(part.traffic) if part.traffic is not None else 0,
    }
    return measured


def _about_the_node(same: SameSatellites, name: str) -> Iterator[str]:
    own, left_out = same.of.get(name), same.left_out(name)
    if not same.common:
        yield NONE_IN_COMMON if any(same.of.values()) else NONE_KNOWN
    if not own and any(same.of.values()):
        yield OWN_UNKNOWN
    elif left_out and same.common:
        yield f"Left out, as not all nodes serve them: {', '.join(sorted(left_out.values()))}."
    elif left_out:
        yield f"Serves {', '.join(sorted(left_out.values()))}."


def _traffic(part: Traffic, type: str, measured: Measured) -> None:
    if part.whole is None or not _left_out(part):
        return
    attempts = part.whole.attempts.total()
    measured.note(
        f"{_left_out(part):,} of {counted(attempts, 'attempt')} are left out: they are of other satellites, or "
        "name none."
    )
    measured.note(OF_ALL)
    if part.events and (unknown := list(_unknown(part, part.whole, type))):
        measured.note(f"Not counted per satellite, so not told of these alone: {', '.join(unknown)}.")


def _left_out(part: Traffic) -> int:
    return part.whole.attempts.total() - part.events if part.whole is not None else 0


def _unknown(part: Traffic, whole: Tally, type: str) -> Iterator[str]:
    yield from (f"{ACTION_NAMES[action]} latency" for action in TIMED if action in part.untimed)
    if part.source == ROLLUP:
        yield "the course over the window"
        if failed(whole) > failed(part.total):
            yield "reasons of errors"
    if type == PERFORMANCE:
        yield "rates by hour of the day"
