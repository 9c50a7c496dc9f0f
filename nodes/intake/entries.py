"""An entry of the log: time, level, logger, message and fields, whichever encoder of storagenode wrote it."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from nodes.intake.clock import from_seconds, looks_like_a_stamp, read_stamp
from nodes.intake.envelopes import Unwrapped
from nodes.intake.fields import Fields, read_json


class Moment(NamedTuple):
    """`at` in microseconds since 1970, None if unknown; `coarse` if in whole seconds; `broken` if it is unreadable."""

    at: int | None
    coarse: bool = False
    broken: bool = False


class Entry(NamedTuple):
    """`fields` is None where they cannot be read, then `ends_early` tells whether their end is missing."""

    moment: Moment
    level: str
    logger: str
    message: str
    fields: Fields | None
    ends_early: bool


# What stands before the fields is never longer.
_LONGEST_HEAD = 1000
_LEVEL = re.compile(r"(?:^|(?<=\s))(DEBUG|INFO|WARN(?:ING)?|ERROR|DPANIC|PANIC|FATAL)\s")
_CALLER = re.compile(r"\S+\.go:[0-9]+$")
_LABELS = "logging.googleapis.com/labels"


def read_entry(line: Unwrapped) -> Entry | None:
    return _console_entry(line) or _json_entry(line)


def _console_entry(line: Unwrapped) -> Entry | None:
    """Columns separated by tabs, or by the blanks that became of them where somebody copied a log from a terminal."""
    head, brace, rest = line.text.partition("{")
    level = _LEVEL.search(head[:_LONGEST_HEAD])
    if not level:
        return None
    *prefix, stamp = head[: level.start()].split() or [""]
    logger, message = _logger_and_message(head[level.end() : _LONGEST_HEAD])
    fields = read_json(brace + rest) if brace else None
    return Entry(_moment(stamp, prefix, line.arrived), level[1], logger, message, fields, not rest.endswith("}"))


def _logger_and_message(text: str) -> tuple[str, str]:
    """Of what follows the level; between them there may be the caller."""
    logger, *rest = text.split(None, 1) or [""]
    message = rest[0].rstrip() if rest else ""
    first, *others = message.split(None, 1) or [""]
    return logger, (others[0] if others else "") if _CALLER.match(first) else message


def _json_entry(line: Unwrapped) -> Entry | None:
    """`log.encoding` json, or gcloudlogging, which keeps texts and the logger's name apart under "labels".

    Keys: storj/common, process/logging.go and process/gcloudlogging/gcloudlogging.go.
    """
    prefix, brace, rest = line.text.partition("{")
    fields = read_json(brace + rest)
    if fields is None:
        return None
    labels = fields.get(_LABELS)
    if isinstance(labels, dict):
        fields = labels | fields
    message = _text(fields, "M", "message").partition("\n")[0]  # a stack trace may follow
    logger, level = _text(fields, "N", "name", "logger"), _text(fields, "L", "severity")
    moment = _json_moment(fields, prefix[:_LONGEST_HEAD].split(), line.arrived)
    return Entry(moment, level, logger, message, fields, ends_early=False)


def _text(fields: dict[str, Any], *keys: str) -> str:
    return next((value for key in keys if isinstance(value := fields.get(key), str)), "")


def _json_moment(fields: dict[str, Any], prefix: Sequence[str], arrived: int | None) -> Moment:
    google = fields.get("timestamp")
    if isinstance(google, dict):
        at = from_seconds(google.get("seconds"), google.get("nanos"))
        return Moment(at, broken=at is None)
    return _moment(_text(fields, "T", "time"), prefix, arrived)


def _moment(stamp: str, prefix: Sequence[str], arrived: int | None) -> Moment:
    """The finest time that is known, the node's own before that of Docker or syslog.

    These say within milliseconds when a line was written, where the node's own says whole seconds, as since 2023.
    """
    own = read_stamp(stamp)
    if own and not own[1]:
        return Moment(*own)
    if arrived is not None:
        return Moment(arrived)
    around = [time for word in prefix if (time := read_stamp(word))]
    known = [*[time for time in around if not time[1]], *([own] if own else []), *around]
    return Moment(*known[0]) if known else Moment(None, broken=looks_like_a_stamp(stamp))
