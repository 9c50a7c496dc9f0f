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
_SQLITE_HOUR = "strftime('%%Y-%%m-%%dT%%H', {0} || ':00', '+0 days') = {0}"
_MINUTE = ":[0-5][0-9]:[0-5][0-9]"
# Nearly all have a fraction, and one GLOB of the whole text takes half as long as two of its parts.
_SQLITE_REST = (
    f"(timestamp GLOB '????-??-??T??{_MINUTE}.{_FRACTION}+00:00'"
    f" OR (substr(timestamp, 14, 6) GLOB '{_MINUTE}' AND substr(timestamp, 20) = '+00:00'))"
)

# PostgreSQL 15 cannot try to read a date without an error, so this spells the calendar out.
_LEAP_YEAR = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_DATE = (
    "([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    f"|{_LEAP_YEAR}-02-29)"
)
_POSTGRESQL_REST = f"substr(timestamp, 14) ~ '^{_MINUTE}([.][0-9]{{6}})?[+]00:00$'"


@dataclass(frozen=True)
class Dialect:
    """`stored_form` is nodes.fields.from_stored in SQL: the form and a date that exists; false or NULL where not.

    It is put together from its parts: `stored_hour` is about the first 13 characters, which many time stamps share,
    and `stored_rest` about what follows. `whole` tells a whole number from what else SQLite keeps.
    """

    hour_form: str
    stored_rest: str
    whole: str
    joined: str

    @property
    def stored_form(self) -> str:
        return f"({self.stored_hour('substr(timestamp, 1, 13)')} AND {self.stored_rest})"

    def stored_hour(self, hour: str) -> str:
        return self.hour_form.replace("{0}", hour)


DIALECTS = {
    "sqlite": Dialect(
        _SQLITE_HOUR,
        _SQLITE_REST,
        "typeof({0}) = 'integer'",
        "group_concat({0})",
    ),
    "postgresql": Dialect(
        f"{{0}} ~ '^{_DATE}T([01][0-9]|2[0-3])$'",
        _POSTGRESQL_REST,
        "{0} IS NOT NULL",
        "string_agg(({0})::text, ',')",
    ),
}


def sound_kind() -> str:
    """What an event's action and status have to be."""
    return f"action IN ({_listed(ACTIONS)}) AND status IN ({_listed(STATUSES)})"


def sound_numbers(vendor: str) -> str:
    """What an event's size and duration have to be."""
    whole = DIALECTS[vendor].whole
    return f"""(size IS NULL OR ({whole.format("size")} AND size BETWEEN 0 AND {MAX_SIZE}))
        AND (duration_ms IS NULL OR ({whole.format("duration_ms")} AND duration_ms >= 0))"""


def sound_snapshot(vendor: str) -> str:
    """Whether a storage snapshot can be computed with; those read from a log have no used and total space."""
    return f"{DIALECTS[vendor].stored_form} AND {sound_space(vendor)}"


def sound_space(vendor: str) -> str:
    """What a snapshot's used and total space have to be."""
    whole = DIALECTS[vendor].whole
    return " AND ".join(f"{whole.format(size)} AND {size} >= 0" for size in ("used_bytes", "total_bytes"))


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


def timed_kind() -> str:
    """Whether the duration of a sound event is a latency."""
    return f"status = 'success' AND action IN ({_listed(TIMED_ACTIONS)})"


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
