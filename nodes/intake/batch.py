"""What was read of a log and waits to be written, as the columns want it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nodes.known import printable

LONGEST_EXAMPLE = 400  # characters

Row = tuple[Any, ...]


class Example(NamedTuple):
    """How many lines were left aside for one reason, and the latest of them."""

    lines: int
    line: bytes

    @property
    def text(self) -> str:
        return printable(self.line[: 2 * LONGEST_EXAMPLE].decode("utf-8", "replace").strip(), LONGEST_EXAMPLE)


class Written(NamedTuple):
    """What one commit wrote; `skipped` has the lines that were left aside, by reason."""

    lines: int = 0
    events: int = 0
    scores: int = 0
    compactions: int = 0
    skipped: dict[str, int] = {}


@dataclass
class Batch:
    """`events` are in the order of nodes.sql.EVENT_COLUMNS. `skipped` has all reasons, `coarse` durations by hour."""

    lines: int = 0
    events: list[Row] = field(default_factory=list)
    scores: list[Row] = field(default_factory=list)
    compactions: list[Row] = field(default_factory=list)
    skipped: dict[str, Example] = field(default_factory=dict)
    coarse: Counter[int] = field(default_factory=Counter)

    def skip(self, reason: str, line: bytes) -> None:
        before = self.skipped.get(reason)
        self.skipped[reason] = Example(before.lines + 1 if before else 1, line)

    def as_written(self) -> Written:
        skipped = {reason: found.lines for reason, found in self.skipped.items()}
        return Written(self.lines, len(self.events), len(self.scores), len(self.compactions), skipped)
