"""How long a node may be offline before a satellite suspends it."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

WINDOW, TRACKED = timedelta(hours=12), timedelta(days=30)
SUSPENDED_BELOW = 0.6  # online score; a satellite's offline-threshold


@dataclass(frozen=True)
class Online:
    """Of the windows in the last 30 days that are over and had audits: their number, the sum of their shares online,
    each from 0 to 1, and the start of the first.
    """

    windows: int
    share: float
    first: datetime


def window_start(moment: datetime) -> datetime:
    """Windows begin at midnight and noon, UTC."""
    return moment.replace(hour=moment.hour // 12 * 12, minute=0, second=0, microsecond=0)


def hours_left(online: Online, told: datetime, end: datetime) -> int:
    """Whole hours after `end` for which a node that was last told of at `told` may be offline, at the least.

    A satellite's online score (storj/storj, satellite/reputation/audithistory.go) is the mean, over the windows of
    12 hours of the last 30 days that are over and had audits, of the share of audits that found the node online; a
    window without audits does not count. It is worked out anew when the first audit of a new window comes. So with w
    windows, whose shares add up to s, it is at the n-th such time

        (s - f) / (w + n - f)

    if the node was offline since `told`: of the n windows since then all count, as zero, even the one of `told`; and f
    windows are forgotten. That is the least it can be: the windows that are forgotten are taken to be one a time, from
    when the first gets too old, each with a share of 1. The first n for which this is below 0.6 is the time of
    suspension. With every window of 30 days at 1 that is after 288 to 300 hours. A satellite also waits until it has
    known the node for 30 days, which is not counted on.
    """
    begin = window_start(told)
    kept = (online.first + TRACKED - begin) // WINDOW
    for further in count():
        forgotten = max(0, further - kept)
        if (online.share - forgotten) / (online.windows + further - forgotten) < SUSPENDED_BELOW:
            return max(0, math.floor((begin + further * WINDOW - end) / timedelta(hours=1)))
    raise AssertionError  # the score falls with every window
