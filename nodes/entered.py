"""Times as people and programs enter them: on the page, in a command, in a request to the API."""

from contextlib import suppress
from datetime import UTC, date, datetime

FORM = "ISO 8601 with a time of day, such as 2026-11-23T12:00; it is in UTC unless it says otherwise, as +02:00 does"


def moment_of(text: str) -> datetime | None:
    """In UTC; None for what is no such time. A date alone is none either: nobody can tell which end of it is meant."""
    with suppress(ValueError):
        date.fromisoformat(text.strip())
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # a zone can lead out of the calendar
        return None
