import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.intake import records
from nodes.intake.parse import parse
from nodes.intake.records import Compaction, Record, Scores, Skipped, Transfer
from nodes.soundness import ACTIONS, MAX_SIZE, STATUSES
from tests.nodes.intake.formats import FORMATS, render
from tests.nodes.intake.operations import damaged, operations

REASONS = {value for name, value in vars(records).items() if name.isupper() and isinstance(value, str)}
HEAD = b"2026-08-21T10:00:01Z\tINFO\tpiecestore\tdownloaded\t"
IDS = b'"piece_id": "GTJ5", "satellite_id": "121RTS", "action": "GET", '


good_lines = st.builds(render, operations, st.sampled_from(FORMATS))
words = st.sampled_from(
    [HEAD, IDS, b'{"L":"INFO","N":"piecestore","M":"downloaded",', b'{"log":"', b"#011", b"\x1b[3", b"{", b"}"]
)


def is_storable(record: Record) -> bool:
    texts = [value for value in record if isinstance(value, str)]
    numbers = [value for value in record if isinstance(value, int)]
    return all("\0" not in text and text.encode() is not None for text in texts) and all(
        0 <= number < 2**63 for number in numbers
    )


def is_sound(record: Record) -> bool:
    match record:
        case Transfer():
            return (
                record.action in ACTIONS
                and record.status in ("", *STATUSES)
                and (record.size is None or record.size <= MAX_SIZE)
                and record.piece_id != ""
                and record.satellite_id != ""
            )
        case Scores():
            return all(0 <= score <= 100 for score in record[2:5])
        case Compaction():
            return record.satellite_id != "" and record.store != ""
        case Skipped():
            return record.reason in REASONS


@settings(max_examples=400, deadline=None)
@given(line=st.binary() | st.lists(words | st.binary(max_size=20), max_size=8).map(b"".join))
def test_any_bytes_are_a_record_or_a_reason(line: bytes) -> None:
    assert is_sound(parse(line))
    assert is_storable(parse(line))


@settings(max_examples=400, deadline=None)
@given(line=damaged(good_lines))
def test_a_damaged_line_is_a_sound_record_or_a_reason(line: bytes) -> None:
    assert is_sound(parse(line))
    assert is_storable(parse(line))


HOSTILE = {
    "deep lists": b'"x": ' + b"[" * 100_000,
    "deep objects": b'"x": ' + b'{"a":' * 100_000,
    "a number of a million digits": IDS + b'"size": ' + b"9" * 1_000_000,
    "a float that is too large": IDS + b'"size": 1e999',
    "not a number": IDS + b'"size": NaN',
    "infinity": IDS + b'"size": -Infinity',
    "a size in words": IDS + b'"size": "many"',
    "a size that is negative": IDS + b'"size": -1',
    "a size that is true": IDS + b'"size": true',
    "NULs": IDS + b'"error": "\\u0000\\u0000"',
    "half a surrogate pair": IDS + b'"error": "\\ud800"',
    "an id of half a pair": b'"piece_id": "\\udfff", "satellite_id": "1", "action": "GET"',
    "lists for texts": b'"piece_id": [], "satellite_id": {}, "action": ["GET"]',
    "an error of megabytes": IDS + b'"error": "' + b"e" * 3_000_000 + b'"',
    "blanks": b" " * 1_000_000,
}


@pytest.mark.parametrize("inside", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("close", [b"}", b""], ids=["closed", "open"])
def test_hostile_fields_are_a_sound_record_or_a_reason(inside: bytes, close: bytes) -> None:
    record = parse(HEAD + b"{" + inside + close)
    assert is_sound(record)
    assert is_storable(record)


@pytest.mark.parametrize(
    "piece", [b"\0", b" ", b"\t", b"#011", b"\x1b[", b"INFO ", b'{"log":', b"2026-08-21T10:00:01Z "]
)
def test_a_line_of_one_thing_again_and_again_is_none(piece: bytes) -> None:
    assert isinstance(parse(piece * 100_000 + b"piecestore"), Skipped)


def test_numbers_that_no_score_can_be_are_left_aside() -> None:
    huge = b"1" + b"0" * 400
    line = b'2026-08-21T10:00:00Z\tINFO\treputation:service\tnode scores updated\t{"satellite_id": "1", "audit_score": '
    line += huge + b', "online_score": 1, "suspension_score": NaN}'
    assert parse(line) == Skipped(records.BROKEN_SCORES)


def test_a_compressed_log_is_no_log() -> None:
    assert parse(gzip.compress(HEAD * 100)) == Skipped(records.OTHER)
