"""The nodes of a result that have details, and the steps of time that all of these are told in.

Other types of comparison, failed nodes and results that an earlier version put into the cache have none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from comparison.basis import Span, moment
from comparison.result import Result

LENGTHS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
# A range by hours is shorter than a week, so that the day of the week says which day it is.
_SHORT = {"hour": "{0:%a} {0:%H:%M}", "day": "{0.day} {0:%b}", "week": "{0.day} {0:%b} {0:%Y}"}
_LONG = {"hour": "{0.day} {0:%b} {0:%H:%M}", "day": "{0.day} {0:%b} {0:%Y}", "week": "{0.day} {0:%b} {0:%Y}"}


@dataclass(frozen=True)
class Detailed:
    """One node that has details. `node` is its part of the result."""

    label: str
    node: Mapping[str, Any]
    details: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.node["name"])


@dataclass(frozen=True)
class Steps:
    """The hours, days or weeks of a window, each by its beginning."""

    step: str
    starts: tuple[datetime, ...]

    @property
    def first(self) -> str:
        return _SHORT[self.step].format(self.starts[0])

    @property
    def last(self) -> str:
        return _SHORT[self.step].format(self.starts[-1])

    @property
    def names(self) -> list[str]:
        return [_LONG[self.step].format(start) for start in self.starts]

    def __str__(self) -> str:
        return f"by {self.step}, from {self.names[0]} to {self.names[-1]} UTC"

    def cut(self, window: Span) -> str:
        """A sentence about the steps that are cut short by an end of the window; their sums are smaller for that."""
        ends = (*self.starts, min(window.end, self.starts[-1] + LENGTHS[self.step]))
        first, last = (ends[at + 1] - ends[at] < LENGTHS[self.step] for at in (0, len(ends) - 2))
        if first and last and len(self.starts) > 1:
            return f"The first and the last {self.step} are only partly in the window."
        return f"The {'first' if first else 'last'} {self.step} is only partly in the window." if first or last else ""


def detailed(result: Result, labels: Mapping[str, str]) -> list[Detailed]:
    return [
        Detailed(labels.get(node["name"], node["name"]), node, node["details"])
        for node in result["nodes"]
        if node.get("details")
    ]


def steps_of(nodes: list[Detailed]) -> Steps | None:
    """Those of all nodes: one window has one row of steps. None where there is none."""
    for each in nodes:
        series = each.details["series"]
        if series["start"]:
            return Steps(series["step"], tuple(moment(start) for start in series["start"]))
    return None
