"""Into each of these a parser of somebody has fallen."""

import json
from typing import Any

import pytest

from nodes.intake import records
from nodes.intake.parse import parse
from nodes.intake.records import NOT_TRANSFERS, Skipped, Transfer

PIECE = "GTJ5PJF7Z6XBF4CJCNIWRGR74PZ6Q7QF72K3ML3Y4PWHWILKYS2A"
SATELLITE = "121RTSDpyNZVcEU84Ticf2L1ntiuUimbWgfATz21tuvgk3vzoA6"
NAMES = {"Process": "storagenode", "piece_id": PIECE, "satellite_id": SATELLITE}
GET, PUT, AUDIT = ({**NAMES, "action": action} for action in ("GET", "PUT", "GET_AUDIT"))


def line(
    message: str,
    fields: dict[str, Any],
    level: str = "INFO",
    logger: str = "piecestore",
    time: str = "2026-08-21T10:00:00Z",
) -> bytes:
    return "\t".join((time, level, logger, message, json.dumps(fields))).encode()


def transfer(raw: bytes) -> Transfer:
    record = parse(raw)
    assert isinstance(record, Transfer)
    return record


def status(message: str, fields: dict[str, Any], level: str = "INFO") -> str:
    return transfer(line(message, fields, level)).status


def reason(raw: bytes) -> str:
    record = parse(raw)
    assert isinstance(record, Skipped)
    return record.reason


@pytest.mark.parametrize(
    "names", [("Piece ID", "Satellite ID", "Action"), ("Piece ID", "SatelliteID", "Action")], ids=["to v1.145", "2019"]
)
def test_fields_are_known_in_their_older_spellings(names: tuple[str, str, str]) -> None:
    record = transfer(line("downloaded", dict(zip(names, (PIECE, SATELLITE, "GET"), strict=True))))
    assert record[5:7] == (PIECE, SATELLITE)


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARN", "ERROR"])
def test_a_failed_transfer_has_failed_at_any_level(level: str) -> None:
    assert status("upload failed", PUT | {"error": "broken pipe"}, level) == "failed"


@pytest.mark.parametrize("text", ["INFO", "upload canceled", "uploaded", "INFO\tpiecestore\tuploaded"])
def test_an_error_text_does_not_decide_what_a_line_is(text: str) -> None:
    assert status("upload failed", PUT | {"error": text}) == "failed"


def test_a_canceled_upload_is_a_lost_race() -> None:
    assert status("upload canceled", PUT) == "canceled"


@pytest.mark.parametrize("message", ["download canceled", "download canceled (race lost or node shutdown)"])
def test_a_canceled_download_is_a_lost_race_in_any_wording(message: str) -> None:
    assert status(message, GET) == "canceled"


def test_a_canceled_download_tells_why() -> None:
    assert transfer(line("download canceled", GET | {"reason": "context canceled"})).error_reason == "context canceled"


def test_the_debug_twin_of_a_canceled_download_is_left_aside() -> None:
    assert reason(line("download canceled", GET | {"error": "context canceled"}, "DEBUG")) == records.TWIN


def test_the_debug_twin_is_known_in_json_too() -> None:
    entry = {"L": "DEBUG", "T": "2026-08-21T10:00:00Z", "N": "piecestore", "M": "download canceled"} | GET
    assert reason(json.dumps(entry).encode()) == records.TWIN


def test_a_canceled_audit_is_not_a_failed_one() -> None:
    assert status("download canceled", AUDIT) == "canceled"


@pytest.mark.parametrize(
    "message",
    [
        "upload internal error",
        "download internal error",
        "error sending hash and order limit",
        "error sending response",
    ],
)
def test_an_error_beside_a_line_that_counts_is_left_aside(message: str) -> None:
    assert reason(line(message, {"error": "context deadline exceeded"}, "ERROR")) == records.COMPANION


def test_a_rejected_upload_has_a_reason_of_its_own_that_is_shown() -> None:
    assert reason(line("upload rejected, too many requests", {"live_requests": 12})) == records.REJECTED
    assert records.REJECTED not in NOT_TRANSFERS


@pytest.mark.parametrize("message", ["file found in trash", "deleted", "delete piece sent to trash", "uploaded piece"])
def test_other_messages_of_the_same_logger_are_no_transfers(message: str) -> None:
    assert reason(line(message, GET)) == records.OTHER


def test_the_words_of_a_transfer_from_another_logger_are_none() -> None:
    assert reason(line("downloaded", GET, logger="version")) == records.OTHER


@pytest.mark.parametrize("message", ["Version is up to date", "piecestore", "uploaded"])
def test_a_line_of_the_updater_has_no_logger(message: str) -> None:
    raw = f'2025-12-21T15:18:24Z\tINFO\t{message}\t{{"Process": "storagenode-updater", "Service": "storagenode"}}'
    assert reason(raw.encode()) == records.OTHER


def test_process_may_occur_twice() -> None:
    raw = line("uploaded", PUT).replace(b'{"Process"', b'{"Process": "storagenode", "Process"')
    assert transfer(raw).status == "success"


