"""Which errors of a download say that the node has lost or spoiled a piece, and not that its client went away."""

import re

# Downloads that a satellite makes to see, or to restore, what the node stores.
CHECKED_ACTIONS = ("GET_REPAIR", "GET_AUDIT")

# As storagenode and operating systems word them; reading a piece that is not there has a wording per system.
_LOST = (
    r"file(?: |-)not(?: |-)found",
    r"file does not exist",
    r"no such file",
    r"cannot find the (?:file|path) specified",
)
_SPOILED = (
    r"\b(?:hash(?:es)?|checksums?)(?: |-)(?:mismatch|(?:do|does|did)(?: not|n't) match)",
    r"\bmismatch(?:ed|ing)? (?:\w+ )?(?:hash|checksum)",
    r"\b(?:invalid|wrong|bad) (?:\w+ )?(?:hash|checksum)\b",
)
_INTEGRITY_FAILURE = re.compile("|".join((*_LOST, *_SPOILED)), re.IGNORECASE)


def integrity_failure(error_reason: str | None) -> bool:
    """Whether a failed audit or repair download was the node's fault; of a log's text, or a reason of the roll-ups.

    Only for CHECKED_ACTIONS: on an upload, a hash that does not match is the client's.
    """
    return error_reason is not None and _INTEGRITY_FAILURE.search(error_reason) is not None
