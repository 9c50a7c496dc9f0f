"""The bytes of a point, as they are stored."""

import struct

from nodes.rollups.points import Point, sums_of


def test_the_stored_form_stays_as_it_is() -> None:
    point = Point()
    point.count(action=1, status=1, attempts=7, size=5_000_000_000)
    point.count(action=5, status=3, attempts=2, size=256)
    point.time(2, {0: 1, 300: 99})
    attempts = [7, *([0] * 13), 2]
    expected = struct.pack("<15I5Q4H", *attempts, 5_000_000_000, 0, 0, 0, 0, 0xFFFF, 0xFFFF, 300, 300)
    assert point.packed() == expected
    assert sums_of(expected) == (
        {("GET", "success"): 7, ("GET_AUDIT", "failed"): 2},
        {"GET": 5_000_000_000},
        {("PUT", 50): 300, ("PUT", 95): 300},
    )
