"""What a line is about, told by its logger and its message alone: error texts may contain any of these words."""

from typing import NamedTuple

from nodes.intake.records import COMPANION, OTHER, REJECTED, TWIN, Skipped

TRANSFERS = "piecestore"
REPUTATION = "reputation:service"
HASHSTORE = "hashstore"
LOGGERS = (TRANSFERS, REPUTATION, HASHSTORE)

STARTED = ""
_DOWNLOADS = frozenset({"GET", "GET_REPAIR", "GET_AUDIT"})
_UPLOADS = frozenset({"PUT", "PUT_REPAIR"})


class TransferLine(NamedTuple):
    """`status` of the attempt, STARTED for its start; `actions` that go with the message."""

    status: str
    actions: frozenset[str]


class ScoresLine(NamedTuple):
    pass


class CompactionLine(NamedTuple):
    pass


Counting = TransferLine | ScoresLine | CompactionLine

_CANCELED = "download canceled"
TRANSFER_LINES = {
    "upload started": TransferLine(STARTED, _UPLOADS),
    "uploaded": TransferLine("success", _UPLOADS),
    "upload canceled": TransferLine("canceled", _UPLOADS),
    "upload failed": TransferLine("failed", _UPLOADS),
    "download started": TransferLine(STARTED, _DOWNLOADS),
    "downloaded": TransferLine("success", _DOWNLOADS),
    _CANCELED: TransferLine("canceled", _DOWNLOADS),
    # From v1.86 on, for a race that is lost in another place.
    "download canceled (race lost or node shutdown)": TransferLine("canceled", _DOWNLOADS),
    "download failed": TransferLine("failed", _DOWNLOADS),
}
_REJECTED = "upload rejected"
# Each is followed by a line that says how the same operation ended (storagenode/piecestore/endpoint.go).
_COMPANIONS = frozenset(
    {
        "upload internal error",
        "download internal error",
        "could not get hash and order limit",
        "error sending hash and order limit",
        "error sending response",
        "error during canceling a piece write",
        "failed to close piece reader",
    }
)
_SCORES = frozenset({"node scores updated", "node scores worsened"})
_COMPACTION = "finished compaction"
_COUNTED = (*TRANSFER_LINES, *sorted(_SCORES), _COMPACTION)


def meaning_of(logger: str, level: str, message: str) -> Counting | Skipped:
    """The level only tells the twin of a canceled download; a transfer that failed has failed at any level."""
    if logger == TRANSFERS:
        return _of_piecestore(level, message)
    if logger == REPUTATION and message in _SCORES:
        return ScoresLine()
    if logger == HASHSTORE and message == _COMPACTION:
        return CompactionLine()
    return Skipped(OTHER)


def _of_piecestore(level: str, message: str) -> Counting | Skipped:
    if message == _CANCELED and level == "DEBUG":
        return Skipped(TWIN)
    if line := TRANSFER_LINES.get(message):
        return line
    if message.startswith(_CANCELED):
        return TRANSFER_LINES[_CANCELED]
    if message.startswith(_REJECTED):
        return Skipped(REJECTED)
    return Skipped(COMPANION if message in _COMPANIONS else OTHER)


def may_become_one_that_counts(message: str) -> bool:
    """Whether a message that the end of the line cuts off could have been one that counts."""
    return message != "" and any(counted.startswith(message) for counted in _COUNTED)
