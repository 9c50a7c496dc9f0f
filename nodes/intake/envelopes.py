"""What others put around a line of a storagenode: Docker's json-file, syslog's escapes, colours, Windows line ends."""

import re
from typing import NamedTuple

from nodes.intake.clock import read_stamp
from nodes.intake.fields import read_json

# Blanks, line ends, a byte order mark, and the NULs that begin a file which was cut off while it was written to.
_AROUND = "\0 \t\r\n\ufeff"
DOCKER = '{"log":'
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# rsyslog writes control characters as "#" and three octal digits.
_SYSLOG_ESCAPES = {"#011": "\t", "#012": "", "#015": "", "#033": "\x1b"}


class Unwrapped(NamedTuple):
    """`arrived` is when Docker took the line, in microseconds since 1970; None if it says nothing."""

    text: str
    arrived: int | None


def unwrap(line: bytes) -> Unwrapped:
    """The line as the storagenode wrote it; a prefix of syslog, which may tell the time, stays."""
    text, arrived = _out_of_docker(line.decode("utf-8", "replace").strip(_AROUND))
    if "#0" in text:
        text = _without_escapes(text)
    if "\x1b" in text:
        text = _COLOUR.sub("", text)
    return Unwrapped(text.strip(_AROUND), arrived)


def _out_of_docker(text: str) -> Unwrapped:
    wrapper = read_json(text) if text.startswith(DOCKER) else None
    inner, time = (wrapper.get("log"), wrapper.get("time")) if wrapper else (None, None)
    if not isinstance(inner, str):
        return Unwrapped(text, None)
    stamp = read_stamp(time) if isinstance(time, str) else None
    return Unwrapped(inner, stamp[0] if stamp else None)


def _without_escapes(text: str) -> str:
    """Only before the fields and after them: in between, "#011" is part of somebody's text."""
    head, brace, rest = text.partition("{")
    fields, end, tail = rest.rpartition("}")
    return _unescaped(head) + brace + fields + end + (_unescaped(tail) if end else tail)


def _unescaped(text: str) -> str:
    for escape, character in _SYSLOG_ESCAPES.items():
        text = text.replace(escape, character)
    return text
