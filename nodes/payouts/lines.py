"""Reads a CSV file of payouts: node, period, satellite, amount. Pure; bad lines are told with their numbers.

The four columns stand in this order, or in that of a head with these names, which may name others too. Commas,
semicolons or tabs are between them.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from nodes.display import quoted
from nodes.satellites import named_satellites, satellite_named

COLUMNS = ("node", "period", "satellite", "amount")
MOST_BYTES = 1_000_000  # of a file: ten years of two hundred nodes
MOST_PAID = 1_000_000  # US dollars of a node, satellite and month
FIRST_YEAR = 2018  # of Storj's present network
_PERIOD = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)
_CENT = Decimal("0.01")

FIELDS = f"it must have {len(COLUMNS)} fields: node, period, satellite and amount."
SATELLITE = f"the satellite must be {', '.join(named_satellites())}, or the id of another."
PERIOD = "the period must be a month that has begun, such as 2026-10."
AMOUNT = "the amount must be US dollars and cents, such as 12.34."


@dataclass(frozen=True)
class PayoutLine:
    """`amount` in US dollars, of whole cents; `satellite` is an id."""

    number: int
    node: str
    period: str
    satellite: str
    amount: Decimal

    @property
    def key(self) -> tuple[str, str, str]:
        return self.node, self.period, self.satellite


@dataclass(frozen=True)
class BadLine:
    """`reason` is the rest of a sentence that begins with the line."""

    number: int
    reason: str

    def __str__(self) -> str:
        return f"Line {self.number}: {self.reason}"


@dataclass
class Parsed:
    """`repeated` counts lines that say again what one before them said."""

    lines: list[PayoutLine] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    repeated: int = 0


class _Bad(ValueError):
    pass


def parsed(content: bytes | str, names: Collection[str], today: date) -> Parsed:
    """`names` are the nodes that there can be payouts of; `today` is in UTC."""
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    found, seen = Parsed(), dict[tuple[str, str, str], PayoutLine]()
    arranged: Callable[[Sequence[str]], Sequence[str]] | None = None
    for number, row in _rows(text.removeprefix("\ufeff")):
        if arranged is None:
            arranged, is_head = _arrangement(row)
            if is_head:
                continue
        try:
            _add(_line(number, arranged(row), names, today), seen, found)
        except _Bad as reason:
            found.bad.append(BadLine(number, str(reason)))
    return found


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The number of the line where each row begins; blank rows are left out."""
    first = text.lstrip().partition("\n")[0]
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    while True:
        number = rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:  # longer than any field can be
            row = [""]
            yield number, row
            continue
        if any(cell.strip() for cell in row):
            yield number, row


def _arrangement(first: Sequence[str]) -> tuple[Callable[[Sequence[str]], Sequence[str]], bool]:
    """How to bring rows into the order of COLUMNS, and whether the first is a head."""
    head = [cell.strip().lower() for cell in first]
    if not set(COLUMNS) <= set(head):
        return _as_they_are, False
    places = [head.index(column) for column in COLUMNS]
    return lambda row: [row[place] for place in places] if max(places) < len(row) else [], True


def _as_they_are(row: Sequence[str]) -> Sequence[str]:
    return row


def _line(number: int, row: Sequence[str], names: Collection[str], today: date) -> PayoutLine:
    if len(row) != len(COLUMNS):
        raise _Bad(FIELDS)
    node, period, satellite, amount = row
    return PayoutLine(
        number,
        _node(node, names),
        _period(period.strip(), today),
        _satellite(satellite.strip()),
        _amount(amount.strip()),
    )


def _add(line: PayoutLine, seen: dict[tuple[str, str, str], PayoutLine], found: Parsed) -> None:
    before = seen.setdefault(line.key, line)
    if before is line:
        found.lines.append(line)
    elif before.amount == line.amount:
        found.repeated += 1
    else:
        raise _Bad(f"line {before.number} has another amount for the same node, period and satellite.")


def _node(text: str, names: Collection[str]) -> str:
    """A name is exactly what was typed, spaces included; those around a field of a table are often none of it."""
    found = next((name for name in (text, text.strip()) if name in names), None)
    if found is None:
        raise _Bad(f"there is no node {quoted([text])}." if text.strip() else "it names no node.")
    return found


def _period(text: str, today: date) -> str:
    match = _PERIOD.fullmatch(text)
    if match is None or int(match[1]) < FIRST_YEAR or text > f"{today:%Y-%m}":
        raise _Bad(PERIOD)
    return text


def _satellite(text: str) -> str:
    found = satellite_named(text)
    if found is None:
        raise _Bad(SATELLITE)
    return found


def _amount(text: str) -> Decimal:
    amount = Decimal(text) if _AMOUNT.fullmatch(text) else None
    if amount is None or amount > MOST_PAID or amount != amount.quantize(_CENT):
        raise _Bad(AMOUNT)
    return amount.quantize(_CENT)
