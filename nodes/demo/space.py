"""Space of a demonstration node over time: hourly snapshots, and runs of the hashstore compaction."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random

from nodes.demo.stories import GB, SATELLITES, Space, Story, chance
from nodes.models import HashstoreCompaction, StorageSnapshot

DAYS = 35  # more than the longest month, so that this month's byte-hours rest on snapshots
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TRASH_DAYS = 7  # a satellite's garbage is found in a weekly turn


def stored_bytes(space: Space, as_of: datetime, moment: datetime) -> float:
    """What satellites pay for at that moment; never less than a start of 1 % of the space."""
    return max(space.stored - space.growth * ((as_of - moment) / DAY), space.total / 100)


def trash_bytes(space: Space, as_of: datetime, moment: datetime) -> float:
    """Rises over a week and falls as the week's oldest trash is emptied; at `as_of` it is as in the story."""
    week = ((moment - as_of) / DAY / TRASH_DAYS) % 1
    return space.trash * (0.9 + 0.1 * abs(1 - 2 * week))


def snapshots(story: Story, as_of: datetime, seed: int) -> Iterator[StorageSnapshot]:
    """One an hour up to `as_of`, oldest first."""
    rng = chance(seed, "snapshots", story.name)
    last = as_of - timedelta(seconds=rng.uniform(5, 900))
    for hours in reversed(range(DAYS * 24)):
        yield _snapshot(story, as_of, last - hours * HOUR)


def stored_byte_hours(taken: Iterable[StorageSnapshot], start: datetime, end: datetime) -> int:
    """What the snapshots in [start, end) say was stored and paid, each of them standing for an hour."""
    return sum((one.used_bytes or 0) - (one.trash_bytes or 0) for one in taken if start <= one.timestamp < end)


def compactions(story: Story, as_of: datetime, seed: int) -> Iterator[HashstoreCompaction]:
    """One a day of both stores of each satellite, for the last days."""
    rng = chance(seed, "compactions", story.name)
    for satellite in SATELLITES:
        for store in ("s0", "s1"):
            hour = timedelta(seconds=rng.uniform(60, 86_000))
            for days in (2, 1, 0):
                yield _compaction(story, satellite, store, as_of - hour - days * DAY, rng)


def _snapshot(story: Story, as_of: datetime, moment: datetime) -> StorageSnapshot:
    total = int(story.space.total)
    trash = int(trash_bytes(story.space, as_of, moment))
    used = min(int(stored_bytes(story.space, as_of, moment)) + trash, total)
    return StorageSnapshot(
        timestamp=moment,
        node_name=story.name,
        total_bytes=total,
        used_bytes=used,
        available_bytes=total - used,
        trash_bytes=trash,
        used_percent=_percent(used, total),
        trash_percent=_percent(trash, total),
        available_percent=_percent(total - used, total),
    )


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2)


def _compaction(story: Story, satellite: str, store: str, moment: datetime, rng: Random) -> HashstoreCompaction:
    reclaimed = int(story.space.trash * SATELLITES[satellite] / TRASH_DAYS / 2 * rng.uniform(0.5, 1.5))
    return HashstoreCompaction(
        node_name=story.name,
        satellite=satellite,
        store=store,
        last_run_iso=moment.isoformat(),
        duration=round(0.1 + reclaimed / GB * story.traffic.latency / 100, 2),
        data_reclaimed_bytes=reclaimed,
        data_rewritten_bytes=int(reclaimed * rng.uniform(0, 0.4)),
        table_load=round(rng.uniform(10, 75), 2),
        trash_percent=_percent(int(story.space.trash), int(story.space.total)),
    )
