"""What counts and what is broken, in SQL and for single values: the one place for what is "sound".

SQLite keeps whatever was written, and PostgreSQL's columns are text and bigint: their differences are `Dialect`.
"""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeGuard

ACTIONS = ("GET", "PUT", "GET_REPAIR", "PUT_REPAIR", "GET_AUDIT")
STATUSES = ("success", "canceled", "failed")
# Scores and snapshots that are older are shown as of their date, and not ranked.
STALE_AFTER = timedelta(days=2)
# Latency is that of successful downloads and uploads.
TIMED_ACTIONS = ("GET", "PUT")
# More than any attempt can have; a larger size is broken, and its sum could overflow SQLite's integers.
MAX_SIZE = 10**12
# The monitor's counts of attempts in an hour, and more than any of its sums of an hour can be.
HOURLY_ATTEMPTS = ("dl_success", "dl_fail", "ul_success", "ul_fail", "audit_success", "audit_fail")
MAX_AN_HOUR = 10**15

_FRACTION = "[0-9]" * 6

# SQLite's own calendar: what it reads, adds nothing to and writes back unchanged is a date that exists. Without
# the addition it hands 30 February back as it came.
_SQLITE_FORM = (
    "(strftime('%%Y-%%m-%%dT%%H:%%M:%%S', substr(timestamp, 1, 19), '+0 days') = substr(timestamp, 1, 19)"
    f" AND (substr(timestamp, 20) = '+00:00' OR substr(timestamp, 20) GLOB '.{_FRACTION}+00:00'))"
)

# PostgreSQL 15 cannot try to read a date without an error, so this spells the calendar out.
_LEAP_YEAR = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_DATE = (
    "([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    f"|{_LEAP_YEAR}-02-29)"
)
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{6})?"


@dataclass(frozen=True)
class Dialect:
    """`stored_form` is nodes.fields.from_stored in SQL: the form and a date that exists; false or NULL where not.

    `whole` tells a whole number from what else SQLite keeps.
    """

    stored_form: str
    whole: str
    joined: str


DIALECTS = {
    "sqlite": Dialect(
        _SQLITE_FORM,
        "typeof({0}) = 'integer'",
        "group_concat({0})",
    ),
    "postgresql": Dialect(
        f"timestamp ~ '^{_DATE}T{_TIME}[+]00:00$'",
        "{0} IS NOT NULL",
        "string_agg(({0})::text, ',')",
    ),
}


def sound(vendor: str) -> str:
    """Whether an event counts; NULL means no, as false does."""
    return f"{DIALECTS[vendor].stored_form} AND {sound_values(vendor)}"


def sound_values(vendor: str) -> str:
    """What else than its time stamp makes an event sound: one that is needed alone is not worked out twice."""
    dialect = DIALECTS[vendor]
    return f"""action IN ({_listed(ACTIONS)})
        AND status IN ({_listed(STATUSES)})
        AND (size IS NULL OR ({dialect.whole.format("size")} AND size BETWEEN 0 AND {MAX_SIZE}))
        AND (duration_ms IS NULL OR ({dialect.whole.format("duration_ms")} AND duration_ms >= 0))"""


def sound_snapshot(vendor: str) -> str:
    """Whether a storage snapshot can be computed with; those read from a log have no used and total space."""
    dialect = DIALECTS[vendor]
    sizes = " AND ".join(f"{dialect.whole.format(size)} AND {size} >= 0" for size in ("used_bytes", "total_bytes"))
    return f"{dialect.stored_form} AND {sizes}"


def sound_hour(vendor: str) -> str:
    """Whether a row of hourly_stats has a full hour and sums that can be added up; that its date exists is not told.

    Text and bytes are above every number, and the sum of whole numbers alone is a whole number: one look at
    its type instead of seven, as a year of five nodes is 44,000 rows.
    """
    columns = (*HOURLY_ATTEMPTS, "total_upload_size")
    full_hours = _listed(tuple(f"T{hour:02}:00:00+00:00" for hour in range(24)))
    bounded = " AND ".join(f"{column} BETWEEN 0 AND {MAX_AN_HOUR}" for column in columns)
    whole = DIALECTS[vendor].whole.format(f"({' + '.join(columns)})")
    # CASE, because PostgreSQL fails where a sum overflows.
    return f"substr(hour_timestamp, 11) IN ({full_hours}) AND CASE WHEN {bounded} THEN {whole} END"


def durations(vendor: str) -> str:
    """The latencies of a group as one text, "7,12"; the group's rows have a column `sound`."""
    timed = f"sound AND status = 'success' AND action IN ({_listed(TIMED_ACTIONS)})"
    return DIALECTS[vendor].joined.format(f"CASE WHEN {timed} THEN duration_ms END")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def is_number(value: object) -> TypeGuard[int | float]:
    """SQLite keeps text in number columns, and `inf` in real ones: neither can be computed with."""
    return isinstance(value, int | float) and math.isfinite(value)


def is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and value >= 0


def is_score(value: object) -> TypeGuard[int | float]:
    """A satellite's score, in per cent."""
    return is_number(value) and 0 <= value <= 100
