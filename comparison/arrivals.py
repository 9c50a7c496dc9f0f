"""What our own intake has written so far, told by its last id per node: whether a result still says all there is.

Each commit of the intake moves the id of its node, whoever takes in: a followed log, lines that were sent, a log by
hand. Another program's events, a monitor's for example, move none.
"""

import threading
import time
from collections.abc import Mapping

from nodes.errors import EventsUnavailable
from nodes.models import IntakeNode
from nodes.places import places
from nodes.reading import reading

Ids = Mapping[str, int]

LOOK = 2.0  # seconds between two looks of this process, for all results together: each takes about a millisecond
PATIENCE = 0.1  # seconds; only where somebody else took the last place at this moment

_lock = threading.Lock()
_seen: Ids | None = None
_seen_at = -LOOK


def seen() -> Ids | None:
    """The last id of each node that the intake writes, as it was LOOK seconds ago at the most.

    None where that cannot be told, because the database is not adopted, or does not answer.
    """
    # Who comes while another looks takes what was seen before.
    if time.monotonic() - _seen_at >= LOOK and _lock.acquire(blocking=False):
        try:
            return look()
        finally:
            _lock.release()
    return _seen


def look() -> Ids | None:
    """As `seen`, but as it is now."""
    global _seen, _seen_at
    _seen, _seen_at = _read(), time.monotonic()
    return _seen


def _read() -> Ids | None:
    use = places.use()
    if use.in_use >= use.size:  # a result from the cache waits for no place
        return None
    try:
        with reading(place_until=time.monotonic() + PATIENCE) as connection:
            return dict(IntakeNode.objects.using(connection.alias).values_list("node", "last_event_id"))
    except EventsUnavailable:
        return None


def forget() -> None:
    """The next who asks looks."""
    global _seen_at  # noqa: PLW0603 - one per process is the point
    _seen_at = -LOOK
