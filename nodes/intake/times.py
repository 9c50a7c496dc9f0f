"""Microseconds since 1970 as the text that is stored."""

from datetime import UTC, datetime
from functools import lru_cache

SECOND = 1_000_000
HOUR = 3_600 * SECOND


def stored(microseconds: int) -> str:
    """As nodes.fields.to_stored writes this moment."""
    seconds, fraction = divmod(microseconds, SECOND)
    minute, second = divmod(seconds, 60)
    return f"{_minute(minute)}{second:02}.{fraction:06}+00:00" if fraction else f"{_minute(minute)}{second:02}+00:00"


@lru_cache(maxsize=4096)
def _minute(minute: int) -> str:
    """Lines that follow one another share their minute."""
    return datetime.fromtimestamp(minute * 60, UTC).isoformat()[: len("2026-11-23T11:55:")]
