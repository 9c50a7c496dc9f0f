"""How values are written for people: decimal units, thousands separators, an en dash for no value."""

from dataclasses import dataclass

from comparison.metrics import Metric
from comparison.result import Value

NO_VALUE = "–"
MINUS = "−"

_BYTES = ((10**15, "PB"), (10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
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
        return _scaled(value, metric.unit.removeprefix("bytes"))
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


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _scaled(value: int | float, per: str) -> Shown:
    for factor, unit in _BYTES:
        # Rounded first, so that 999,999,999,999 bytes are 1.00 TB and never 1,000.00 GB.
        if round(abs(value) / factor, 2) >= 1:
            return Shown(_number(value / factor, 2), unit + per)
    return Shown(_number(value, 0), "B" + per)


def _number(value: int | float, decimals: int) -> str:
    return f"{value:,.{decimals}f}".replace("-", MINUS)
