"""What a line of a storagenode's log says, once it was read."""

from collections.abc import Mapping
from typing import NamedTuple

# Reasons for which a line is left aside. Those of NOT_TRANSFERS say nothing of a transfer that is not said elsewhere;
# all others belong to transfers that could not be read, and are counted and shown.
OTHER = "not about a transfer"
TWIN = "told twice: the DEBUG twin of a line that counts"
COMPANION = "an error that accompanies a line that counts"
NOT_TRANSFERS = frozenset({OTHER, TWIN, COMPANION})


class Transfer(NamedTuple):
    """The start or the end of one attempt.

    `at` is in microseconds since 1970, None where the line has no time (STORJ_LOG_NOTIME); `coarse` where its time
    stamp has whole seconds only. `status` is one of nodes.soundness.STATUSES, "" for a start. `size` in bytes.
    `remote_ip` is without the port. `error_reason` is as the log says it, None where it says nothing.
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
    """A finished compaction of a hashstore; `duration` in seconds, sizes in bytes."""

    at: int | None
    satellite_id: str
    store: str
    duration: float | None
    reclaimed: int | None
    rewritten: int | None
    table_load: float | None
    trash_percent: float | None


class Skipped(NamedTuple):
    reason: str


Record = Transfer | Scores | Compaction | Skipped
Fields = Mapping[str, object]
