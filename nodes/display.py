"""Stored values as text for people: whatever is in a column can be shown."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from nodes.known import printable

NO_VALUE = "–"
MOST_QUOTED = 3
LONGEST = 10_000  # characters of one value
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")
# Of what to run, which sentences name in backticks for terminal and log; what else has some is left as it is.
_COMMAND = re.compile(r"`((?:make|manage\.py|PRAGMA|\.venv/bin/python) [^`<]+)`")
# One for one, so that the columns of a table stay where they are.
_LIKENESSES = str.maketrans("★✓✗–−─“”’×", '*vx---""\'x')


def cell(value: object, most: int = LONGEST) -> str:
    """Any stored value. SQLite keeps text and bytes in columns of numbers, and anything in a time stamp."""
    if value is None:
        return NO_VALUE
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(' ')} UTC"
    if isinstance(value, bytes | memoryview):
        return f"(binary, {len(value)} bytes)"
    return printable(str(value), most)


def with_commands(text: object) -> SafeString:
    """A sentence as HTML, with the commands in it marked as code."""
    escaped = conditional_escape(text if isinstance(text, str) else str(text))
    return mark_safe(_COMMAND.sub(r"<code>\1</code>", escaped))  # noqa: S308


def unbroken(text: str) -> str:
    """Text with its per cent signs beside their numbers, wherever a line ends."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def moment(value: datetime | str | None) -> str:
    """A time in UTC, to the second; text that is not in the stored form as it is."""
    if not isinstance(value, datetime):
        return NO_VALUE if value is None else printable(value)
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def in_unit(value: int | float) -> tuple[float, str]:
    """An amount of bytes in the decimal unit that leaves one to three digits before the point, and the unit."""
    amount, unit = float(value), 0
    # Not 1000: 999,999,999,999 bytes are 1.00 TB and never 1,000.00 GB.
    while abs(amount) >= 999.5 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return amount, _UNITS[unit]


def size(value: int | None) -> str:
    """Bytes in decimal units, three digits."""
    if value is None:
        return NO_VALUE
    amount, unit = in_unit(value)
    return f"{amount:.3g} {unit}"


def quoted(names: Sequence[str], longest: int = 60) -> str:
    """The first of these names for a sentence, and how many more there are."""
    text = ", ".join(f"“{printable(name, longest)}”" for name in names[:MOST_QUOTED])
    return text if len(names) <= MOST_QUOTED else f"{text} and {len(names) - MOST_QUOTED} more"


def ascii_likeness(text: str) -> str:
    """For an encoding that lacks these characters: something like each of them, else a question mark."""
    return text.translate(_LIKENESSES).encode("ascii", "replace").decode("ascii")
