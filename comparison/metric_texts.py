"""On what each family of metrics rests, why a value may be missing, and why one may not be ranked."""

from comparison.metric import About

_ATTEMPTS = "Every attempt that the node's log tells of in the window, from roll-ups and the events behind them"
_THIN = "of fewer than 30 attempts"
_NO_EVENTS = "the node has no events in the window"
_SAMPLED = "of a node of which only the newest events were read"
_OLD_SCORES = "the scores are older than two days at the window's end, or none is recorded"
_STATE = "The node's own API, as it last answered before the window's end"
_OLD_STATE = "the API is not asked, or had not answered for two hours at the window's end"
RANKED = "Ranked wherever there is a value."
NEVER_RANKED = "Never ranked: more is neither better nor worse."

RATES = About(
    f"{_ATTEMPTS}.",
    f"Missing where {_NO_EVENTS}, or no attempt of this kind.",
    f"Not ranked: rates {_THIN}, and of uploads where the log does not tell of canceled ones.",
)
LATENCIES = About(
    f"{_ATTEMPTS}, as far as it tells when the attempt began.",
    "Missing where no duration is recorded: the node has to log at DEBUG level.",
    f"Not ranked: values {_THIN}, and those told by time stamps of whole seconds.",
)
VOLUMES = About(
    f"{_ATTEMPTS}.",
    f"Missing where {_NO_EVENTS}.",
    NEVER_RANKED,
)
AUDITS = About(
    f"{_ATTEMPTS}.",
    f"Missing where {_NO_EVENTS}, or no audit.",
    f"Not ranked: counts {_THIN}, and {_SAMPLED}.",
)
AUDITS_BEGUN = About(
    "The starts of audits in the log that our own intake reads.",
    "Missing where another program writes the events, which says nothing of starts.",
    f"Not ranked: counts {_THIN}, begun or ended.",
)
INTEGRITY = About(
    "The reasons that the log gives for failed audits and repair downloads.",
    f"Missing where {_NO_EVENTS} with audits or repair downloads, or where a failure's reason is not known.",
    f"Not ranked: counts {_THIN}, and {_SAMPLED}.",
)
SCORES = About(
    "The newest scores that each satellite told up to the window's end.",
    f"Missing where {_OLD_SCORES}.",
    RANKED,
)
STANDING = About(
    "The newest scores and the node's own API, as each satellite told up to the window's end.",
    f"Missing where {_OLD_SCORES}, and the API does not tell either.",
    RANKED,
)
AUDIT_WINDOWS = About(
    "The audit history of the last 30 days, as the node's own API told it.",
    "Missing where the API is not asked, or told no window of audits yet.",
    RANKED,
)
VETTING = About(
    f"{_STATE}, and the audits that it told of.",
    "Missing where the API is not asked, or told of no satellite.",
    RANKED,
)
CONTACT = About(f"{_STATE}.", f"Missing where {_OLD_STATE}.", RANKED)
SPACE = About(
    "The newest storage snapshot up to the window's end that has used and total space.",
    "Missing where there is no such snapshot.",
    NEVER_RANKED,
)
SHARE_OF_SPACE = About(
    "The newest storage snapshot up to the window's end that has used and total space.",
    "Missing where there is no such snapshot, or its total is zero.",
    NEVER_RANKED,
)
TRASH = About(
    "The newest storage snapshot up to the window's end that has used and total space.",
    "Missing where there is no such snapshot, or it does not tell of trash.",
    "Not ranked: values of a snapshot that is older than two days at the window's end.",
)
EFFICIENCY_SCORE = About(
    "The newest storage snapshot up to the window's end that has used and total space.",
    "Missing where there is no such snapshot, or it does not tell of trash.",
    "Never ranked: a node that is full has a high score, and one that was just made larger a low one.",
)
GROWTH = About(
    "The first and the last storage snapshot in the window.",
    "Missing where they are less than a day apart: a range of 24 hours is too short, 7 days are enough.",
    NEVER_RANKED,
)
OUTLOOK = About(
    "The newest storage snapshot, and the growth between the first and the last in the window.",
    "Missing where there is no growth: the snapshots are less than a day apart, as they are in a range of 24 hours, or "
    "the used space shrinks or stays.",
    NEVER_RANKED,
)
_EARNED = (
    "The best that is known of the month: the node's own API, else the roll-ups' bytes with the storage snapshots, "
    "else the monitor's estimates; the notes say which."
)
_PART_KNOWN = (
    "Not ranked: amounts of a month of which storage is known for less than 90 % of the time, or traffic not up to two "
    "days before the window's end."
)
_NOTHING_EARNED = "Missing where nothing is recorded of what the node earned in the month."
MONEY = About(_EARNED, _NOTHING_EARNED, _PART_KNOWN)
HELD = About(_EARNED, _NOTHING_EARNED, NEVER_RANKED)
PROJECTED = About(
    _EARNED,
    "Missing on the first two days of a month, and where nothing is recorded of what the node earned in it.",
    _PART_KNOWN,
)
YIELD = About(
    _EARNED,
    "Missing where nothing is recorded of what the node earned in the month, or no storage snapshots of it.",
    RANKED,
)
UNPAID = About(
    "The node's own API, which tells what its disk holds and what satellites pay for.",
    "Missing where the API is not asked, or does not tell both.",
    RANKED,
)
PROFIT = About(
    _EARNED + " Costs are what the operator entered in the admin.",
    "Missing on the first two days of a month, and where no costs are entered or nothing is known of the earnings.",
    RANKED,
)
