"""Texts of errors that differ in nothing that an operator asks for are one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.rollups.reasons import LONGEST, reason_of

PIECE = "G7ORR4UZVCNFGRN7CZW7HQF2BCU5KBUUDRCE5OOYNDNS2N7FZZLQ"
FOLDER = "ukfu6bhbbxilvt7jrwlqk7y2tapb5d2r2tsmj2sjxvw5qaaaaaaa"
ERRORS = {
    "unexpected EOF": "unexpected EOF",
    "context deadline exceeded": "context deadline exceeded",
    "manager closed: unexpected EOF": "manager closed: unexpected EOF",
    "write tcp 10.0.17.120:28967->66.23.193.251:12201: write: broken pipe": "write tcp …: write: broken pipe",
    "manager closed: read tcp 10.0.17.120:28967->79.127.226.103:50338: read: connection refused": (
        "manager closed: read tcp …: read: connection refused"
    ),
    "read tcp [2a01:4f8:abc:def::1]:28967->[fe80::1%eth0]:50338: read: connection reset by peer": (
        "read tcp …: read: connection reset by peer"
    ),
    "dial 2a01:4f8::1 and ::1": "dial … and …",
    "dial 10.0.0.1:7: EOF": "dial …: EOF",
    "dial us1.storj.io:7777, http2": "dial us….storj.io:…, http…",
    "downloaded size (0 bytes) does not match received message size (7936 bytes)": (
        "downloaded size (… bytes) does not match received message size (… bytes)"
    ),
    f"piece {PIECE} not found": "piece … not found",
    "satellite 12EayRS2V1kEsWESU9QMRseFhdxYxKicsiFmxrsLZHeLUtdps3S is untrusted": "satellite … is untrusted",
    "order 550e8400-e29b-41d4-a716-446655440000 expired": "order … expired",
    "hash ABCDEFabcdef0123456789 differs at 0x7f3a": "hash … differs at …",
    f"open /app/config/storage/blobs/{FOLDER}/4k/mszq6x2c6dfd2n.sj1: no such file": (
        "open /app/config/storage/blobs/…: no such file"
    ),
    f"open C:\\storj\\blobs\\{FOLDER}\\ab\\mszqxcdfdn.sj1: denied": "open C:\\storj\\blobs\\…: denied",
    "took 162.857µs, 350us, 99.864223ms, 1m37.5s": "took …, …, …, …",
    "1.2 MiB available, 512 B needed": "… available, … needed",
    "rpc: error code 5": "rpc: error code …",
    " two\n\tlines \x00and\x1b a bell\x07 ": "two lines and a bell",
}


@pytest.mark.parametrize(("recorded", "reason"), ERRORS.items(), ids=range(len(ERRORS)))
def test_a_reason_is_the_text_without_what_is_in_no_other(recorded: str, reason: str) -> None:
    assert reason_of(recorded) == reason


@pytest.mark.parametrize("recorded", [None, "", " \n", "\0", b"unexpected EOF", 7, 1.5])
def test_what_is_no_text_is_no_reason(recorded: object) -> None:
    assert reason_of(recorded) == ""


def test_a_long_text_is_told_by_its_beginning() -> None:
    assert reason_of("word " * 1_000) == ("word " * 24).strip()


def test_an_id_that_was_cut_off_is_left_out() -> None:
    long_gap = "x" * 25 + "1"
    texts = [f"{long_gap} " * 7 + f"piece {PIECE[:length]}" for length in (5, 6, 20)]
    cut = {reason_of((text + PIECE)[:200]) for text in texts}
    assert len(cut) == 1


texts = st.one_of(
    st.text(max_size=300),
    st.text("aF09:-. [](%/…>\\MiB\x00\t_", max_size=300),
    st.text("abcdef0: /", max_size=210),
    st.lists(st.sampled_from([*ERRORS, PIECE, FOLDER, "[::", ":", "/", "12", "…", " "])).map("".join),
)


@settings(max_examples=1_000, deadline=None)
@given(texts)
def test_a_reason_is_short_clean_and_its_own_reason(recorded: str) -> None:
    reason = reason_of(recorded)
    assert reason_of(reason) == reason
    assert len(reason) <= LONGEST
    assert not any(character.isdecimal() or ord(character) < 32 for character in reason)
    reason.encode()


_hashes = st.binary(min_size=10, max_size=12).map(bytes.hex)


@given(st.ip_addresses(), st.integers(1, 65535), st.uuids(), _hashes, st.integers(0, 10**9))
def test_errors_that_differ_in_numbers_and_ids_only_are_one(
    address: object, port: int, order: object, hash_: str, size: int
) -> None:
    host = f"[{address}]" if ":" in str(address) else address
    found = reason_of(f"{host}:{port}->{host}:{port}: order {order}: {hash_}: {size} B")
    assert found == "…: order …: …: …"
