from datetime import UTC, datetime, timedelta, timezone

import pytest

from nodes.display import cell, moment, quoted, size, unbroken, with_commands

NOON = datetime(2026, 11, 20, 12, 0, 0, 250, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0, "0"),
        (-5, "-5"),
        (99.5, "99.5"),
        ("", ""),
        ("a\nb", "a\ufffdb"),
        (b"\xff\x00", "(binary, 2 bytes)"),
        (NOON, "2026-11-20 12:00:00.000250 UTC"),
    ],
)
def test_whatever_is_stored_has_a_text(value: object, text: str) -> None:
    assert cell(value) == text


def test_a_long_text_is_cut() -> None:
    assert len(cell("x" * 100, 60)) == 60


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        ("not a time", "not a time"),
        (NOON, "2026-11-20 12:00:00 UTC"),
        (NOON.astimezone(timezone(timedelta(hours=2))), "2026-11-20 12:00:00 UTC"),
    ],
)
def test_times_are_shown_in_utc(value: datetime | str | None, text: str) -> None:
    assert moment(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (999_949, "1 MB"),
        (1_500_000_000_000, "1.5 TB"),
        (12_345_678, "12.3 MB"),
        (2**63 - 1, "9.22 EB"),
    ],
)
def test_sizes_are_decimal(value: int | None, text: str) -> None:
    assert size(value) == text


def test_of_many_names_three_are_quoted_and_the_others_counted() -> None:
    assert quoted(["a"]) == "“a”"
    assert quoted(["a", "b\n", "x" * 9], longest=4) == "“a”, “b\ufffd”, “xxx…”"
    assert quoted([*"abcde"]) == "“a”, “b”, “c” and 2 more"


def test_commands_in_a_sentence_are_code_and_all_else_is_text() -> None:
    sentence = "It lacks a <table>: run `make adopt`, or `manage.py rollup --until-done`; not `x` and `<b>`."
    assert with_commands(sentence) == (
        "It lacks a &lt;table&gt;: run <code>make adopt</code>, or <code>manage.py rollup --until-done</code>; "
        "not `x` and `&lt;b&gt;`."
    )


def test_a_per_cent_sign_stays_beside_its_number() -> None:
    assert unbroken("Uploads: 95 % within") == "Uploads: 95\N{NO-BREAK SPACE}% within"
