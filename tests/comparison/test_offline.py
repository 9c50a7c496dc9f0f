"""How long a node may be offline, against the windows of a satellite played through one after the other."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comparison.offline import Online, hours_left, window_start

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HALF_A_DAY = timedelta(hours=12)

Windows = dict[datetime, Fraction]


def suspended_at(known: Windows, current: datetime) -> datetime:
    """The first beginning of a window at which a satellite finds less than 60 %, of a node that stays offline."""
    windows, begin = dict(known), current
    while True:
        counted = [share for start, share in windows.items() if start >= begin - timedelta(days=30)]
        if counted and sum(counted, Fraction(0)) / len(counted) < Fraction(6, 10):
            return begin
        windows[begin] = Fraction(0)
        begin += HALF_A_DAY


def summed(known: Windows) -> Online:
    return Online(len(known), float(sum(known.values(), Fraction(0))), min(known))


def history(shares: list[Fraction | None]) -> Windows:
    """The newest first; None for a window without audits."""
    return {NOON - place * HALF_A_DAY: share for place, share in enumerate(shares, start=1) if share is not None}


@pytest.mark.parametrize(
    ("minutes", "hours"), [(0, 300), (1, 299), (60, 299), (719, 288)], ids=["begun", "a minute", "an hour", "over"]
)
def test_a_node_that_was_always_online_has_twelve_days_and_the_rest_of_the_window(minutes: int, hours: int) -> None:
    now = NOON + timedelta(minutes=minutes)
    assert hours_left(summed(history([Fraction(1)] * 60)), now, now) == hours


def test_a_young_node_has_less() -> None:
    assert hours_left(summed(history([Fraction(1)] * 3)), NOON, NOON) == 36


def test_a_score_that_is_below_already_leaves_nothing() -> None:
    assert hours_left(summed(history([Fraction(1, 2)] * 60)), NOON, NOON) == 0


def test_time_since_the_api_last_told_is_taken_to_be_offline() -> None:
    online = summed(history([Fraction(1)] * 60))
    assert hours_left(online, NOON, NOON + timedelta(hours=20)) == 280
    assert hours_left(online, NOON, NOON + timedelta(days=40)) == 0


def test_windows_begin_at_midnight_and_noon() -> None:
    assert window_start(NOON + timedelta(hours=11, minutes=59)) == NOON
    assert window_start(NOON - timedelta(microseconds=1)) == NOON - HALF_A_DAY


shares = st.lists(st.sampled_from([None, 0, 1, 1, 1, 1, Fraction(1, 2), Fraction(29, 30)]), min_size=1, max_size=60)


@settings(max_examples=200, deadline=None)
@given(shares, st.integers(0, 719))
def test_it_is_never_more_than_a_satellite_would_grant(parts: list[Fraction | None], minutes: int) -> None:
    known = history([None if part is None else Fraction(part) for part in parts])
    if not known:
        return
    now = NOON + timedelta(minutes=minutes)
    granted = max(timedelta(), suspended_at(known, NOON) - now)
    assert timedelta(hours=hours_left(summed(known), now, now)) <= granted


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(0, 719))
def test_of_a_node_that_was_always_online_it_is_exact(windows: int, minutes: int) -> None:
    now = NOON + timedelta(minutes=minutes)
    known = history([Fraction(1)] * windows)
    granted = (suspended_at(known, NOON) - now) // timedelta(hours=1)
    assert hours_left(summed(known), now, now) == granted
