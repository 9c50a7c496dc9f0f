"""What one family of metrics found out about a node, before rounding and ranking."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from comparison.exact import half_even

Exact = Fraction | float | int | None

MIN_ATTEMPTS = 30  # fewer say too little to rank


@dataclass(frozen=True)
class Note:
    """A sentence for the operator. `about` are metric keys: it is said only where one of them is shown."""

    sentence: str
    about: frozenset[str] = frozenset()


@dataclass
class Measured:
    """`values` are exact and by metric key; `unranked` are keys whose value must not be ranked.

    `basis` goes into the node's basis under the group's name; `statement` is that of comparison.money.report,
    `history` that of comparison.money.months, and `worth` that of comparison.money.worth.
    """

    values: dict[str, Exact] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    unranked: set[str] = field(default_factory=set)
    basis: dict[str, dict[str, Any]] = field(default_factory=dict)
    statement: dict[str, Any] | None = None
    worth: dict[str, Any] | None = None
    history: dict[str, Any] | None = None

    def note(self, sentence: str, *about: str) -> None:
        self.notes.append(Note(sentence, frozenset(about)))

    def notes_on(self, shown: Collection[str]) -> list[str]:
        return [note.sentence for note in self.notes if not note.about or not note.about.isdisjoint(shown)]


def percent(part: int, whole: int) -> Fraction | None:
    return Fraction(100 * part, whole) if whole else None


def rounded_percent(part: int, whole: int) -> float | None:
    """As the registry rounds a rate, two decimals and half to even, in a tenth of the time."""
    if not whole:
        return None
    return half_even(part * 10_000, whole) / 100


def day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