@pytest.mark.parametrize(
    ("address", "ip"),
    [
        ("79.127.165.167:55044", "79.127.165.167"),
        ("79.127.165.167", "79.127.165.167"),
        ("[2a01:4f8:c17:2a::1]:28967", "2a01:4f8:c17:2a::1"),
        ("[fe80::1%eth0]:28967", "fe80::1"),
        ("2a01:4f8:c17:2a::1", "2a01:4f8:c17:2a::1"),
        ("", None),
        ("gateway:80", None),
        (None, None),
        (28967, None),
    ],
)
def test_an_address_is_told_without_its_port(address: object, ip: str | None) -> None:
    assert transfer(line("uploaded", PUT | {"remote_address": address})).remote_ip == ip


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({**GET, "piece_id": ""}, records.NO_PIECE),
        ({**GET, "piece_id": None}, records.NO_PIECE),
        ({**GET, "piece_id": "GTJ5 PJF7"}, records.NO_PIECE),
        ({**GET, "piece_id": "G" * 129}, records.NO_PIECE),
        ({**GET, "satellite_id": 12}, records.NO_SATELLITE),
        (NAMES, records.NO_ACTION),
        ({**NAMES, "action": "PUT_GRACEFUL_EXIT"}, records.UNKNOWN_ACTION),
        ({**NAMES, "action": "PUT"}, records.UNKNOWN_ACTION),
        ({**NAMES, "action": "get"}, records.UNKNOWN_ACTION),
    ],
)
def test_a_transfer_that_lacks_something_is_left_aside_with_the_reason(
    fields: dict[str, Any], expected: object
) -> None:
    assert reason(line("downloaded", fields)) == expected


@pytest.mark.parametrize("end", [60, 70, 120, -20, -1])
def test_a_line_that_ends_too_early_is_half_written(end: int) -> None:
    assert reason(line("downloaded", GET)[:end]) == records.HALF_WRITTEN


@pytest.mark.parametrize("message", ["downl", "download canc", "uploaded", "node scores upd", "finished compaction"])
def test_a_line_that_ends_in_its_message_is_half_written(message: str) -> None:
    logger = {"n": "reputation:service", "f": "hashstore"}.get(message[0], "piecestore")
    assert reason(f"2026-08-21T10:00:00Z\tINFO\t{logger}\t{message}".encode()) == records.HALF_WRITTEN


@pytest.mark.parametrize("end", [150, -1])
def test_json_that_ends_too_early_is_half_written(end: int) -> None:
    entry = {"L": "INFO", "T": "2026-08-21T10:00:00Z", "N": "piecestore", "M": "downloaded"} | GET
    wrapped = {"log": line("downloaded", GET).decode(), "stream": "stderr", "time": "2026-08-21T10:00:00.5Z"}
    for raw in (entry, wrapped):
        assert reason(json.dumps(raw, separators=(",", ":")).encode()[:end]) == records.HALF_WRITTEN


def test_two_lines_in_one_are_not_taken_for_the_first() -> None:
    assert reason(line("downloaded", GET) * 2) == records.BROKEN_FIELDS


def test_a_line_without_a_time_counts_without_one() -> None:
    assert transfer(line("downloaded", GET).partition(b"\t")[2]).at is None


@pytest.mark.parametrize("time", ["2026-13-01T00:00:00Z", "2026-08-21T10:00:61Z", "2026-08-21T10:00"])
def test_a_time_that_is_none_is_left_aside(time: str) -> None:
    assert reason(line("downloaded", GET, time=time)) == records.BROKEN_TIME


def test_an_id_with_broken_bytes_is_no_id() -> None:
    assert reason(line("downloaded", GET).replace(b"121RTS", b"121\xff\xfeS")) == records.NO_SATELLITE


def test_an_error_with_broken_bytes_keeps_the_rest() -> None:
    raw = line("download failed", GET | {"error": "bad ~ byte"}).replace(b"~", b"\xff")
    assert transfer(raw).error_reason == "bad \N{REPLACEMENT CHARACTER} byte"


def test_an_error_that_a_database_cannot_take_is_mended() -> None:
    raw = line("download failed", GET | {"error": "a\0b\ud800"})
    assert transfer(raw).error_reason == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"


def test_an_endless_error_is_cut() -> None:
    assert transfer(line("download failed", GET | {"error": "e" * 10**6})).error_reason == "e" * 1000


def test_a_line_after_the_hole_that_copytruncate_leaves_is_read() -> None:
    assert transfer(b"\0" * 4096 + line("downloaded", GET)).status == "success"


def test_a_byte_order_mark_is_overlooked() -> None:
    assert transfer(b"\xef\xbb\xbf" + line("downloaded", GET) + b"\r\n").status == "success"


def test_a_prefix_of_compose_is_overlooked() -> None:
    assert transfer(b"storagenode1  | " + line("downloaded", GET)).at == 1787306400000000


def test_text_that_looks_like_an_escape_of_syslog_stays_in_the_fields() -> None:
    raw = line("upload failed", PUT | {"error": "#011 and #033"}).replace(b"\t", b"#011")
    assert transfer(raw).error_reason == "#011 and #033"


def test_a_size_that_a_relay_wrote_as_a_fraction_is_whole() -> None:
    assert transfer(line("downloaded", GET | {"size": 2319360.0})).size == 2319360


def test_a_time_of_docker_is_finer_than_whole_seconds() -> None:
    wrapped = {"log": line("downloaded", GET).decode(), "stream": "stderr", "time": "2026-08-21T10:00:00.123456789Z"}
    assert transfer(json.dumps(wrapped, separators=(",", ":")).encode())[:2] == (1787306400123456, False)


def test_a_nodes_own_milliseconds_go_before_the_time_of_docker() -> None:
    inner = line("downloaded", GET, time="2026-08-21T10:00:00.007Z").decode()
    wrapped = {"log": inner, "stream": "stderr", "time": "2026-08-21T10:00:00.123456789Z"}
    assert transfer(json.dumps(wrapped, separators=(",", ":")).encode())[:2] == (1787306400007000, False)
