"""Which log a file is: the same, renamed, grown, an older copy, or another that begins alike."""

import io
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.intake.identity import BLOCK, HEAD, Ahead, Known, Prefix, Recognised, Sameness, recognised, recognised_ahead

LOG = random.Random(1).randbytes(3 * BLOCK + 500).replace(b"\n", b" ") + b"\n"


def prefix_of(data: bytes) -> Prefix:
    prefix = Prefix()
    prefix.update(data)
    return prefix


def known(data: bytes, source: str = "a") -> Known:
    prefix = prefix_of(data)
    return Known(source, "old.log", prefix.head, prefix.length, prefix.hash, prefix.block_hash, 1, 1)


def both(data: bytes, *logs: Known) -> Recognised:
    """By way of a file and of a stream, which agree; each stands where reading goes on."""
    file, stream = io.BytesIO(data), Ahead(io.BytesIO(data))
    by_file, by_stream = recognised(file, "x", logs), recognised_ahead(stream, "x", logs)
    assert by_file.sameness == by_stream.sameness
    if by_file.sameness in (Sameness.NEW, Sameness.KNOWN):
        assert file.read() == b"".join(iter(lambda: stream.read(BLOCK), b"")) == data[by_file.source.prefix.length :]
        assert by_file.source.prefix.hash == by_stream.source.prefix.hash
    return by_file


@given(st.lists(st.integers(0, 2 * BLOCK), max_size=5))
@settings(max_examples=20, deadline=None)
def test_a_hash_does_not_depend_on_where_the_bytes_are_cut(cuts: list[int]) -> None:
    bounds = [0, *sorted(cuts), len(LOG)]
    prefix = Prefix()
    for start, end in pairwise(bounds):
        prefix.update(LOG[start:end])
    whole = prefix_of(LOG)
    assert (prefix.hash, prefix.block_hash, prefix.head) == (whole.hash, whole.block_hash, LOG[:HEAD])


@pytest.mark.parametrize("length", [1, 200, HEAD, HEAD + 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, len(LOG)])
def test_a_log_that_has_grown_is_known_and_its_hash_goes_on(length: int) -> None:
    found = both(LOG, known(LOG[:length]))
    assert found.sameness is Sameness.KNOWN
    found.source.prefix.update(LOG[length:])
    assert (found.source.prefix.hash, found.source.prefix.head) == (prefix_of(LOG).hash, LOG[:HEAD])


def test_a_log_never_seen_is_new() -> None:
    assert both(LOG[1:], known(LOG)).sameness is Sameness.NEW
    assert both(LOG).sameness is Sameness.NEW


def test_an_empty_file_is_new_whatever_is_known() -> None:
    assert both(b"", known(LOG), known(b"")).sameness is Sameness.NEW


def test_a_tiny_log_whose_first_line_is_another_is_new() -> None:
    assert both(b"first line of b\n", known(b"first line of a\n")).sameness is Sameness.NEW


@pytest.mark.parametrize("length", [5, HEAD, HEAD + 5, BLOCK + 5])
def test_the_beginning_of_a_log_that_was_read_further_is_an_older_copy(length: int) -> None:
    assert both(LOG[:length], known(LOG)).sameness is Sameness.OLDER


@pytest.mark.parametrize("at", [HEAD, BLOCK // 2, len(LOG) - 1])
def test_a_log_that_begins_alike_and_goes_on_otherwise_is_not_the_same(at: int) -> None:
    other = LOG[:at] + bytes([LOG[at] ^ 1]) + LOG[at + 1 :]
    expected = Sameness.FORKED if at == len(LOG) - 1 else Sameness.KNOWN
    # Of a file only the head and the last block are read again: what is in between is taken for the same.
    assert recognised(io.BytesIO(other), "x", [known(LOG)]).sameness is expected
    assert recognised_ahead(Ahead(io.BytesIO(other)), "x", [known(LOG)]).sameness is Sameness.FORKED


def test_of_several_that_begin_alike_the_longest_that_fits_is_meant() -> None:
    found = recognised(io.BytesIO(LOG), "x", [known(LOG[:300], "a"), known(LOG[:5000], "b")])
    assert (found.source.key, found.source.prefix.length) == ("b", 5000)


def test_the_key_of_a_new_log_is_told_from_its_first_line_however_much_was_read() -> None:
    keys = set()
    for length in (100, 3000):
        source = both(b"first\n" + b"x" * length).source
        source.prefix.update(b"first\n" + b"x" * length)
        source.settle_key()
        keys.add(source.key)
    assert len(keys) == 1


def test_two_logs_with_the_same_first_line_have_different_keys() -> None:
    first = both(b"first\nlog a\n").source
    first.prefix.update(b"first\nlog a\n")
    first.settle_key()
    second = both(b"first\nlog b\n", known(b"first\nlog a\n", first.key)).source
    second.prefix.update(b"first\nlog b\n")
    second.settle_key()
    assert second.key != first.key
