"""How values are written for people: decimal units, thousands separators, an en dash for no value."""

from dataclasses import dataclass

from comparison.metrics import Metric
from comparison.result import Value
from nodes.display import NO_VALUE, in_unit

MINUS = "−"

# Where the cell says less than the registry, the row's label says the rest.
_IN_CELL = {"USD/TB-month": "USD", "0-100": "of 100"}


@dataclass(frozen=True)
class Shown:
    number: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.number} {self.unit}".strip()


def shown(metric: Metric, value: Value) -> Shown:
    """The value with its unit, as every surface for people shows it."""
    if value is None:
        return Shown(NO_VALUE)
    if metric.unit.startswith("bytes"):
        number, unit = _scaled(value)
        return Shown(number, unit + metric.unit.removeprefix("bytes"))
    return Shown(_number(value, metric.decimals), _IN_CELL.get(metric.unit, metric.unit))


def gap(metric: Metric, value: int | float, best: int | float) -> str:
    """How far a value is from the best one, with its sign; empty where it is the same."""
    difference = round(value - best, metric.decimals)
    if not difference:
        return ""
    return ("+" if difference > 0 else "") + _number(difference, metric.decimals)


def ordinal(place: int) -> str:
    if place % 100 in (11, 12, 13):
        return f"{place}th"
    return f"{place}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(place % 10, 'th') }"


def counted(number: int, noun: str, several: str = "") -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {several or noun + 's'}"


def volume(value: Value) -> str:
    """An amount of bytes."""
    return NO_VALUE if value is None else " ".join(_scaled(value))


def _scaled(value: int | float) -> tuple[str, str]:
    amount, unit = in_unit(value)
    return _number(amount, 0 if unit == "B" else 2), unit


def _number(value: int | float, decimals: int) -> str:
    return f"{value:,.{decimals}f}".replace("-", MINUS)
