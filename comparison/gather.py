"""Everything about the nodes of a comparison: of all for which it goes well in one snapshot of the events database.

A connection and a snapshot per node took a sixth of a comparison's time. A node that meets trouble or has to be sampled
is gathered apart, in a snapshot of its own, so that its trouble stays its own.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import (
    earnings,
    intake,
    reputation,
    risk,
    rolled,
    same_satellites_notes,
    sampled,
    storage,
    told,
    traffic,
)
from comparison.behind import Uncounted
from comparison.details import details
from comparison.given import Given, restricted, serves
from comparison.measured import Measured
from comparison.metrics import EARNINGS, EFFICIENCY, OVERALL, PERFORMANCE, metrics_of
from comparison.money import worth
from comparison.money.own import Asked
from comparison.result import Basis, NodeResult
from comparison.rolled import Rolled, WindowAt
from comparison.same_satellites import SameSatellites, Served
from comparison.satellite_risk import satellite_risks
from comparison.tally import Traffic
from comparison.told import NOTHING
from comparison.traffic_notes import is_silent, note_silence
from comparison.window import Window
from nodes.errors import EventsUnavailable, NoPlace
from nodes.known import printable
from nodes.reading import reading
from nodes.rollups import points
from nodes.rollups.presence import rollups_exist

logger = logging.getLogger(__name__)

WITH_TRAFFIC = (PERFORMANCE, OVERALL)
WITH_STORAGE = (EFFICIENCY, OVERALL)
WITH_EARNINGS = (EARNINGS, OVERALL)
BEING_MADE = "After an update of this program they are being completed, which takes a minute or two."
UNEXPECTED = "This node could not be computed because of an unexpected error: the log of the site has the details."


# Is told of each node as soon as it is read.
OnNode = Callable[[NodeResult], None]


def quietly(node: NodeResult) -> None:
    """Tells nobody."""


@dataclass(frozen=True)
class Wanted:
    """What to gather of the nodes: what metrics of this type need, and what is asked of earnings.

    `same` is None where nodes are not to be restricted to the satellites that all serve.
    """

    type: str
    earnings: Asked = field(default_factory=Asked)
    same: SameSatellites | None = None

    @property
    def only(self) -> frozenset[str] | None:
        """The satellites to restrict nodes to, as soon as that is decided; None for all."""
        return self.same.ids if self.same is not None and self.same.common is not None else None


@dataclass(frozen=True)
class Together:
    """The window that was really used, and the results of the nodes that need not be gathered apart, by name.

    `shared` has the traffic of the others as far as roll-ups have it; None where none were to be read.
    """

    window: Window
    nodes: dict[str, NodeResult]
    shared: Rolled | None = None


def gather_together(  # noqa: PLR0913, PLR0917 - what is asked for, and who is told
    wanted: Wanted,
    names: Sequence[str],
    window_at: WindowAt,
    sample: bool,
    place_until: float,
    on_node: OnNode = quietly,
) -> Together:
    """As many nodes as go well in one snapshot; `sample` leaves the roll-ups aside. Raises NoPlace."""
    together, with_traffic = Together(window_at(datetime.now(UTC)), {}), wanted.type in WITH_TRAFFIC
    if sample and with_traffic:
        return together
    try:
        with reading(place_until=place_until) as connection:
            if with_traffic:
                if not rollups_exist(connection):
                    return together
                if not points.are_complete(connection):
                    return Together(together.window, {}, Rolled(together.window, {}, None, BEING_MADE))
                shared = rolled.read(connection, names, window_at)
                together = Together(shared.window, {}, shared)
            _add_nodes(wanted, names, connection, together, on_node)
    except NoPlace:
        raise
    except Exception as error:  # noqa: BLE001 - a node that is gathered apart meets its trouble again, and says so
        return _without_rollups(together.window, error) if with_traffic and not together.shared else together
    return together


def _without_rollups(window: Window, error: Exception) -> Together:
    """Nothing of any node: a sample may be had of some, and the others say what is wrong."""
    if isinstance(error, EventsUnavailable):
        logger.warning("The roll-ups could not be read: %s (%s)", error, error.__cause__)
        trouble = str(error)
    else:
        logger.error("The roll-ups could not be read", exc_info=error)
        trouble = "An unexpected error, which the log of the site has."
    return Together(window, {}, Rolled(window, {}, None, trouble))


def _add_nodes(
    wanted: Wanted, names: Sequence[str], connection: BaseDatabaseWrapper, together: Together, on_node: OnNode
) -> None:
    traffic = together.shared.traffic if together.shared is not None else None
    here = [name for name in names if traffic is None or name in traffic]
    uncounted = together.shared.uncounted if together.shared is not None else None
    given = _given(wanted, here, connection, together.window, uncounted)
    if wanted.same is not None:
        if len(here) < len(names):
            return  # what the others serve is told by samples, which have their time each
        wanted.same.decide(_served(wanted.type, together, given))
    for name in here:
        found = traffic[name] if traffic is not None else None
        result = _node_result(wanted, name, connection, together.window, given[name].with_traffic(found))
        together.nodes[name] = result
        on_node(result)
        if traffic is not None:
            # It is large, and all that is to be said of it is said.
            del traffic[name]


def _served(type: str, together: Together, given: Mapping[str, Given]) -> dict[str, Served]:
    shared = together.shared
    read = {name: each.with_traffic(shared.traffic[name] if shared else None) for name, each in given.items()}
    return {name: serves(type, each, together.window) for name, each in read.items()}


def served_apart(wanted: Wanted, name: str, window: Window, shared: Rolled | None, place_until: float) -> Served | None:
    """What a node serves, where that is not known of all together; None where it cannot be read. Raises NoPlace."""
    try:
        with reading(place_until=place_until) as connection:
            found = _traffic(wanted, name, connection, window, shared)
            return serves(wanted.type, _given(wanted, [name], connection, window)[name].with_traffic(found), window)
    except NoPlace:
        raise
    except Exception as error:  # noqa: BLE001 - when it is gathered it meets its trouble again, and says so
        logger.debug("Satellites of node %s could not be read: %s", printable(name), error)
        return None


def _given(
    wanted: Wanted,
    names: Sequence[str],
    connection: BaseDatabaseWrapper,
    window: Window,
    uncounted: Uncounted | None = None,
) -> dict[str, Given]:
    """Of all these nodes, but for their traffic, in as many statements as of one. `uncounted` is read already."""
    all_told = told.read(connection, names, window, wanted.type in WITH_TRAFFIC)
    with_earnings = names and wanted.type in WITH_EARNINGS
    months = earnings.read(connection, names, window, wanted.earnings, uncounted) if with_earnings else {}
    scores = reputation.read(connection, names, window)
    costs = worth.read(connection, names, window, wanted.earnings.costs) if wanted.type == EARNINGS else None
    stored = storage.read(connection, names, window) if wanted.type in WITH_STORAGE else {}
    return {
        name: Given(None, scores[name], all_told.get(name, NOTHING), stored.get(name), months.get(name), costs)
        for name in names
    }


def gather_node(  # noqa: PLR0913, PLR0917 - what is asked for, and who is told
    wanted: Wanted,
    name: str,
    window: Window,
    shared: Rolled | None,
    place_until: float,
    on_node: OnNode = quietly,
) -> NodeResult:
    """As `_gathered_node`, telling of it. Raises NoPlace."""
    result = _gathered_node(wanted, name, window, shared, place_until)
    on_node(result)
    return result


def _gathered_node(wanted: Wanted, name: str, window: Window, shared: Rolled | None, place_until: float) -> NodeResult:
    """The node's metrics of this type; an error of its own stays its own.

    `shared` has the traffic that was read for all nodes together; one that is not in it is sampled.
    `place_until` is the time.monotonic() until which to wait for a place. Raises NoPlace, which
    concerns the whole comparison; every other failure becomes the result's `error`.
    """
    try:
        with reading(place_until=place_until) as connection:
            found = _traffic(wanted, name, connection, window, shared)
            given = _given(wanted, [name], connection, window)[name].with_traffic(found)
            return _node_result(wanted, name, connection, window, given)
    except NoPlace:
        raise
    except EventsUnavailable as error:
        logger.warning("Node %s failed: %s (%s)", printable(name), error, error.__cause__)
        return failed(name, str(error))
    except Exception:
        logger.exception("Node %s failed", printable(name))
        return failed(name, UNEXPECTED)


def failed(name: str, sentence: str) -> NodeResult:
    return NodeResult(name, {}, Basis(), [], error=sentence)


def _traffic(
    wanted: Wanted, name: str, connection: BaseDatabaseWrapper, window: Window, shared: Rolled | None
) -> Traffic | None:
    if wanted.type not in WITH_TRAFFIC:
        return None
    if shared is not None and name in shared.traffic:
        return shared.traffic[name]
    sample = sampled.read(connection, name, window, wanted.only)
    if shared is not None:
        sample.trouble = shared.trouble
        sample.counted = shared.progress.percent if shared.progress else None
    return sample


def _node_result(
    wanted: Wanted, name: str, connection: BaseDatabaseWrapper, window: Window, given: Given
) -> NodeResult:
    risks = satellite_risks(given.scores, given.told, window)
    said: list[Measured] = []
    if wanted.same is not None:
        only = wanted.same.ids
        risks = [each for each in risks if each.satellite in only]
        whole, given = given, restricted(given, only)
        said.append(same_satellites_notes.measure(wanted.same, name, wanted.type, whole, given))
    found = given.traffic
    parts = [
        *_parts(wanted.type, name, connection, window, given),
        reputation.measure(given.scores, window),
        risk.measure(risks, given.told, window),
        *said,
    ]
    values = {key: value for part in parts for key, value in part.values.items()}
    metrics = {metric.key: metric.rounded(values.get(metric.key)) for metric in metrics_of(wanted.type)}
    return NodeResult(
        name,
        metrics,
        _basis(found, parts),
        [sentence for part in parts for sentence in part.notes_on(metrics)],
        details=details(found) if found else None,
        statement=next((part.statement for part in parts if part.statement), None),
        history=next((part.history for part in parts if part.history), None),
        worth=next((part.worth for part in parts if part.worth), None),
        risk=risk.block(risks, given.told, window),
        unranked=frozenset(key for part in parts for key in part.unranked),
        rows_read=found.rows_read if found else 0,
    )


def _basis(found: Traffic | None, parts: Sequence[Measured]) -> Basis:
    groups = {group: facts for part in parts for group, facts in part.basis.items()}
    if found is None:
        return Basis(groups=groups)
    return Basis(found.events, found.oldest, found.newest, found.limited, groups)


def _parts(type: str, name: str, connection: BaseDatabaseWrapper, window: Window, given: Given) -> Iterator[Measured]:
    found = given.traffic
    silent = found if found is not None and is_silent(found) else None
    stored = storage.read(connection, [name], window)[name] if silent and not given.storage else given.storage
    if found is not None:
        yield traffic.measure(found)
        yield intake.measure(given.told, found)
    if silent and stored:
        yield note_silence(silent, stored, is_asked=given.told.state is not None)
    if stored and type in WITH_STORAGE:
        yield storage.measure(stored, window)
    if given.months is not None:
        earned = earnings.measure(given.months, window)
        yield earned
        if given.costs is not None and not (earned.statement or {}).get("left_out"):
            yield worth.measure(name, given.costs, earned, window)
