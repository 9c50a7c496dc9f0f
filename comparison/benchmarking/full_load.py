"""What the comparison avoids: every event of the window, of each node, loaded into Python."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from comparison.distribution import Distribution
from comparison.measured import Measured
from comparison.tally import Traffic
from comparison.traffic import measure
from comparison.window import Window
from nodes.intake.integrity import CHECKED_ACTIONS
from nodes.models import Event
from nodes.reading import reading
from nodes.rollups.reasons import reason_of

LONG = 24 * 3600  # seconds; the usual time limit would end such a load
COLUMNS = ("timestamp", "action", "status", "size", "duration_ms", "error_reason")

Row = tuple[datetime, str, str, int, int | None, str | None]


def load(names: Sequence[str], window: Window) -> tuple[int, dict[str, Measured]]:
    """The same rates, percentiles and totals as a comparison's, without its limit; and the rows that it took.

    Expects sound rows, such as the demonstration data has.
    """
    rows, measured = 0, {}
    for name in names:
        with reading(seconds=LONG):
            found: list[Any] = list(_events(name, window).values_list(*COLUMNS))
        rows += len(found)
        measured[name] = measure(_traffic(found, window))
    return rows, measured


def _events(name: str, window: Window) -> Any:
    return Event.objects.filter(node_name=name, timestamp__gte=window.start, timestamp__lt=window.end)


def _traffic(rows: Iterable[Row], window: Window) -> Traffic:
    traffic = Traffic(window)
    durations: dict[str, list[int]] = defaultdict(list)
    for _, action, status, size, duration, reason in rows:
        traffic.total.add(action, status, 1, size)
        if status == "success" and duration is not None:
            durations[action].append(duration)
        if status == "failed":
            traffic.add_failures(reason_of(reason), 1, int(action in CHECKED_ACTIONS))
    traffic.durations = {action: Distribution.of_durations(values) for action, values in durations.items()}
    moments = [row[0] for row in rows]
    if moments:
        traffic.oldest = traffic.known_since = min(moments)
        traffic.newest = max(moments)
    return traffic
