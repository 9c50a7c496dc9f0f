"""Lines of a log for tests, as storagenode 1.137 writes them at DEBUG level."""

import json
import random
from datetime import UTC, datetime, timedelta

US1 = "12EayRS2V1kEsWESU9QMRseFhdxYxKicsiFmxrsLZHeLUtdps3S"
EU1 = "12L9ZFwhzVpuEKMUNUqkaTLGzwY9G24tbiigLiXpmZWKwmcNDDs"
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
OTHER = b"2026-11-20T12:00:00Z\tINFO\tbandwidth\tPersisting bandwidth usage cache to db\t{}\n"

_MESSAGES = {"success": "ed", "canceled": " canceled", "failed": " failed", "": " started"}


def line(seconds: float, action: str = "GET", piece: str = "PIECE", status: str = "success", **fields: object) -> bytes:
    """`seconds` after START, written as whole ones unless they have a fraction; status "" starts an attempt."""
    at = START + timedelta(seconds=seconds)
    stamp = f"{at:%Y-%m-%dT%H:%M:%S}Z" if at.microsecond == 0 else f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"
    message = ("upload" if action.startswith("PUT") else "download") + _MESSAGES[status]
    told = {"Process": "storagenode", "Piece ID": piece, "Satellite ID": US1, "Action": action} | fields
    return f"{stamp}\tINFO\tpiecestore\t{message}\t{json.dumps(told)}\n".encode()


def started(seconds: float, action: str = "GET", piece: str = "PIECE", **fields: object) -> bytes:
    return line(seconds, action, piece, "", **fields)


def scores(seconds: int, satellite: str = US1) -> bytes:
    told = {"Satellite ID": satellite, "Total Audits": 30, "Successful Audits": 29, "Audit Score": 1}
    told |= {"Online Score": 0.999, "Suspension Score": 1}
    stamp = f"{START + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}Z"
    return f"{stamp}\tINFO\treputation:service\tnode scores updated\t{json.dumps(told)}\n".encode()


def compaction(seconds: int, store: str = "s0") -> bytes:
    stats = {"DataRewritten": "0 B", "DataReclaimed": "1.5 MiB", "TrashPercent": 0.01, "Table": {"Load": 0.5}}
    told = {"satellite": US1, "store": store, "duration": "1.5s", "stats": stats}
    stamp = f"{START + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}Z"
    return f"{stamp}\tINFO\thashstore\tfinished compaction\t{json.dumps(told)}\n".encode()


def lifelike(attempts: int, seed: int = 1, seconds_apart: float = 2.0) -> bytes:
    """Starts and ends that overlap, lost races, failures, lines of no interest, broken ones, hung audits, scores."""
    dice = random.Random(seed)
    told: list[tuple[float, bytes]] = []
    for number in range(attempts):
        at, piece = round(number * seconds_apart), f"{seed}P{number}"
        action = dice.choices(["GET", "PUT", "GET_REPAIR", "PUT_REPAIR", "GET_AUDIT"], [60, 25, 7, 3, 5])[0]
        if dice.random() < 0.9:
            told.append((at, started(at, action, piece)))
        if action == "GET_AUDIT" and dice.random() < 0.2:
            if dice.random() < 0.5:
                told.append((at + 900, line(at + 900, action, piece, "failed", Size=256, error="file does not exist")))
            continue
        status = dice.choices(["success", "canceled", "failed"], [90, 7, 3])[0]
        end = at + dice.randrange(30)
        told.append((end, line(end, action, piece, status, Size=dice.randrange(2_000_000))))
        told += [(at, OTHER)] * (dice.random() < 0.1) + [(at, line(at, piece="")[:150] + b"\n")] * (
            dice.random() < 0.02
        )
        told += [(at, scores(at))] * (number % 50 == 7) + [(at, compaction(at))] * (number % 40 == 9)
    return b"".join(text for _, text in sorted(told, key=lambda entry: entry[0]))
