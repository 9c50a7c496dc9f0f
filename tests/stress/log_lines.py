"""`python -m tests.stress.log_lines OUT [--lines N] [--seed N]`: a log of a storagenode, as long as wanted.

Starts and ends of attempts as storagenode 1.137 writes them at DEBUG level, two lines an attempt, 50 lines a second of
its own time, with new piece ids; lost races, failures, audits, and lines of no interest among them. `-` is
standard output.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 1, 1, tzinfo=UTC)
LINES_A_SECOND = 50
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
SATELLITES = (
    "12EayRS2V1kEsWESU9QMRseFhdxYxKicsiFmxrsLZHeLUtdps3S",
    "12L9ZFwhzVpuEKMUNUqkaTLGzwY9G24tbiigLiXpmZWKwmcNDDs",
    "121RTSDpyNZVcEU84Ticf2L1ntiuUimbWgfATz21tuvgk3vzoA6",
)
RANGE, SPACE = ', "Offset": 0, "Size": {size}', ', "Available Space": 14478332563968'
# Level, message, action, what follows the address in its end and in its start, and how often it is.
KINDS = (
    ("INFO\tpiecestore\tdownloaded", "GET", "", 55),
    ("INFO\tpiecestore\tdownload canceled", "GET", ', "reason": "context canceled"', 6),
    ("ERROR\tpiecestore\tdownload failed", "GET", ', "error": "unexpected EOF"', 1),
    ("INFO\tpiecestore\tdownloaded", "GET_AUDIT", "", 2),
    ("INFO\tpiecestore\tuploaded", "PUT", ', "Size": {size}', 30),
    ("INFO\tpiecestore\tupload canceled", "PUT", ', "Size": {size}', 6),
)
FIELDS = (
    '\t{{"Process": "storagenode", "Piece ID": "{piece}", "Satellite ID": "{satellite}", "Action": "{action}"{range}, '
    '"Remote Address": "79.127.{a}.{b}:{port}"{rest}}}'
)
OTHER = "INFO\tbandwidth\tPersisting bandwidth usage cache to db\t{}"
AT_A_TIME = 20  # attempts that are open


def lines(count: int, seed: int = 1) -> Iterator[str]:
    dice = random.Random(seed)
    open_: list[str] = []
    for number in range(count):
        stamp = (START + timedelta(seconds=number // LINES_A_SECOND)).strftime("%Y-%m-%dT%H:%M:%SZ")
        if number % 200 == 199:
            yield f"{stamp}\t{OTHER}\n"
        elif len(open_) < AT_A_TIME:
            started, ended = _attempt(dice, number)
            open_.append(ended)
            yield f"{stamp}\tDEBUG\tpiecestore\t{started}\n"
        else:
            yield f"{stamp}\t{open_.pop(dice.randrange(len(open_)))}\n"


def _attempt(dice: random.Random, number: int) -> tuple[str, str]:
    """The line of its start and that of its end, from the message and from the level on."""
    message, action, rest, _ = dice.choices(KINDS, [kind[-1] for kind in KINDS])[0]
    is_upload, size = action == "PUT", 256 if action == "GET_AUDIT" else 256 * dice.randrange(1, 9000)
    facts = {
        "piece": _piece(dice, number),
        "satellite": SATELLITES[number % 7 % 3],
        "action": action,
        "range": "" if is_upload else RANGE.format(size=size),
        "a": number % 251,
        "b": number % 241,
        "port": 1024 + number % 60_000,
    }
    started = ("upload" if is_upload else "download") + " started"
    return (
        started + FIELDS.format(**facts, rest=SPACE if is_upload else ""),
        message + FIELDS.format(**facts, rest=rest.format(size=size)),
    )


def _piece(dice: random.Random, number: int) -> str:
    bits = dice.getrandbits(255) ^ number
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(0, 260, 5))


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes a log of a storagenode.")
    parser.add_argument("out")
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    if wanted.out == "-":
        sys.stdout.writelines(lines(wanted.lines, wanted.seed))
    else:
        with Path(wanted.out).open("w", encoding="ascii") as out:
            out.writelines(lines(wanted.lines, wanted.seed))


if __name__ == "__main__":
    main()
