"""What a line of a storagenode's log says, once it was read."""

from typing import NamedTuple

# Reasons for which a line is left aside: keys of a table, shown to operators. Those of NOT_TRANSFERS say nothing that
# is not said elsewhere; all others belong to lines that should have counted and could not be read, and are shown.
OTHER = "not about a transfer"
TWIN = "told twice: the DEBUG twin of a line that counts"
COMPANION = "an error that accompanies a line that counts"
NOT_TRANSFERS = frozenset({OTHER, TWIN, COMPANION})
REJECTED = "upload rejected: too many requests"
HALF_WRITTEN = "half-written line"
BROKEN_FIELDS = "fields that are not JSON"
BROKEN_TIME = "a time that cannot be read"
NO_PIECE = "no piece id"
NO_SATELLITE = "no satellite id"
NO_ACTION = "no action"
UNKNOWN_ACTION = "an action that is not known, or not with this message"
BROKEN_SCORES = "a satellite's scores that cannot be read"
BROKEN_COMPACTION = "a compaction that cannot be read"


class Transfer(NamedTuple):
    """The start or the end of one attempt.

    `at` is in microseconds since 1970, None where the line has no time (STORJ_LOG_NOTIME); `coarse` where its time
    stamp has whole seconds only. `status` is one of nodes.soundness.STATUSES, "" for a start. `size` in bytes.
    `remote_ip` is without the port. `error_reason` is the log's own text, cut to nodes.intake.fields.LONGEST_ERROR
    characters, None where it says nothing. All texts can be stored in any database: UTF-8, no NUL.
    """

    at: int | None
    coarse: bool
    status: str
    action: str
    size: int | None
    piece_id: str
    satellite_id: str
    remote_ip: str | None
    error_reason: str | None


class Scores(NamedTuple):
    """A satellite's scores in per cent (0 to 100), and its counts of audits."""

    at: int | None
    satellite_id: str
    audit_score: float
    suspension_score: float
    online_score: float
    audits_succeeded: int | None
    audits: int | None


class Compaction(NamedTuple):
    """A finished compaction of a hashstore; `duration` in seconds, sizes in bytes, load and trash in per cent."""

    at: int | None
    satellite_id: str
    store: str
    duration: float | None
    reclaimed: int | None
    rewritten: int | None
    table_load: float | None
    trash_percent: float | None


class Skipped(NamedTuple):
    """A line that is no record; `reason` is one of the constants above."""

    reason: str


Record = Transfer | Scores | Compaction | Skipped
