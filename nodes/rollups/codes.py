"""The small numbers in the roll-ups' rows."""

from datetime import date
from functools import lru_cache

from nodes.soundness import ACTIONS, STATUSES

# What `start` counts from 1970 on, in hours: the hour, the first one of the day, or of the week from Monday.
# Broken rows without a time that could be read are in one row per node and satellite, with start 0.
HOUR, DAY, NO_TIME, WEEK = 0, 1, 2, 3
HOURS_A_DAY = 24
HOURS_A_WEEK = 7 * HOURS_A_DAY
HOURS_FROM_MONDAY = 3 * HOURS_A_DAY  # of the week in which 1970 began, on a Thursday

ACTION_CODES = {action: code for code, action in enumerate(ACTIONS, start=1)}
STATUS_CODES = {status: code for code, status in enumerate(STATUSES, start=1)}
BROKEN = 0  # as action and as status: a row that the metrics skip
NO_SATELLITE = 0  # none recorded, or not a text
OTHER = 0  # as reason: one of those that came when rollup_reasons was full

_1970 = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=10_000)
def hour_of(text: str) -> int | None:
    """Hours since 1970 of "2026-11-23T11"; None if there is no such hour."""
    try:
        day, hour = date.fromisoformat(text[:10]).toordinal() - _1970, int(text[11:])
    except ValueError:
        return None
    return day * HOURS_A_DAY + hour if hour < HOURS_A_DAY else None


def day_of(hour: int) -> int:
    """The first hour of the hour's day."""
    return hour // HOURS_A_DAY * HOURS_A_DAY


def week_of(hour: int) -> int:
    """The first hour of the hour's week."""
    return (hour + HOURS_FROM_MONDAY) // HOURS_A_WEEK * HOURS_A_WEEK - HOURS_FROM_MONDAY


def bit_of(hour: int) -> int:
    """The hour in the 24 bits of its day: bit 0 is that of the day's first hour."""
    return 1 << hour % HOURS_A_DAY
