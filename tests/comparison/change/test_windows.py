from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison.change.windows import MOST_WEEKS, Windows, chosen
from comparison.spans import step_of
from comparison.window import Window

NOON = datetime(2026, 11, 11, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 11, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def windows(at: datetime, before: timedelta, after: timedelta, settle: int = 0) -> Windows:
    found = chosen(at, settle, at - before, at + after)
    assert found is not None
    return found


class TestLength:
    @pytest.mark.parametrize(
        ("before", "after", "length"),
        [
            (90 * DAY, 90 * DAY, "4 weeks"),
            (20 * DAY, 90 * DAY, "2 weeks"),
            (90 * DAY, 7 * DAY, "1 week"),
            (6 * DAY, 30 * DAY, "6 days"),
            (3 * DAY, 30 * DAY, "3 days"),
            (30 * DAY, 26 * HOUR, "1 day"),
            (30 * DAY, 23 * HOUR, "18 hours"),
            (5 * HOUR, 5 * HOUR, "5 hours"),
        ],
    )
    def test_it_is_whole_weeks_else_days_else_hours(self, before: timedelta, after: timedelta, length: str) -> None:
        assert windows(MIDNIGHT, before, after).length == length

    def test_less_than_three_hours_are_too_short(self) -> None:
        assert chosen(NOON, 0, NOON - 30 * DAY, NOON + 2 * HOUR) is None
        assert chosen(NOON, 0, NOON - 2 * HOUR, NOON + 2 * DAY) is None


class TestPlace:
    def test_days_leave_out_the_day_of_the_change(self) -> None:
        found = windows(NOON, 20 * DAY, 20 * DAY)
        assert (found.before.end, found.after.start) == (MIDNIGHT, MIDNIGHT + DAY)

    def test_a_change_at_midnight_has_no_such_day(self) -> None:
        found = windows(MIDNIGHT, 20 * DAY, 20 * DAY)
        assert found.before.end == found.after.start == MIDNIGHT

    def test_time_to_settle_is_left_out(self) -> None:
        assert windows(MIDNIGHT, 20 * DAY, 20 * DAY, settle=24).after.start == MIDNIGHT + DAY

    def test_hours_are_compared_with_the_same_hours_of_a_day_before(self) -> None:
        found = windows(NOON, 20 * DAY, 6 * HOUR)
        assert found.after == Window(NOON, NOON + 6 * HOUR)
        assert found.before == Window(NOON - DAY, NOON - DAY + 6 * HOUR)

    def test_where_those_are_not_known_the_hours_just_before_are_taken(self) -> None:
        assert windows(NOON, 8 * HOUR, 6 * HOUR).before == Window(NOON - 6 * HOUR, NOON)


@given(st.integers(1, 2_500), st.integers(1, 2_500), st.integers(0, 720), st.integers(0, 3_599))
def test_windows_are_equal_whole_within_what_is_known_and_beside_the_change(
    before: int, after: int, settle: int, seconds: int
) -> None:
    at = NOON + timedelta(seconds=seconds)
    since, until = at - before * HOUR, at + after * HOUR
    found = chosen(at, settle, since, until)
    if found is None:
        return
    assert found.before.end - found.before.start == found.after.end - found.after.start
    assert since - HOUR < found.before.start < found.before.end <= at
    assert at + settle * HOUR <= found.after.start < found.after.end <= until
    assert found.block * found.blocks == found.hours <= MOST_WEEKS * 7 * 24
    assert 3 <= found.blocks <= 7
    if found.step.hours == 24:
        assert step_of(Window(found.before.start, found.after.end)) is found.step
