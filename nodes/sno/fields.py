"""Values of a JSON object that somebody else wrote: what is not as expected is left out and counted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from nodes.fields import to_stored
from nodes.soundness import is_number

LONGEST = 500  # characters of a text
MOST_OBJECTS = 2_000  # of a list; a month has 60 windows and 31 days, and a node's pay stubs are a few hundred
MOST = 10**18  # of a number, such as the byte-hours of 1,000 TB in a month; the databases' integers hold sums of nine
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
# Go's time without a value is of the year 1; a storagenode without a clock begins in 1970.
_FIRST_YEAR, _LAST_YEAR = 2000, 2200


@dataclass
class Faults:
    """What was left out: how many values, and the first of them."""

    count: int = 0
    first: str = ""

    def add(self, what: str) -> None:
        self.count += 1
        self.first = self.first or what

    def __str__(self) -> str:
        """Empty where there are none."""
        more = f" and {self.count - 1} more" if self.count > 1 else ""
        return f"What the API says of {self.first}{more} cannot be read." if self.count else ""


@dataclass(frozen=True)
class Fields:
    """An object; a key that is missing or null is None and no fault: older storagenodes know fewer."""

    values: dict[str, object]
    path: str = ""
    faults: Faults = field(default_factory=Faults)

    @classmethod
    def of(cls, value: object, path: str, faults: Faults) -> "Fields":
        """Empty for what is no object."""
        if isinstance(value, dict):
            return cls(value, path, faults)
        if value is not None:
            faults.add(path or "everything")
        return cls({}, path, faults)

    def __bool__(self) -> bool:
        return bool(self.values)

    def has(self, key: str) -> bool:
        return self.values.get(key) is not None

    def at(self, key: str) -> "Fields":
        return Fields.of(self.values.get(key), self._path(key), self.faults)

    def each(self, key: str) -> Iterator["Fields"]:
        return objects(self.values.get(key), self._path(key), self.faults)

    def text(self, key: str) -> str | None:
        """Printable and not long; None for an empty one."""
        value = self.values.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, str) and len(value) <= LONGEST and value.isprintable():
            return value
        self._left_out(key)
        return None

    def flag(self, key: str) -> bool | None:
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return value
        self._left_out(key)
        return None

    def number(self, key: str, least: float = 0, most: float = MOST) -> float | None:
        value = self.values.get(key)
        if value is None:
            return None
        if is_number(value) and not isinstance(value, bool) and least <= value <= most:
            return float(value)
        self._left_out(key)
        return None

    def whole(self, key: str, least: int = 0, most: int = MOST) -> int | None:
        """Go also writes whole numbers as 1.5e+15, and byte-hours with a fraction."""
        value = self.values.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value  # a float would round it
        number = self.number(key, least, most)
        return None if number is None else round(number)

    def moment(self, key: str) -> datetime | None:
        value = self.values.get(key)
        if value is None:
            return None
        try:
            at = _moment(value)
        except (ValueError, OverflowError):
            self._left_out(key)
            return None
        return at if at and _FIRST_YEAR <= at.year <= _LAST_YEAR else None

    def stamp(self, key: str) -> str | None:
        """A moment in the stored form."""
        at = self.moment(key)
        return None if at is None else to_stored(at)

    def _left_out(self, key: str) -> None:
        self.faults.add(self._path(key))

    def _path(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def objects(value: object, path: str, faults: Faults) -> Iterator[Fields]:
    """The objects of a list; Go writes a list that is empty as null."""
    if value is None:
        return
    if not isinstance(value, list):
        faults.add(path)
        return
    if len(value) > MOST_OBJECTS:
        faults.add(path)
    for one in value[:MOST_OBJECTS]:
        if isinstance(one, dict):
            yield Fields(one, path, faults)
        else:
            faults.add(path)


def _moment(value: object) -> datetime | None:
    """None for a time of Go's without a value. Raises ValueError and OverflowError."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError
    if value.startswith("0001-"):
        return None
    return datetime.fromisoformat(value).astimezone(UTC)
