"""Byte-hours from storage snapshots, in the database and out of it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comparison.money import stored
from comparison.money.stored import BEYOND, Stored
from nodes.models import StorageSnapshot
from nodes.reading import reading
from tests.comparison.tables import insert

pytestmark = pytest.mark.usefixtures("databases")

START = datetime(2026, 11, 1, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
TB = 10**12


def snapshot(at: datetime, used: int | None, total: int | None = 10 * TB, trash: int | None = None) -> StorageSnapshot:
    return StorageSnapshot(timestamp=at, node_name="a", used_bytes=used, total_bytes=total, trash_bytes=trash)


def facts(*values: object) -> tuple[object, ...]:
    return values


def read(snapshots: Iterable[StorageSnapshot], end: datetime = START + 30 * DAY) -> Stored:
    StorageSnapshot.objects.bulk_create(snapshots)
    with reading() as connection:
        return stored.read(connection, ["a"], START, end)["a"]


def lines_by_hand(times: list[int], used: list[int], end: int) -> tuple[dict[int, Fraction], set[int]]:
    """Byte-hours by day, and the lines over six hours; seconds from the month's start on."""
    days: dict[int, Fraction] = {}
    gaps = set()
    for n, (left, right) in enumerate(pairwise(times)):
        cuts = sorted({left, right, *(cut for cut in (*range(0, 40 * 86_400, 86_400), end) if left < cut < right)})
        for begin, until in pairwise(cuts):
            if begin < 0 or until > end:
                continue
            middle = Fraction(begin + until - 2 * left, 2 * (right - left))
            area = (used[n] + (used[n + 1] - used[n]) * middle) * Fraction(until - begin, 3600)
            days[begin // 86_400] = days.get(begin // 86_400, Fraction(0)) + area
            gaps |= {n} if right - left > 6 * 3600 else set()
    return days, gaps


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.integers(-2 * 86_400, 8 * 86_400), st.integers(0, 10**16), max_size=60),
    st.integers(1, 7 * 86_400),
)
def test_days_and_gaps_are_those_of_the_lines_one_by_one(sizes: dict[int, int], end: int) -> None:
    StorageSnapshot.objects.all().delete()
    times = sorted(at for at in sizes if at < end + BEYOND // SECOND)
    found = read([snapshot(START + n * SECOND, sizes[n]) for n in times], START + end * SECOND)
    days, gaps = lines_by_hand(times, [sizes[n] for n in times], end)
    assert found.days == {START.date() + number * DAY: area for number, area in days.items()}
    assert facts(found.byte_hours, found.gaps) == (sum(days.values()), len(gaps))
    assert found.rounded_days == {day: float(area) for day, area in found.days.items()}


def test_two_snapshots_make_a_trapezoid() -> None:
    found = read([snapshot(START + HOUR, 2 * TB), snapshot(START + 3 * HOUR, 4 * TB)])
    assert facts(found.byte_hours, found.allocated, found.covered_hours) == (6 * TB, 20 * TB, 2)
    assert facts(found.since, found.until) == (START + HOUR, START + 3 * HOUR)


def test_one_snapshot_makes_nothing() -> None:
    found = read([snapshot(START + HOUR, 2 * TB)])
    assert facts(found.byte_hours, found.covered_hours, found.snapshots, found.since) == (0, 0, 1, None)


def test_a_gap_of_two_days_is_bridged_counted_and_told_apart_by_day() -> None:
    found = read([snapshot(START, 0), snapshot(START + HOUR, 0), snapshot(START + 49 * HOUR, 48 * TB)])
    assert facts(found.byte_hours, found.gaps, found.longest) == (48 * 24 * TB, 1, 48)
    assert found.hours == {date(2026, 11, 1): 24, date(2026, 11, 2): 24, date(2026, 11, 3): 1}
    # A terabyte more each hour: 23 hours, 24 hours and the last one.
    assert found.days[date(2026, 11, 1)] == Fraction(23 * 23, 2) * TB
    assert found.days[date(2026, 11, 3)] == Fraction(95, 2) * TB


def test_gaps_of_up_to_six_hours_are_none() -> None:
    assert read([snapshot(START + 6 * n * HOUR, TB) for n in range(9)]).gaps == 0


def test_a_gap_within_a_day_is_counted() -> None:
    found = read([snapshot(START + HOUR, TB), snapshot(START + 8 * HOUR, TB)])
    assert facts(found.gaps, found.longest, found.byte_hours) == (1, 7, 7 * TB)


def test_the_line_over_the_start_of_the_month_is_cut_at_midnight_in_utc() -> None:
    found = read([snapshot(START - 2 * HOUR, 0), snapshot(START + 2 * HOUR, 4 * TB)])
    assert facts(found.byte_hours, found.since, found.until) == (6 * TB, START, START + 2 * HOUR)


def test_the_line_over_the_end_is_cut_there() -> None:
    end = START + DAY + 90 * timedelta(minutes=1)
    found = read([snapshot(START + DAY + HOUR, 0), snapshot(START + DAY + 2 * HOUR, 2 * TB)], end)
    assert facts(found.byte_hours, found.until) == (Fraction(TB, 4), end)


def test_the_line_over_the_end_of_the_month_is_cut_there() -> None:
    found = read([snapshot(START + 30 * DAY - HOUR, TB), snapshot(START + 30 * DAY + HOUR, TB)])
    assert facts(found.byte_hours, found.until) == (TB, START + 30 * DAY)


def test_snapshots_without_used_or_total_space_are_passed_over() -> None:
    found = read([snapshot(START, TB), snapshot(START + HOUR, None), snapshot(START + 2 * HOUR, TB, None)])
    assert facts(found.byte_hours, found.snapshots, found.broken) == (0, 1, 0)


def test_of_equal_times_the_later_row_counts() -> None:
    times = [START, START + HOUR, START + HOUR, START + 2 * HOUR]
    found = read([snapshot(at, used * TB) for at, used in zip(times, (1, 1, 3, 3), strict=True)])
    assert found.byte_hours == 4 * TB


def test_trash_is_the_mean_of_what_is_recorded() -> None:
    trash = (TB, None, 3 * TB)
    assert read([snapshot(START + n * HOUR, 5 * TB, trash=each) for n, each in enumerate(trash)]).trash == 2 * TB


def test_snapshots_that_no_disk_can_hold_are_counted_as_broken() -> None:
    found = read([snapshot(START, TB), snapshot(START + HOUR, 2**62), snapshot(START + 2 * HOUR, TB)])
    assert facts(found.byte_hours, found.broken) == (2 * TB, 1)


def test_a_broken_time_is_counted_and_passed_over() -> None:
    insert(
        "storage_snapshots",
        [{"timestamp": "2026-11-31T00:00:00+00:00", "node_name": "a", "used_bytes": 1, "total_bytes": 1}],
    )
    assert read([snapshot(START, TB), snapshot(START + HOUR, TB)], START + 31 * DAY).broken == 1


def test_a_month_of_a_petabyte_every_minute_of_a_day_does_not_overflow() -> None:
    found = read([snapshot(START + n * timedelta(minutes=5), 10**16, 10**16) for n in range(289)])
    assert found.byte_hours == 24 * 10**16
