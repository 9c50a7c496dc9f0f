"""How new a result's newest event is."""

from datetime import datetime

from comparison.basis import moment
from comparison.result import Result


def newest_event(result: Result) -> datetime | None:
    """Of all nodes, in the window; None for types that count no events, and where there are none."""
    return max((moment(node["basis"]["to"]) for node in result["nodes"] if node["basis"]["to"]), default=None)
