"""The time stamps of logs, in microseconds since 1970."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# ISO 8601 as zap, Docker and syslog write it: with up to nine digits after the second, and "Z", "+03:00" or "+0300".
_STAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:[.,]([0-9]{1,9}))?(Z|[+-][0-9]{2}:?[0-9]{2})"
)
_LOOKS_LIKE_ONE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")
# Later ones are not years of a calendar in every time zone.
_LAST = datetime(9999, 1, 1, tzinfo=UTC)


def read_stamp(text: str) -> tuple[int, bool] | None:
    """The microseconds since 1970, and whether it has whole seconds only; None for what is no time stamp."""
    found = _STAMP.fullmatch(text)
    if not found:
        return None
    second = _whole_second(found[1] + found[3])
    fraction = found[2]
    if second is None:
        return None
    return (second, True) if fraction is None else (second + int(fraction[:6].ljust(6, "0")), False)


@lru_cache(maxsize=1024)
def _whole_second(text: str) -> int | None:
    """The microseconds since 1970 of a stamp without a fraction. Lines that follow one another share their second."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    # The comparison does not overflow at the calendar's ends, as a change of zone would.
    return (moment - _EPOCH) // _MICROSECOND if _EPOCH <= moment < _LAST else None


def looks_like_a_stamp(text: str) -> bool:
    return _LOOKS_LIKE_ONE.match(text) is not None


def from_seconds(seconds: object, nanoseconds: object) -> int | None:
    """The microseconds since 1970 of Google's `timestamp`, which has two whole numbers."""
    if not isinstance(seconds, int) or not isinstance(nanoseconds, int):
        return None
    in_range = 0 <= seconds < (_LAST - _EPOCH) // timedelta(seconds=1) and 0 <= nanoseconds < 10**9
    return seconds * 10**6 + nanoseconds // 1000 if in_range else None
