from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.intake.clock import from_seconds, read_stamp

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes))
moments = st.datetimes(datetime(1971, 1, 1), datetime(9998, 1, 1))


@given(moment=moments, zone=zones, colon=st.sampled_from((":", "")))
def test_a_stamp_means_the_same_moment_in_every_zone(moment: datetime, zone: timedelta, colon: str) -> None:
    minutes = abs(zone) // timedelta(minutes=1)
    offset = f"{'-' if zone < timedelta(0) else '+'}{minutes // 60:02}{colon}{minutes % 60:02}"
    since = (moment - zone).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    text = moment.isoformat(timespec="microseconds") + offset
    assert read_stamp(text) == (since // timedelta(microseconds=1), False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01Z", (1_000_000, True)),
        ("1970-01-01T00:00:01.000Z", (1_000_000, False)),
        ("1970-01-01T03:00:00.986+0300", (986_000, False)),
        ("1970-01-01T00:00:00.123456789Z", (123_456, False)),
        ("1970-01-01T00:00:00,5Z", (500_000, False)),
    ],
)
def test_a_stamp_says_whether_it_has_whole_seconds_only(text: str, expected: object) -> None:
    assert read_stamp(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00:00+99:99",
        "1969-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-01-01T00:00:00Z\n",
        "٢٠٢٦-01-01T00:00:00Z",
    ],
)
def test_what_is_no_moment_is_none(text: str) -> None:
    assert read_stamp(text) is None


@pytest.mark.parametrize("pair", [(-1, 0), (0, -1), (0, 10**9), (10**400, 0), ("1", 0), (1.5, 0), (None, None)])
def test_seconds_and_nanoseconds_that_are_none_are_none(pair: tuple[Any, Any]) -> None:
    assert from_seconds(*pair) is None
