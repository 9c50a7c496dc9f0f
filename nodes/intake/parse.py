"""One line of a storagenode's log in, one record or a named reason out: any bytes, no state, nothing raised.

Formats and traps are those of storagenode from 2019 to v1.162 of 2026, as storagenode/piecestore/endpoint.go and
storj/common, process/logging.go, write them.
"""

import re

from nodes.intake import messages, records
from nodes.intake.entries import Entry, read_entry
from nodes.intake.envelopes import unwrap
from nodes.intake.fields import Fields, count_of, error_of, id_of, in_one_spelling, ip_of, per_cent_of, size_of
from nodes.intake.messages import CompactionLine, Counting, ScoresLine, TransferLine
from nodes.intake.quantities import duration_seconds, size_bytes
from nodes.intake.quick import read_ordinary
from nodes.intake.records import Compaction, Record, Scores, Skipped, Transfer
from nodes.soundness import is_score

_TRANSFERS, _REPUTATION, _HASHSTORE = (logger.encode() for logger in messages.LOGGERS)
_OTHER = Skipped(records.OTHER)
# In JSON that is cut off, where "\t" may be two characters.
_A_TRANSFER = re.compile(r"piecestore.{1,60}?(?:(?:up|down)load (?:started|canceled|failed)|uploaded|downloaded)\b")


def parse(line: bytes) -> Record:
    """What a line says, with or without its line end."""
    return read_ordinary(line) or parse_any(line)


def parse_any(line: bytes) -> Record:
    """parse() by the general reader alone."""
    if not (_TRANSFERS in line or _REPUTATION in line or _HASHSTORE in line):
        return _OTHER
    unwrapped = unwrap(line)
    entry = read_entry(unwrapped)
    if entry is None:
        is_cut = _A_TRANSFER.search(unwrapped.text[:1000]) is not None
        return Skipped(records.HALF_WRITTEN if is_cut else records.OTHER)
    meaning = messages.meaning_of(entry.logger, entry.level, entry.message)
    if isinstance(meaning, Skipped):
        return _skipped(entry, meaning)
    return _broken(entry) or _record(entry, meaning)


def _skipped(entry: Entry, skipped: Skipped) -> Skipped:
    cut = entry.fields is None and entry.ends_early and entry.logger in messages.LOGGERS
    if cut and messages.may_become_one_that_counts(entry.message):
        return Skipped(records.HALF_WRITTEN)
    return skipped


def _broken(entry: Entry) -> Skipped | None:
    if entry.fields is None:
        return Skipped(records.HALF_WRITTEN if entry.ends_early else records.BROKEN_FIELDS)
    return Skipped(records.BROKEN_TIME) if entry.moment.broken else None


def _record(entry: Entry, meaning: Counting) -> Record:
    fields = in_one_spelling(entry.fields or {})
    match meaning:
        case TransferLine():
            return _transfer(entry, meaning, fields)
        case ScoresLine():
            return _scores(entry, fields)
        case CompactionLine():
            return _compaction(entry, fields)


def _transfer(entry: Entry, line: TransferLine, fields: Fields) -> Transfer | Skipped:
    piece_id, satellite_id, action = (
        id_of(fields.get("pieceid")),
        id_of(fields.get("satelliteid")),
        fields.get("action"),
    )
    if piece_id is None:
        return Skipped(records.NO_PIECE)
    if satellite_id is None:
        return Skipped(records.NO_SATELLITE)
    if not isinstance(action, str) or action not in line.actions:
        return Skipped(records.UNKNOWN_ACTION if action else records.NO_ACTION)
    return Transfer(
        at=entry.moment.at,
        coarse=entry.moment.coarse,
        status=line.status,
        action=action,
        size=size_of(fields.get("size")),
        piece_id=piece_id,
        satellite_id=satellite_id,
        remote_ip=ip_of(fields.get("remoteaddress")),
        error_reason=error_of(fields.get("error")) or error_of(fields.get("reason")),
    )


def _scores(entry: Entry, fields: Fields) -> Scores | Skipped:
    satellite_id = id_of(fields.get("satelliteid"))
    audit, suspension, online = (per_cent_of(fields.get(f"{kind}score")) for kind in ("audit", "suspension", "online"))
    if satellite_id is None:
        return Skipped(records.NO_SATELLITE)
    if not (is_score(audit) and is_score(suspension) and is_score(online)):
        return Skipped(records.BROKEN_SCORES)
    succeeded, audits = count_of(fields.get("successfulaudits")), count_of(fields.get("totalaudits"))
    return Scores(entry.moment.at, satellite_id, audit, suspension, online, succeeded, audits)


def _compaction(entry: Entry, fields: Fields) -> Compaction | Skipped:
    satellite_id, store, stats = id_of(fields.get("satellite")), id_of(fields.get("store")), fields.get("stats")
    if satellite_id is None:
        return Skipped(records.NO_SATELLITE)
    if store is None or not isinstance(stats, dict):
        return Skipped(records.BROKEN_COMPACTION)
    table = stats.get("Table")
    return Compaction(
        at=entry.moment.at,
        satellite_id=satellite_id,
        store=store,
        duration=duration_seconds(fields.get("duration")),
        reclaimed=size_bytes(stats.get("DataReclaimed")),
        rewritten=size_bytes(stats.get("DataRewritten")),
        table_load=per_cent_of(table.get("Load")) if isinstance(table, dict) else None,
        trash_percent=per_cent_of(stats.get("TrashPercent")),
    )
