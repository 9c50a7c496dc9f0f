"""How long counting waits."""

from nodes.rollups.pace import MOST_WAITING, SHORTEST_PAUSE, pause


def test_few_events_wait_for_the_interval() -> None:
    assert pause(60, events=0, seconds=60) == pause(60, events=MOST_WAITING, seconds=60) == 60


def test_many_events_are_counted_when_too_many_would_wait() -> None:
    assert pause(60, events=2 * MOST_WAITING, seconds=60) == 30


def test_however_many_there_are_the_disk_has_a_rest() -> None:
    assert pause(60, events=10**7, seconds=60) == SHORTEST_PAUSE


def test_a_moment_alone_tells_no_rate() -> None:
    assert pause(60, events=20, seconds=0.01) == 60


def test_the_operator_may_count_more_often() -> None:
    assert pause(1, events=10**7, seconds=60) == 1
