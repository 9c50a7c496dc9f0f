"""What a comparison could have said at each moment, from the rows themselves and the times of their commits."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import accumulate
from pathlib import Path
from typing import Any

from tests.comparison.oracle import Expected
from tests.comparison.strategies import NAMES
from tests.stress.writer import BATCH

Totals = tuple[int, ...]
_NOTHING: Totals = (0,) * len(NAMES)


class Ledger:
    """`batches` are the times of begin and end of each; the rows of the file are theirs, in order."""

    def __init__(self, file: Path, batches: Sequence[tuple[float, float]]) -> None:
        self._batches = batches
        rows = _rows(file)
        assert len(rows) == len(batches) * BATCH
        self._sound = [
            [(NAMES.index(row["node_name"]), row["timestamp"]) for row in rows[n : n + BATCH] if Expected._sound(row)]
            for n in range(0, len(rows), BATCH)
        ]
        self._cumulated: dict[str, list[Totals]] = {}

    def explains(self, seen: dict[str, Any]) -> bool:
        """Whether there was a moment, while the comparison was computed, at which its totals were all right."""
        known = sum(ended <= seen["asked"] for _, ended in self._batches)
        begun = sum(began <= seen["answered"] for began, _ in self._batches)
        # An end that is now: all that was committed before is from before it.
        totals = self._totals("9" if seen["is_live"] else seen["end"])[known]
        possible = [totals]
        for batch in self._sound[known:begun]:
            totals = _sum(totals, _totals_of(batch, seen["end"]))
            possible.append(totals)
        return tuple(seen["totals"]) in possible

    def _totals(self, end: str) -> list[Totals]:
        """After so many batches: how many events of each node are from before the end."""
        if end not in self._cumulated:
            each = (_totals_of(batch, end) for batch in self._sound)
            self._cumulated[end] = list(accumulate(each, _sum, initial=_NOTHING))
        return self._cumulated[end]


def _totals_of(batch: Sequence[tuple[int, str]], end: str) -> Totals:
    totals = [0] * len(NAMES)
    for node, stamp in batch:
        totals[node] += stamp < end
    return tuple(totals)


def _sum(one: Totals, other: Totals) -> Totals:
    return tuple(a + b for a, b in zip(one, other, strict=True))


def _rows(file: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM events ORDER BY id")]
