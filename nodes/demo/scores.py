"""What the satellites think of a demonstration node."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from nodes.demo.stories import SATELLITES, Story, chance
from nodes.models import Reputation

DAYS = 35
EVERY = timedelta(hours=6)
DECLINE_DAYS = 20  # how long ago a weak score was still full
AUDITS_A_DAY = 120


def reputation(story: Story, as_of: datetime, seed: int) -> Iterator[Reputation]:
    """Scores by every satellite every six hours up to `as_of`, oldest first."""
    rng = chance(seed, "reputation", story.name)
    last = as_of - timedelta(seconds=rng.uniform(5, 3000))
    for back in reversed(range(DAYS * 4)):
        for satellite in SATELLITES:
            if satellite == story.new_satellite and back / 4 >= story.days_on(satellite):
                continue
            yield _scores(story, satellite, last - back * EVERY, back / 4, rng)


def _scores(story: Story, satellite: str, moment: datetime, days_ago: float, rng: Random) -> Reputation:
    ahead = 0 if satellite == story.new_satellite else DAYS
    total = int((story.days_on(satellite) - days_ago + ahead) * AUDITS_A_DAY * SATELLITES[satellite])
    weak = satellite == story.weak_satellite
    audit = _declined(story.audit_score, days_ago) if weak else 100.0
    return Reputation(
        timestamp=moment,
        node_name=story.name,
        satellite=satellite,
        audit_score=audit,
        suspension_score=_declined(story.suspension_score, days_ago) if weak else 100.0,
        online_score=round(_online(story) - rng.uniform(0, 0.4), 2),
        audit_success_count=int(total * (1 - (100 - audit) / 100)),
        audit_total_count=total,
        is_disqualified=0,
        is_suspended=0,
    )


def _declined(now: float, days_ago: float) -> float:
    """A score that was full DECLINE_DAYS ago and has fallen evenly to `now` since."""
    return round(100 - (100 - now) * max(0.0, 1 - days_ago / DECLINE_DAYS), 2)


def _online(story: Story) -> float:
    """The share of the day in which the machine is on."""
    return 100 * (1 - len(story.traffic.off) / 24)
