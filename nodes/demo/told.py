"""What the API of a demonstration node tells, beside scores, space and earnings."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from nodes.demo.stories import SATELLITES, Story, chance
from nodes.fields import from_stored, to_stored
from nodes.models import SnoAuditWindow, SnoNode, SnoSatellite, SnoStart
from nodes.satellites import short_name

ALLOWED_VERSION = "1.160.0"
VERSION_BEFORE = "1.136.4"
VETTED_AFTER_DAYS = 30
WINDOW_HOURS, WINDOWS = 12, 60
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def answered(story: Story, as_of: datetime) -> datetime:
    """When the node's API was last asked with success."""
    return as_of - timedelta(minutes=2) - story.silent_hours * _HOUR


def state(story: Story, as_of: datetime, seed: int) -> SnoNode:
    rng, told = chance(seed, "state", story.name), answered(story, as_of)
    down = story.silent_hours > 0
    return SnoNode(
        node=story.name,
        version=story.version,
        allowed_version=ALLOWED_VERSION,
        up_to_date=int(story.version >= ALLOWED_VERSION),
        quic_status="OK",
        last_quic_ping=to_stored(told - rng.uniform(10, 50) * timedelta(minutes=1)),
        last_ping=to_stored(told - rng.uniform(1, 40) * timedelta(minutes=1)),
        started=to_stored(told - rng.uniform(1, 20) * _DAY),
        answered=to_stored(told),
        down_since=to_stored(told + timedelta(minutes=5)) if down else None,
        trouble="The API refused the connection: is the storagenode running?" if down else None,
    )


def starts(story: Story, as_of: datetime, seed: int) -> Iterator[SnoStart]:
    """A restart, the update to the version of today, and the last start, each as it was told two minutes after it."""
    rng = chance(seed, "starts", story.name)
    last = from_stored(state(story, as_of, seed).started) or as_of
    update = last - rng.uniform(0.5, 6) * _DAY
    for at, version in ((update - 9 * _DAY, VERSION_BEFORE), (update, story.version), (last, story.version)):
        seen = to_stored(at + 2 * timedelta(minutes=1))
        yield SnoStart(node=story.name, seen=seen, version=version, started=to_stored(at))


def satellites(story: Story, as_of: datetime) -> Iterator[SnoSatellite]:
    for satellite in SATELLITES:
        joined = as_of - story.days_on(satellite) * _DAY
        vetted = joined + VETTED_AFTER_DAYS * _DAY
        yield SnoSatellite(
            node=story.name,
            satellite=satellite,
            url=f"{short_name(satellite)}.storj.io:7777",
            joined=to_stored(joined),
            vetted=to_stored(vetted) if vetted < as_of else None,
            answered=to_stored(answered(story, as_of)),
            updated=to_stored(answered(story, as_of)),
        )


def windows(story: Story, as_of: datetime, seed: int) -> Iterator[SnoAuditWindow]:
    """Those of the last 30 days, and that of the last answer, on each satellite."""
    rng, told = chance(seed, "windows", story.name), answered(story, as_of)
    last = told.replace(hour=told.hour // WINDOW_HOURS * WINDOW_HOURS, minute=0, second=0, microsecond=0)
    for satellite in SATELLITES:
        for back in reversed(range(WINDOWS + 1)):
            start = last - back * WINDOW_HOURS * _HOUR
            if start >= as_of - story.days_on(satellite) * _DAY:
                yield _window(story, satellite, start, rng)


def _window(story: Story, satellite: str, start: datetime, rng: Random) -> SnoAuditWindow:
    hours = range(start.hour, start.hour + WINDOW_HOURS)
    total = max(1, round(60 * SATELLITES[satellite] * rng.uniform(0.8, 1.2)))
    off = sum(hour in story.traffic.off for hour in hours)
    online = total - round(total * off / WINDOW_HOURS)
    return SnoAuditWindow(node=story.name, satellite=satellite, start=to_stored(start), total=total, online=online)
