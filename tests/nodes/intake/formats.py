"""The same operations written out in every form that logs of a storagenode had from 2019 to 2026.

An operation is the record that a parser has to give for it: `render(operation, form)` is its line, and
`as_told(operation, form)` the record with what the form says of its time.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from nodes.intake.records import Compaction, Scores, Transfer

SECOND, MILLISECOND, MICROSECOND = 1_000_000, 1_000, 1
Operation = Transfer | Scores | Compaction


def render(operation: Operation, form: "Format") -> bytes:
    entry = {
        "at": operation.at,
        "time": form.stamp(operation.at) if form.stamp and operation.at is not None else None,
        "caller": "piecestore/endpoint.go:300" if form.caller else None,
        **_head(operation, form.snake_case),
    }
    process = {"Process": "storagenode"} if form.process else {}
    fields = process | _fields(operation, form.snake_case)
    line = form.encode(entry, fields)
    return (form.wrap(line, operation.at or 0) + form.line_end).encode()


def as_told(operation: Operation, form: "Format") -> Operation:
    """The operation with the time that the form tells, and whether that is in whole seconds."""
    at = None if form.finest is None or operation.at is None else operation.at // form.finest * form.finest
    told: Operation = operation._replace(at=at)
    return told._replace(coarse=form.finest == SECOND) if isinstance(told, Transfer) else told


def _head(operation: Operation, snake_case: bool) -> dict[str, str]:
    if isinstance(operation, Scores):
        return {"level": "WARN", "logger": "reputation:service", "message": "node scores worsened"}
    if isinstance(operation, Compaction):
        return {"level": "INFO", "logger": "hashstore", "message": "finished compaction"}
    kind = "upload" if operation.action.startswith("PUT") else "download"
    past = {"": f"{kind} started", "success": f"{kind}ed", "canceled": f"{kind} canceled", "failed": f"{kind} failed"}
    level = {"": "DEBUG", "failed": "WARN" if snake_case else "ERROR"}.get(operation.status, "INFO")
    return {"level": level, "logger": "piecestore", "message": past[operation.status]}


def _fields(operation: Operation, snake_case: bool) -> dict[str, Any]:
    if isinstance(operation, Compaction):
        return _of_compaction(operation)
    fields = _of_scores(operation) if isinstance(operation, Scores) else _of_transfer(operation)
    spelled = {(key.lower().replace(" ", "_") if snake_case else key): value for key, value in fields.items()}
    return {key: value for key, value in spelled.items() if value is not None}


def _of_transfer(operation: Transfer) -> dict[str, Any]:
    ip = operation.remote_ip
    address = None if ip is None else f"[{ip}]:28967" if ":" in ip else f"{ip}:28967"
    names = {"Piece ID": operation.piece_id, "Satellite ID": operation.satellite_id, "Action": operation.action}
    why = {"reason" if operation.status == "canceled" else "error": operation.error_reason}
    if operation.action.startswith("GET"):
        return names | {"Offset": 0, "Size": operation.size, "Remote Address": address} | why
    space = 14478332563968 if operation.status == "" else None
    return names | {"Remote Address": address, "Available Space": space, "Size": operation.size} | why


def _of_scores(operation: Scores) -> dict[str, Any]:
    return {
        "Satellite ID": operation.satellite_id,
        "Total Audits": operation.audits,
        "Successful Audits": operation.audits_succeeded,
        "Audit Score": operation.audit_score / 100,
        "Online Score": operation.online_score / 100,
        "Suspension Score": operation.suspension_score / 100,
        "Audit Score Delta": 0,
    }


def _of_compaction(operation: Compaction) -> dict[str, Any]:
    assert operation.duration is not None
    assert operation.table_load is not None
    assert operation.trash_percent is not None
    minutes, seconds = divmod(operation.duration, 60)
    stats = {
        "NumLogs": 11,
        "TrashPercent": operation.trash_percent / 100,
        "DataRewritten": f"{operation.rewritten} B",
        "DataReclaimed": f"{operation.reclaimed} B",
        "Table": {"Load": operation.table_load / 100},
    }
    duration = f"{int(minutes)}m{seconds}s" if minutes else f"{seconds * 1000}ms"
    return {"satellite": operation.satellite_id, "store": operation.store, "duration": duration, "stats": stats}


# Encodings


def console(entry: dict[str, Any], fields: dict[str, Any]) -> str:
    columns = [entry[name] for name in ("time", "level", "logger", "caller", "message")]
    return "\t".join([*filter(None, columns), _zaps_json(fields)])


def blanks(entry: dict[str, Any], fields: dict[str, Any]) -> str:
    """Copied from a terminal, which shows tabs as blanks."""
    return console(entry, fields).expandtabs(8)


def coloured(entry: dict[str, Any], fields: dict[str, Any]) -> str:
    return console(entry | {"level": f"\x1b[34m{entry['level']}\x1b[0m"}, fields)


def as_json(entry: dict[str, Any], fields: dict[str, Any]) -> str:
    keys = {"L": "level", "T": "time", "N": "logger", "C": "caller", "M": "message"}
    return _zaps_json({key: entry[name] for key, name in keys.items() if entry[name]} | fields, (",", ":"))


def google(entry: dict[str, Any], fields: dict[str, Any]) -> str:
    """log.encoding gcloudlogging: texts are labels, a stack follows the message, the time is two numbers."""
    texts = {key: value for key, value in fields.items() if isinstance(value, str)}
    others = {key: value for key, value in fields.items() if key not in texts}
    level = {"WARN": "WARNING"}.get(entry["level"], entry["level"])
    head = {"severity": level, "message": f"{entry['message']}\ngithub.com/spacemonkeygo/monkit.(*Func)"}
    labels = {"logging.googleapis.com/labels": texts | {"name": entry["logger"]}}
    seconds, microseconds = divmod(entry["at"], SECOND)
    time = {"timestamp": {"seconds": seconds, "nanos": microseconds * 1000 + 1}}
    return _zaps_json(head | others | labels | time)


def _zaps_json(value: dict[str, Any], separators: tuple[str, str] = (", ", ": ")) -> str:
    return json.dumps(value, ensure_ascii=False, separators=separators)


# Envelopes


def bare(line: str, at: int) -> str:
    return line


def docker(line: str, at: int) -> str:
    """Docker's json-file: Go's encoder also escapes what HTML takes for its own."""
    moment = f"{_utc(at, '%Y-%m-%dT%H:%M:%S')}.{at % SECOND:06}789Z"
    wrapper = {"log": f"{line}\n", "stream": "stderr", "time": moment}
    text = json.dumps(wrapper, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def syslog(line: str, at: int) -> str:
    return _escaped(f"Jun  7 17:25:12 localhost storagenode[2086006]: {line}")


def precise_syslog(line: str, at: int) -> str:
    return _escaped(f"{_utc(at, '%Y-%m-%dT%H:%M:%S.%f+00:00')} localhost storagenode[2086006]: {line}")


def _escaped(line: str) -> str:
    return line.replace("\t", "#011").replace("\x1b", "#033")


# Time stamps


def _utc(at: int, form: str) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).strftime(form)


def utc(at: int) -> str:
    return _utc(at, "%Y-%m-%dT%H:%M:%SZ")


def pacific(at: int) -> str:
    zone = timezone(timedelta(hours=-7))
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S-07:00")


def utc_milliseconds(at: int) -> str:
    return f"{_utc(at, '%Y-%m-%dT%H:%M:%S')}.{at % SECOND // MILLISECOND:03}Z"


def moscow_milliseconds(at: int) -> str:
    return f"{_utc(at + 3 * 3600 * SECOND, '%Y-%m-%dT%H:%M:%S')}.{at % SECOND // MILLISECOND:03}+0300"


@dataclass(frozen=True)
class Format:
    """`finest` is the microseconds of the finest step that a reader can tell of its time, None where it has none."""

    name: str
    finest: int | None
    stamp: Callable[[int], str] | None
    snake_case: bool = False
    encode: Callable[[dict[str, Any], dict[str, Any]], str] = console
    wrap: Callable[[str, int], str] = bare
    caller: bool = False
    process: bool = True
    line_end: str = "\n"


FORMATS = (
    Format("console from v1.146 on", SECOND, utc, snake_case=True),
    Format("console to v1.145, with an offset", SECOND, pacific),
    Format("console to 2023, in milliseconds", MILLISECOND, utc_milliseconds),
    Format("console of 2020, with a caller", MILLISECOND, moscow_milliseconds, caller=True, process=False),
    Format("console with a caller, from v1.146 on", SECOND, pacific, snake_case=True, caller=True),
    Format("console of 2020 with blanks for tabs", MILLISECOND, utc_milliseconds, encode=blanks, caller=True),
    Format("console without a time", None, None, snake_case=True),
    Format("console in colours", SECOND, utc, encode=coloured),
    Format("console on Windows", SECOND, pacific, line_end="\r\n"),
    Format("console without a line end", SECOND, utc, line_end=""),
    Format("JSON", MILLISECOND, utc_milliseconds, encode=as_json),
    Format("JSON from v1.146 on, with a caller", SECOND, utc, snake_case=True, encode=as_json, caller=True),
    Format("Google's JSON", MICROSECOND, None, snake_case=True, encode=google),
    Format("console in Docker", MICROSECOND, utc, wrap=docker),
    Format("console in Docker, from v1.146 on", MICROSECOND, pacific, snake_case=True, wrap=docker),
    Format("console without a time in Docker", MICROSECOND, None, wrap=docker),
    Format("colours in Docker", MICROSECOND, utc, encode=coloured, wrap=docker),
    Format("JSON in Docker", MICROSECOND, utc, encode=as_json, wrap=docker),
    Format("console in syslog", MILLISECOND, moscow_milliseconds, wrap=syslog),
    Format("console in syslog, in colours", SECOND, utc, snake_case=True, encode=coloured, wrap=syslog),
    Format("console in syslog with precise times", MICROSECOND, utc, wrap=precise_syslog),
    Format("JSON in syslog", SECOND, utc, encode=as_json, wrap=syslog),
)
