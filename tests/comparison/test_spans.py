"""Every hour of a window is in exactly one piece, and every piece in one point."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from comparison.spans import BY_DAY, BY_HOUR, BY_WEEK, hour_of, hours_of, moment_of, pieces, points_of, step_of
from comparison.window import Window
from nodes.rollups.codes import DAY, HOUR, WEEK, day_of, week_of

LENGTHS = {HOUR: 1, DAY: 24, WEEK: 168}
hours = st.integers(420_000, 600_000)


@given(hours, st.integers(0, 8760), st.sampled_from([BY_HOUR, BY_DAY, BY_WEEK]))
def test_pieces_are_every_hour_once(first: int, length: int, step: object) -> None:
    found = list(pieces(first, first + length, step))  # type: ignore[arg-type]
    covered = [hour for piece in found for hour in range(piece.first, piece.last)]
    assert covered == list(range(first, first + length))
    assert all((piece.last - piece.first) % LENGTHS[piece.span] == 0 for piece in found)
    assert all(day_of(piece.first) == piece.first for piece in found if piece.span == DAY)
    assert all(week_of(piece.first) == piece.first for piece in found if piece.span == WEEK)


@given(hours)
def test_weeks_begin_on_monday(hour: int) -> None:
    assert moment_of(week_of(hour)).isocalendar()[2] == 1
    assert BY_WEEK.start(BY_WEEK.point(hour)) == week_of(hour)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(1, 8760))
def test_a_series_has_a_sensible_number_of_points(end: datetime, length: int) -> None:
    window = Window.ending(end.replace(tzinfo=UTC), length).from_full_hour()
    assert 1 <= len(points_of(window)) <= 94
    assert moment_of(hours_of(window)[0]) == window.start
    assert moment_of(hours_of(window)[-1]) < window.end <= moment_of(hours_of(window)[-1] + 1)


def test_short_windows_are_by_hour_long_ones_by_day_or_week() -> None:
    end = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    steps = [step_of(Window.ending(end, length).from_full_hour()).name for length in (24, 48, 49, 168, 720, 2208, 8760)]
    assert steps == ["hour", "hour", "day", "day", "day", "day", "week"]
    assert hour_of(end) == hour_of(end - timedelta(minutes=30))
