"""A generated fleet as rows of the monitor's table."""

import random
from collections.abc import Iterable, Iterator
from datetime import timedelta

from comparison.actions import SUCCESS
from comparison.spans import moment_of
from nodes.fields import to_stored
from nodes.satellites import US1
from tests.comparison.change.fleet import HourOfNode
from tests.comparison.oracle import Row


def rows_of(happened: Iterable[tuple[int, HourOfNode]], rng: random.Random) -> Iterator[Row]:
    """Nodes are called node0, node1 and so on; `rng` says when in its hour each attempt was."""
    for node, each in happened:
        yield from _rows(rng, f"node{node}", each)


def _rows(rng: random.Random, name: str, each: HourOfNode) -> Iterator[Row]:
    for (action, status), attempts in each.counts.items():
        durations = iter(each.durations.get(action, ()) if status == SUCCESS else ())
        for _ in range(attempts):
            moment = moment_of(each.hour) + timedelta(seconds=rng.randrange(3600), milliseconds=rng.randrange(1000))
            yield {
                "timestamp": to_stored(moment),
                "action": action,
                "status": status,
                "size": 1000,
                "satellite_id": US1,
                "node_name": name,
                "duration_ms": next(durations, None),
                "error_reason": None,
            }
