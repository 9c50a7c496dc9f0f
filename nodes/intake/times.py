"""Microseconds since 1970 as the text that is stored."""

from datetime import UTC, datetime
from functools import lru_cache

SECOND = 1_000_000
HOUR = 3_600 * SECOND


def stored(microseconds: int) -> str:
    """As nodes.fields.to_stored writes this moment."""
    second, fraction = divmod(microseconds, SECOND)
    return f"{_second(second)}.{fraction:06}+00:00" if fraction else f"{_second(second)}+00:00"


@lru_cache(maxsize=4096)
def _second(second: int) -> str:
    """Lines that follow one another share their second."""
    return datetime.fromtimestamp(second, UTC).replace(tzinfo=None).isoformat()
