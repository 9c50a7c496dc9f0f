"""Which events count, in SQL: the one place for what is "sound", for every statement that reads events.

SQLite keeps whatever was written, and PostgreSQL's columns are text and bigint: their differences are `Dialect`.
"""

from dataclasses import dataclass

ACTIONS = ("GET", "PUT", "GET_REPAIR", "PUT_REPAIR", "GET_AUDIT")
STATUSES = ("success", "canceled", "failed")
# Latency is that of successful downloads and uploads.
TIMED_ACTIONS = ("GET", "PUT")
# More than any attempt can have; a larger size is broken, and its sum could overflow SQLite's integers.
MAX_SIZE = 10**12

_DIGITS = "[0-9]"
_SECOND = "-".join((_DIGITS * 4, _DIGITS * 2, _DIGITS * 2)) + "T" + ":".join([_DIGITS * 2] * 3)


@dataclass(frozen=True)
class Dialect:
    """`stored_form` is nodes.fields.STORED_FORM in SQL; `whole` tells a whole number from what else SQLite keeps."""

    stored_form: str
    whole: str
    joined: str


DIALECTS = {
    "sqlite": Dialect(
        f"(timestamp GLOB '{_SECOND}.{_DIGITS * 6}+00:00' OR timestamp GLOB '{_SECOND}+00:00')",
        "typeof({0}) = 'integer'",
        "group_concat({0})",
    ),
    "postgresql": Dialect(
        f"timestamp ~ '^{_SECOND}([.]{_DIGITS * 6})?[+]00:00$'",
        "{0} IS NOT NULL",
        "string_agg(({0})::text, ',')",
    ),
}


def sound(vendor: str) -> str:
    """Whether an event counts; NULL means no, as false does."""
    dialect = DIALECTS[vendor]
    return f"""{dialect.stored_form}
        AND action IN ({_listed(ACTIONS)})
        AND status IN ({_listed(STATUSES)})
        AND (size IS NULL OR ({dialect.whole.format("size")} AND size BETWEEN 0 AND {MAX_SIZE}))
        AND (duration_ms IS NULL OR ({dialect.whole.format("duration_ms")} AND duration_ms >= 0))"""


def durations(vendor: str) -> str:
    """The latencies of a group as one text, "7,12"; the group's rows have a column `sound`."""
    timed = f"sound AND status = 'success' AND action IN ({_listed(TIMED_ACTIONS)})"
    return DIALECTS[vendor].joined.format(f"CASE WHEN {timed} THEN duration_ms END")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
