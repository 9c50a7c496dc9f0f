"""The one request object, and the one validation, behind page, command, API and admin action."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from comparison.metrics import EARNINGS, TYPES
from comparison.money.month import Month
from comparison.window import Window, parse_range, range_name
from nodes.display import quoted
from nodes.entered import FORM, moment_of

DEFAULT_TYPE = "performance"
DEFAULT_RANGE = "24h"
# "auto" reads the roll-ups where there are any; "sample" reads the newest events alone.
AUTO, SAMPLE = BASES = ("auto", "sample")
# Calendar months of earnings side by side.
DEFAULT_MONTHS, MOST_MONTHS = 12, 36
YES = "yes"  # of a box that is ticked
EARLIEST = datetime(2018, 1, 1, tzinfo=UTC)  # Storj's third network, the one with these nodes, began in 2018


class InvalidRequest(ValueError):
    """What is wrong, as one sentence per field: `nodes`, `type`, `range`, `as_of`, `basis`, `month`, `months` or
    `same_satellites`."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True)
class ComparisonRequest:
    """A valid comparison: known, distinct names in the order asked for, a range in hours.

    `as_of` None means "now", decided when the comparison is computed. `months` is how many are side by side, where the
    type is earnings. `same_satellites` restricts every node to the satellites that all of them serve.
    """

    names: tuple[str, ...]
    type: str
    hours: int
    as_of: datetime | None = None
    basis: str = AUTO
    months: int = DEFAULT_MONTHS
    same_satellites: bool = False

    @property
    def range(self) -> str:
        return range_name(self.hours)

    def window(self, now: datetime) -> Window:
        return Window.ending(self.as_of or now, self.hours)


def validated(  # noqa: PLR0913, PLR0917 - the fields of a request, one each
    known: Collection[str],
    nodes: object,
    type: object = DEFAULT_TYPE,
    range: object = DEFAULT_RANGE,
    as_of: object = None,
    basis: object = AUTO,
    month: object = None,
    months: object = None,
    same_satellites: object = None,
    fewest: int = 2,
) -> ComparisonRequest:
    """The request that these raw values mean.

    `known` are the names of the known nodes; a name is compared with them before any SQL sees it.
    `range` is as for `parse_range`, `as_of` an aware datetime, ISO 8601 text or None; `month`, for earnings only and in
    the place of `as_of`, is text such as 2026-10, and `months` how many are side by side. `same_satellites` is a truth
    value, or YES as a form sends it. `fewest` is how many nodes make sense.
    Raises InvalidRequest with a sentence for every field that is wrong.
    """
    errors: dict[str, str] = {}
    values: dict[str, Any] = {}
    for field, parse in (
        ("nodes", lambda: _names(nodes, frozenset(known), fewest)),
        ("type", lambda: _type(type)),
        ("range", lambda: parse_range(range)),
        ("as_of", lambda: past_moment(as_of)),
        ("basis", lambda: _basis(basis)),
        ("month", lambda: _month(month, type, as_of)),
        ("months", lambda: _months(months, type)),
        ("same_satellites", lambda: _same_satellites(same_satellites)),
    ):
        try:
            values[field] = parse()
        except ValueError as error:
            errors[field] = str(error)
    if errors:
        raise InvalidRequest(errors)
    return ComparisonRequest(
        values["nodes"],
        values["type"],
        values["range"],
        values["month"] or values["as_of"],
        values["basis"],
        values["months"],
        values["same_satellites"],
    )


def _names(nodes: object, known: frozenset[str], fewest: int) -> tuple[str, ...]:
    if not isinstance(nodes, list | tuple) or not all(isinstance(name, str) for name in nodes):
        raise ValueError("The nodes must be a list of node names.")
    wrong_number = ValueError(f"Choose between {fewest} and {settings.MAX_NODES} nodes; {len(nodes)} given.")
    if len(nodes) > settings.MAX_NODES:
        raise wrong_number
    unknown = [name for name in nodes if name not in known]
    if unknown:
        raise ValueError(f"There is no node {quoted(unknown)}: it is neither in the events nor entered by hand.")
    if len(nodes) < fewest:
        raise wrong_number
    twice = [name for name in dict.fromkeys(nodes) if nodes.count(name) > 1]
    if twice:
        raise ValueError(f"Each node can be named once; {quoted(twice)} is there more than once.")
    return tuple(nodes)


def _type(value: object) -> str:
    if not isinstance(value, str) or value not in TYPES:
        raise ValueError(f"The type must be one of {', '.join(TYPES)}.")
    return value


def _basis(value: object) -> str:
    if not isinstance(value, str) or value not in BASES:
        raise ValueError(f"The basis must be one of {', '.join(BASES)}.")
    return value


def _month(value: object, type: object, as_of: object) -> datetime | None:
    """The end of a month that is over; None for the one that is not, and where none is given."""
    if value is None or value == "":
        return None
    month = Month.parse(value)
    if month is None:
        raise ValueError("The month must be written as 2026-10.")
    if type != EARNINGS:
        raise ValueError("A month can be given for the type earnings only.")
    if as_of:
        raise ValueError("Give the month or the time, not both.")
    if not Month.of(EARLIEST) <= month <= Month.of(datetime.now(UTC)):
        raise ValueError("The month must be one from 2018 on that has begun.")
    return month.end if month.end <= datetime.now(UTC) else None


def _months(value: object, type: object) -> int:
    if value is None or value == "":
        return DEFAULT_MONTHS
    if type != EARNINGS:
        raise ValueError("Months can be given for the type earnings only.")
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 4 else value
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= MOST_MONTHS:
        raise ValueError(f"The number of months must be between 1 and {MOST_MONTHS}.")
    return number


def _same_satellites(value: object) -> bool:
    if value is None or value in ("", YES):
        return bool(value)
    if not isinstance(value, bool):
        raise ValueError(
            f"Whether to compare on the same satellites only must be true or false; in an address, “{YES}”."
        )
    return value


def past_moment(value: object) -> datetime | None:
    """An aware datetime or ISO 8601 text, in UTC; None where nothing is given. Raises ValueError."""
    if value is None or value == "":
        return None
    moment = _moment(value)
    if moment is None:
        raise ValueError(f"The time must be {FORM}.")
    if moment < EARLIEST:
        raise ValueError("The time must not be before 2018, when the network began.")
    if moment > datetime.now(UTC):
        raise ValueError("The time must not be in the future.")
    return moment


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return None if value.tzinfo is None else value.astimezone(UTC)
    return moment_of(value) if isinstance(value, str) else None
