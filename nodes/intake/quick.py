"""The ordinary lines, nearly all of a log, read in a fraction of the time: the same as by the general reader, or None.

One expression takes a line to pieces without looking at anything twice, and what recurs in the next lines (the second,
the satellite, an error) is remembered. What is unusual in any way is left to the general reader, which knows the rules.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from nodes.intake.clock import read_stamp
from nodes.intake.fields import LONGEST_ERROR, LONGEST_ID
from nodes.intake.messages import TRANSFER_LINES, TRANSFERS
from nodes.intake.records import Transfer
from nodes.soundness import MAX_SIZE

# A whole number as JSON has it, short enough for any reader of JSON.
_WHOLE = "(?:0|[1-9][0-9]{0,16}+)"
# With fewer digits than the largest size: none of these is too large.
_SIZE = f"(0|[1-9][0-9]{{0,{len(str(MAX_SIZE)) - 2}}}+)"
_ADDRESS = r"(?:([0-9.]{7,15}+)|\[([0-9a-fA-F:.]{2,45}+)\]):[0-9]{1,5}+"


def _console(quote: str, tab: str, text: str) -> str:
    """An ordinary line whose quotation marks, tabs and texts are these: either spelling, and each order there was.

    Its groups are those that _transfer() takes.
    """
    size, offset = f'(?:, "(?:Size|size)": {_SIZE})', f'(?:, "(?:Offset|offset)": {_WHOLE})'
    fields = (
        rf'\{{(?:"Process": "storagenode", )?"(?:Piece ID|piece_id)": "([0-9A-Za-z]{{1,{LONGEST_ID}}}+)"'
        rf', "(?:Satellite ID|satellite_id)": "TEXT", "(?:Action|action)": "TEXT"(?:{offset}{size})?'
        rf', "(?:Remote Address|remote_address)": "{_ADDRESS}"(?:, "(?:Available Space|available_space)": {_WHOLE})?'
        rf'{offset}?{size}?{offset}?(?:, "(?:error|reason)": "TEXT")?\}}'
    )
    line = rf"([0-9T:.Z+-]{{20,28}}+)\t([A-Z]++\t{TRANSFERS}\t[a-z ()]++)\t{fields}"
    return line.replace('"', quote).replace("TEXT", text).replace(r"\t", tab)


_IN_A_FILE = _console(quote='"', tab=r"\t", text=rf'([^"]{{1,{LONGEST_ERROR}}}+)')
# Of all that JSON escapes, an ordinary line has tabs and quotation marks.
_IN_JSON = _console(quote=r"\\" + '"', tab=r"\\t", text=rf"([^\\]{{1,{LONGEST_ERROR}}}+)")
_BARE = re.compile(rf"{_IN_A_FILE}\r?\n?\Z".encode())
_IN_DOCKER = re.compile(
    rf'\{{"log":"{_IN_JSON}\\n","stream":"std(?:err|out)","time":"([^"]{{19}})[.]([0-9]{{1,9}})Z"\}}\r?\n?\Z'.encode()
)
_MINUTE, _SECOND = len("2026-11-19T06:00:"), len("2026-11-19T06:00:13")
_SECONDS = {f"{second:02}".encode(): second * 1_000_000 for second in range(60)}

# What an ordinary line has between its time and its fields, to its status and the actions that go with it.
_HEADS = {
    tab.join((level, TRANSFERS, message)).encode(): (line.status, {action.encode(): action for action in line.actions})
    for tab in ("\t", r"\t")
    for level in ("DEBUG", "INFO", "WARN", "ERROR")
    for message, line in TRANSFER_LINES.items()
    if (level, message) != ("DEBUG", "download canceled")
}
_PLAIN = re.compile(rb'[^"\\\x00-\x1f\x7f-\xff]{1,%d}' % LONGEST_ERROR)
_UNUSUAL = "\\"
_new = tuple.__new__


def read_ordinary(line: bytes) -> Transfer | None:
    """A transfer, if its line is of an ordinary form."""
    if found := _BARE.match(line):
        return _transfer(found.groups(), None)
    if found := _IN_DOCKER.match(line):
        *groups, second, fraction = found.groups()
        arrived = _moment(second + b"Z")
        return _transfer(groups, arrived[0] + int(fraction[:6].ljust(6, b"0"))) if arrived else None
    return None


def _transfer(groups: Sequence[Any], arrived: int | None) -> Transfer | None:
    """What was taken to pieces, if each has a meaning. In one piece itself: calls for each line would add a tenth."""
    stamp, head, piece, satellite, action, size, ipv4, ipv6, later_size, why = groups
    moment, line, satellite_id = _moment(stamp), _HEADS.get(head), _satellite(satellite)
    error = None if why is None else _error(why)
    if moment is None or line is None or satellite_id is None or error is _UNUSUAL:
        return None
    status, actions = line
    action_text = actions.get(action)
    if action_text is None:
        return None
    at, coarse = moment
    if coarse and arrived is not None:
        at, coarse = arrived, False
    size = later_size or size
    size = None if size is None else int(size)
    return _new(
        Transfer,
        (at, coarse, status, action_text, size, piece.decode(), satellite_id, (ipv4 or ipv6).decode(), error),
    )


def _moment(stamp: bytes) -> tuple[int, bool] | None:
    minute, second = _minute(stamp[:_MINUTE] + stamp[_SECOND:]), _SECONDS.get(stamp[_MINUTE:_SECOND])
    if minute is None or second is None:
        return None
    at, coarse = minute
    return at + second, coarse


@lru_cache(maxsize=1024)
def _minute(stamp: bytes) -> tuple[int, bool] | None:
    """Of a time stamp without its second: the next lines have the same, or the one after it."""
    text = stamp.decode("ascii", "replace")
    return read_stamp(f"{text[:_MINUTE]}00{text[_MINUTE:]}")


@lru_cache(maxsize=1024)
def _satellite(value: bytes) -> str | None:
    return value.decode() if value.isalnum() and len(value) <= LONGEST_ID else None


@lru_cache(maxsize=1024)
def _error(value: bytes) -> str:
    """A text of plain letters, digits and signs without escapes, or _UNUSUAL."""
    return value.decode() if _PLAIN.fullmatch(value) else _UNUSUAL
