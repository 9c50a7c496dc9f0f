"""How long the counting of new events may wait, so that few of them wait for it."""

# Each comparison sums up the events that are not counted yet, which takes longer than the rest of it if they are more.
MOST_WAITING = 1_000
# Not more often than this, as each time rows of the running hour, day and week are written: an SD card wears out.
SHORTEST_PAUSE = 15.0  # seconds


def pause(interval: float, events: int, seconds: float) -> float:
    """Seconds to wait, at most `interval`, where so many events came in the seconds before."""
    at_that_rate = MOST_WAITING * max(seconds, SHORTEST_PAUSE) / events if events else interval
    return min(interval, max(SHORTEST_PAUSE, at_that_rate))
