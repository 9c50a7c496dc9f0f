"""Everything about one node, read through one connection, in one snapshot of the events database."""

import logging
from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison import earnings, reputation, storage, traffic
from comparison.measured import Measured
from comparison.metrics import EARNINGS, EFFICIENCY, OVERALL, PERFORMANCE, metrics_of
from comparison.result import Basis, NodeResult
from comparison.window import Window
from nodes.errors import EventsUnavailable, NoPlace
from nodes.known import printable
from nodes.reading import reading

logger = logging.getLogger(__name__)

WITH_TRAFFIC = (PERFORMANCE, OVERALL)
WITH_STORAGE = (EFFICIENCY, OVERALL)
WITH_EARNINGS = (EARNINGS, OVERALL)
UNEXPECTED = "This node could not be computed because of an unexpected error: the log of the site has the details."


def gather_node(type: str, name: str, window: Window, place_until: float) -> NodeResult:
    """The node's metrics of this type; an error of its own stays its own.

    `place_until` is the time.monotonic() until which to wait for a place. Raises NoPlace, which
    concerns the whole comparison; every other failure becomes the result's `error`.
    """
    try:
        with reading(place_until=place_until) as connection:
            return _node_result(type, name, connection, window)
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


def _node_result(type: str, name: str, connection: BaseDatabaseWrapper, window: Window) -> NodeResult:
    sampled = traffic.read(connection, name, window) if type in WITH_TRAFFIC else traffic.Traffic()
    parts = list(_parts(type, name, connection, window, sampled))
    values = {key: value for part in parts for key, value in part.values.items()}
    basis = Basis(
        events=sampled.events,
        start=sampled.oldest,
        end=sampled.newest,
        limited=sampled.limited,
        groups={group: facts for part in parts for group, facts in part.basis.items()},
    )
    metrics = {metric.key: metric.rounded(values.get(metric.key)) for metric in metrics_of(type)}
    return NodeResult(
        name,
        metrics,
        basis,
        [sentence for part in parts for sentence in part.notes_on(metrics)],
        unranked=frozenset(key for part in parts for key in part.unranked),
        rows_read=sampled.rows_read,
    )


def _parts(
    type: str, name: str, connection: BaseDatabaseWrapper, window: Window, sampled: traffic.Traffic
) -> Iterator[Measured]:
    if type in WITH_TRAFFIC:
        yield traffic.measure(sampled, window)
    yield reputation.measure(reputation.read(connection, name, window), window)
    if type in WITH_STORAGE:
        yield storage.measure(storage.read(connection, name, window), window)
    if type in WITH_EARNINGS:
        yield earnings.measure(earnings.read(connection, name, window), window)
