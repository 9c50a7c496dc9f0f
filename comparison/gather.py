"""Everything about one node, read through one connection, in one snapshot of the events database."""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import earnings, reputation, rolled, sampled, storage, traffic
from comparison.details import details
from comparison.measured import Measured
from comparison.metrics import EARNINGS, EFFICIENCY, OVERALL, PERFORMANCE, metrics_of
from comparison.result import Basis, NodeResult
from comparison.rolled import Rolled, WindowAt
from comparison.tally import Traffic
from comparison.traffic_notes import is_silent, note_silence
from comparison.window import Window
from nodes.errors import EventsUnavailable, NoPlace
from nodes.known import printable
from nodes.reading import reading
from nodes.rollups.presence import rollups_exist

logger = logging.getLogger(__name__)

WITH_TRAFFIC = (PERFORMANCE, OVERALL)
WITH_STORAGE = (EFFICIENCY, OVERALL)
WITH_EARNINGS = (EARNINGS, OVERALL)
UNEXPECTED = "This node could not be computed because of an unexpected error: the log of the site has the details."


def gather_traffic(names: Sequence[str], window_at: WindowAt, place_until: float) -> Rolled | None:
    """The traffic of all nodes from the roll-ups, None where there are none. Raises NoPlace.

    Nothing of any where they cannot be read: a sample may be had of some nodes, and the others say what is wrong.
    """
    try:
        with reading(place_until=place_until) as connection:
            return rolled.read(connection, names, window_at) if rollups_exist(connection) else None
    except NoPlace:
        raise
    except EventsUnavailable as error:
        logger.warning("The roll-ups could not be read: %s (%s)", error, error.__cause__)
        trouble = str(error)
    except Exception:
        logger.exception("The roll-ups could not be read")
        trouble = "An unexpected error, which the log of the site has."
    return Rolled(window_at(datetime.now(UTC)), {}, None, trouble)


def gather_node(type: str, name: str, window: Window, shared: Rolled | None, place_until: float) -> NodeResult:
    """The node's metrics of this type; an error of its own stays its own.

    `shared` has the traffic that was read for all nodes together; one that is not in it is sampled.
    `place_until` is the time.monotonic() until which to wait for a place. Raises NoPlace, which
    concerns the whole comparison; every other failure becomes the result's `error`.
    """
    try:
        with reading(place_until=place_until) as connection:
            return _node_result(type, name, connection, window, _traffic(type, name, connection, window, shared))
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
    type: str, name: str, connection: BaseDatabaseWrapper, window: Window, shared: Rolled | None
) -> Traffic | None:
    if type not in WITH_TRAFFIC:
        return None
    if shared is not None and name in shared.traffic:
        return shared.traffic[name]
    sample = sampled.read(connection, name, window)
    if shared is not None:
        sample.trouble = shared.trouble
        sample.counted = shared.progress.percent if shared.progress else None
    return sample


def _node_result(
    type: str, name: str, connection: BaseDatabaseWrapper, window: Window, found: Traffic | None
) -> NodeResult:
    parts = list(_parts(type, name, connection, window, found))
    values = {key: value for part in parts for key, value in part.values.items()}
    metrics = {metric.key: metric.rounded(values.get(metric.key)) for metric in metrics_of(type)}
    return NodeResult(
        name,
        metrics,
        _basis(found, parts),
        [sentence for part in parts for sentence in part.notes_on(metrics)],
        details=details(found) if found else None,
        statement=next((part.statement for part in parts if part.statement), None),
        unranked=frozenset(key for part in parts for key in part.unranked),
        rows_read=found.rows_read if found else 0,
    )


def _basis(found: Traffic | None, parts: Sequence[Measured]) -> Basis:
    groups = {group: facts for part in parts for group, facts in part.basis.items()}
    if found is None:
        return Basis(groups=groups)
    return Basis(found.events, found.oldest, found.newest, found.limited, groups)


def _parts(
    type: str, name: str, connection: BaseDatabaseWrapper, window: Window, found: Traffic | None
) -> Iterator[Measured]:
    silent = found if found is not None and is_silent(found) else None
    stored = storage.read(connection, name, window) if silent or type in WITH_STORAGE else None
    if found is not None:
        yield traffic.measure(found)
    if silent and stored:
        yield note_silence(silent, stored)
    yield reputation.measure(reputation.read(connection, name, window), window)
    if stored and type in WITH_STORAGE:
        yield storage.measure(stored, window)
    if type in WITH_EARNINGS:
        yield earnings.measure(earnings.read(connection, name, window), window)
