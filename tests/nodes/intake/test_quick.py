import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.intake.parse import parse_any
from nodes.intake.quick import _error, _satellite, read_ordinary
from nodes.intake.records import Transfer
from nodes.soundness import ACTIONS
from tests.nodes.intake.formats import FORMATS, render
from tests.nodes.intake.operations import damaged, transfers

ordinary_lines = st.builds(render, transfers(), st.sampled_from([form for form in FORMATS if "console" in form.name]))


@settings(max_examples=600, deadline=None)
@given(line=damaged(ordinary_lines))
def test_the_quick_reader_says_what_the_general_one_does_or_nothing(line: bytes) -> None:
    assert read_ordinary(line) in (None, parse_any(line))


WHOLE = ("0", "7", "2319360", "007", "-1", "-0", "1e3", "2.0", "999999999999", "1000000000000", "9" * 30, "true", "")
TIMES = (
    *("2026-08-21T10:00:01Z", "2026-08-21T10:00:01-07:00", "2026-08-21T10:00:01.5Z", "2026-08-21T10:00:01.986+0300"),
    *(
        "2026-08-21T10:00:60Z",
        "2026-02-30T10:00:01Z",
        "2026-08-21T10:00:011Z",
        "2026-08-21T10:00:1Z",
        "1969-12-31T23:59:59Z",
    ),
    *("2026-08-21T10:00:+1Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:01+14:00", "2026-08-21T10:00:01.1234567890Z"),
)
MESSAGES = (
    *("downloaded", "download started", "download canceled", "download canceled (race lost or node shutdown)"),
    *(
        "download failed",
        "uploaded",
        "upload canceled",
        "upload failed",
        "upload internal error",
        "Downloaded",
        "downloaded ",
    ),
)
ADDRESSES = (
    *("1.2.3.4:5", "1.2.3.4:", "1.2.3.4", ":5", "999.999.999.999:99999", "1.2.3.4:123456", "[::1]:5", "[1::2%eth0]:5"),
    *("[::1]", "::1", "1.2.3.4.5.6.7.8:5", "......:5", ".......:5", "[:]:5", "[.:]:5", "gateway:5"),
)
IDS_OF_ANY_KIND = ("GTJ5", "", "A" * 128, "A" * 129, "a b", "\u00e9", "\\u0041", "A-B", "A\tB")
WHYS = (
    "unexpected EOF",
    "",
    "a\\tb",
    "a\\\\b",
    'a\\"b',
    "\u00e9",
    "\x7f",
    "#011",
    "\x1b[1m",
    "e" * 1001,
    "{}",
    "INFO",
    "a<b",
)

ACTIONS_OF_ANY_KIND = st.sampled_from((*ACTIONS, "get", ""))


@st.composite
def nearly_ordinary_lines(draw: st.DrawFn) -> bytes:
    """Lines with the fields of ordinary ones, of which half are a bit odd somewhere."""

    def usual(first: str, *others: str) -> str:
        return draw(st.sampled_from(others)) if draw(st.integers(0, 11)) == 11 else first

    def number(key: str, *, often: bool = False) -> str:
        return f', "{key}": {usual(*WHOLE)}' if often or draw(st.booleans()) else ""

    piece, satellite, action, address, size, offset, space = draw(
        st.sampled_from(
            (
                ("Piece ID", "Satellite ID", "Action", "Remote Address", "Size", "Offset", "Available Space"),
                ("piece_id", "satellite_id", "action", "remote_address", "size", "offset", "available_space"),
            )
        )
    )
    fields = f'"Process": "storagenode", "{piece}": "{usual(*IDS_OF_ANY_KIND)}"'
    fields += f', "{satellite}": "{usual(*IDS_OF_ANY_KIND)}", "{action}": "{draw(ACTIONS_OF_ANY_KIND)}"'
    fields += number(offset) + number(size) + f', "{address}": "{usual(*ADDRESSES)}"'
    fields += number(space) + number(offset) + number(size, often=True)
    fields += f', "{usual("error", "reason", "errorVerbose")}": "{usual(*WHYS)}"' if draw(st.booleans()) else ""
    head = "\t".join(
        (usual(*TIMES), usual("INFO", "DEBUG", "WARN", "TRACE"), "piecestore", draw(st.sampled_from(MESSAGES)))
    )
    line = f"{head}\t{{{fields}}}" + usual("", "\r", "}", " ", "\0")
    return _perhaps_in_docker(draw, line) + usual("\n", "", "\n\n").encode()


def _perhaps_in_docker(draw: st.DrawFn, line: str) -> bytes:
    if draw(st.booleans()):
        return line.encode()
    time = draw(st.just("2026-08-21T10:00:01.123456789Z") | st.sampled_from(TIMES))
    wrapper = {"log": f"{line}\n", "stream": draw(st.sampled_from(("stdout", "stderr", "x"))), "time": time}
    return json.dumps(wrapper, ensure_ascii=False, separators=(",", ":")).encode()


@settings(max_examples=600, deadline=None)
@given(line=nearly_ordinary_lines())
def test_the_quick_reader_takes_nothing_odd_for_ordinary(line: bytes) -> None:
    assert read_ordinary(line) in (None, parse_any(line))


@pytest.mark.parametrize("name", ["console from v1.146 on", "console to v1.145, with an offset", "console in Docker"])
@settings(max_examples=30, deadline=None)
@given(operation=transfers().map(lambda transfer: transfer._replace(error_reason=None, size=1986304)))
def test_the_quick_reader_knows_the_ordinary_lines(name: str, operation: Transfer) -> None:
    form = next(form for form in FORMATS if form.name == name)
    assert read_ordinary(render(operation, form)) is not None


@pytest.mark.parametrize("key", ["error", "satellite_id"])
def test_a_long_text_is_not_remembered(key: str) -> None:
    fields = {"piece_id": "A", "satellite_id": "B", "action": "GET", "remote_address": "1.2.3.4:5", "error": "C"}
    before = _error.cache_info().currsize, _satellite.cache_info().currsize
    told = json.dumps(fields | {key: "x" * 1_000_000})
    assert read_ordinary(f"2026-08-21T10:00:01Z\tERROR\tpiecestore\tdownload failed\t{told}".encode()) is None
    assert (_error.cache_info().currsize, _satellite.cache_info().currsize) == before
