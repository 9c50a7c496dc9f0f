"""Nodes compared on the satellites that all of them serve, and no others: what was read of them, restricted to these.

A node serves a satellite from which it had an attempt in the window, whatever else is known of it; or of which fresh
scores or its API tell at the window's end, unless that has disqualified it. For earnings, which read no attempts, also
one on which something was earned in the month. A node of which no satellite is known, and one that could not be read,
do not restrict the others.

Pure functions: nothing is read for this, and nothing done where it is not asked for.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from comparison.actions import FAILED, SUCCESS, TIMED
from comparison.history import History
from comparison.names import satellite_name
from comparison.reputation import Reputation
from comparison.satellite_risk import is_later, is_stale
from comparison.tally import Tally, Traffic
from comparison.told import Intake, OnSatellite, Told
from comparison.window import Window
from nodes.intake.integrity import CHECKED_ACTIONS

# Names by the satellites' ids.
Served = Mapping[str, str]


@dataclass
class SameSatellites:
    """The satellites that the nodes of one comparison have in common, and those of each node by its name.

    Decided once, before the first node is measured; `common` is None until then.
    """

    common: Served | None = None
    of: Mapping[str, Served] = field(default_factory=dict)

    def decide(self, of: Mapping[str, Served]) -> None:
        self.of, self.common = of, in_common(of.values())

    def left_out(self, name: str) -> Served:
        """Those that this node serves, and not all others."""
        return {satellite: called for satellite, called in self.of.get(name, {}).items() if satellite not in self.ids}

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self.common or ())


def as_list(found: Served) -> list[dict[str, str]]:
    """As JSON, by their names."""
    ordered = sorted(found.items(), key=lambda each: (each[1], each[0]))
    return [{"satellite": satellite, "name": called} for satellite, called in ordered]


def in_common(of: Iterable[Served]) -> Served:
    known = [served for served in of if served]
    common = frozenset.intersection(*map(frozenset, known)) if known else frozenset[str]()
    # The first is as good as the others: a satellite's name hardly depends on who tells of it.
    called = {satellite: name for served in reversed(known) for satellite, name in served.items()}
    return {satellite: called[satellite] for satellite in common}


def served(
    traffic: Traffic | None, reputation: Reputation, told: Told, earning: Iterable[str], window: Window
) -> Served:
    """What one node serves; `earning` are satellites on which something was earned in the month."""
    counted = {satellite for satellite, tally in _satellites(traffic).items() if tally.attempts.total()}
    fresh = {scores.satellite for scores in reputation.satellites if not scores.is_stale(window.end)}
    listed = {satellite for satellite, on in told.satellites.items() if _is_listed(on, window)}
    gone = {scores.satellite for scores in reputation.satellites if scores.disqualified}
    gone |= {satellite for satellite, on in told.satellites.items() if _is_over(on, window)}
    found = (counted | ((fresh | listed) - gone) | set(earning)) - {""}
    return {satellite: _name(satellite, told) for satellite in found}


def traffic_of(traffic: Traffic, satellites: Collection[str]) -> Traffic:
    """That of these satellites; the same where there is no other.

    What is not counted per satellite is left out: the course over the window, and the latencies and reasons to which
    others may have contributed. `whole` and `untimed` of the result tell. The hours with events stay those of all,
    and so does whether canceled uploads are recorded.
    """
    outside = {of: tally for of, tally in traffic.satellites.items() if of not in satellites}
    others = summed(outside.values())
    if not others.attempts.total():
        return replace(traffic, history=History())
    inside = {of: tally for of, tally in traffic.satellites.items() if of in satellites}
    total, nothing = summed(inside.values()), Traffic(traffic.window)
    untimed = frozenset(action for action in TIMED if traffic.timed(action).count and others.attempts[action, SUCCESS])
    explained, spoiled = _checked(traffic, total, others)
    return replace(
        traffic,
        total=total,
        satellites=inside,
        points=nothing.points,
        point_durations=nothing.point_durations,
        stored_latencies={},
        durations={action: timed for action, timed in traffic.durations.items() if action not in untimed},
        reasons=nothing.reasons if failed(others) else traffic.reasons,
        explained=explained,
        spoiled=spoiled,
        history=History(),
        whole=traffic.whole or traffic.total,
        whole_timed=traffic.timed_in_all,
        untimed=untimed,
    )


def scores_of(reputation: Reputation, satellites: Collection[str]) -> Reputation:
    kept = [scores for scores in reputation.satellites if scores.satellite in satellites]
    left = [of for of in reputation.left if of in satellites]
    return replace(reputation, satellites=kept, left=left, others=len(kept) < len(reputation.satellites))


def intake_of(intake: Intake | None, satellites: Collection[str]) -> Intake | None:
    """The audits that never ended of these satellites; none where these are not known, see `knows_unended`."""
    if intake is None:
        return None
    kept = tuple(audit for audit in intake.newest if audit.satellite in satellites)
    return replace(intake, unended=len(kept), newest=kept) if knows_unended(intake) else replace(intake, unended=0)


def knows_unended(intake: Intake | None) -> bool:
    """Whether the satellite of each is known: only the newest are read with theirs."""
    return intake is None or intake.unended == len(intake.newest)


def summed(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.attempts.update(tally.attempts)
        total.bytes.update(tally.bytes)
    return total


def failed(tally: Tally, actions: Sequence[str] | None = None) -> int:
    return sum(
        attempts
        for (action, status), attempts in tally.attempts.items()
        if status == FAILED and (actions is None or action in actions)
    )


def _satellites(traffic: Traffic | None) -> Mapping[str, Tally]:
    return traffic.satellites if traffic else {}


def _is_listed(on: OnSatellite, window: Window) -> bool:
    """Whether the API told of it at the window's end; of what it told later, the date of joining says whether then."""
    if is_stale(on, window):
        return False
    return on.joined <= window.end if on.joined else not is_later(on, window)


def _is_over(on: OnSatellite, window: Window) -> bool:
    return on.disqualified is not None and on.disqualified <= window.end


def _name(satellite: str, told: Told) -> str:
    on = told.satellites.get(satellite)
    return satellite_name(satellite, on.url if on else "")


def _checked(traffic: Traffic, total: Tally, others: Tally) -> tuple[int, int]:
    """How many failed audits and repair downloads of `total` have a known reason, and say that the piece is lost."""
    inside, outside = failed(total, CHECKED_ACTIONS), failed(others, CHECKED_ACTIONS)
    if not outside:
        return traffic.explained, traffic.spoiled
    is_sound = not traffic.spoiled and traffic.explained == inside + outside
    return (inside, 0) if is_sound else (0, 0)
