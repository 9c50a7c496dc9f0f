"""The characters: what each demonstration node is like, and why its figures differ from the others'."""

from dataclasses import dataclass, field, replace
from itertools import product
from random import Random

from nodes.satellites import AP1, EU1, SALTLAKE, US1

# What part of a node's traffic and data comes from each satellite.
SATELLITES = {US1: 0.52, EU1: 0.28, AP1: 0.13, SALTLAKE: 0.07}

GB, TB = 10**9, 10**12
DAYS_ON_A_NEW_SATELLITE = 9


@dataclass(frozen=True)
class Traffic:
    """How the node answers. Rates are shares of the attempts of that kind, latencies milliseconds."""

    get: float = 0.46
    put: float = 0.34
    get_repair: float = 0.12
    put_repair: float = 0.068
    audit: float = 0.012
    canceled_downloads: float = 0.05
    canceled_uploads: float = 0.06
    failed_downloads: float = 0.006
    failed_uploads: float = 0.006
    failed_audits: float = 0.0  # on the weak satellite only
    latency: float = 250.0
    spread: float = 0.6  # sigma of the lognormal latency
    timed: float = 0.7  # share of attempts with a duration; 0 for a node that does not log at DEBUG level
    cancels_recorded: bool = True  # False: canceled uploads are stored as success, as the monitor does
    busiest_hour: int = 19
    off: tuple[int, ...] = ()  # hours of the day in which the machine is switched off
    trend: float = 0.0  # how much more traffic each day brings than the day before


@dataclass(frozen=True)
class Space:
    """What the node stores, in bytes. `stored` is paid, trash is not; both count as used."""

    total: float = 6 * TB
    stored: float = 3 * TB
    trash: float = 0.15 * TB
    growth: float = 5 * GB  # a day


@dataclass(frozen=True)
class Story:
    name: str
    traffic: Traffic = field(default_factory=Traffic)
    space: Space = field(default_factory=Space)
    audit_score: float = 100.0  # per cent, on the weak satellite
    suspension_score: float = 100.0
    weak_satellite: str = US1
    months: int = 24  # since the node joined
    new_satellite: str = ""  # on which the node has not been long enough to be vetted
    version: str = "1.162.3"
    silent_hours: float = 0  # since its API answered

    def days_on(self, satellite: str) -> int:
        """How long ago the node joined the satellite."""
        return DAYS_ON_A_NEW_SATELLITE if satellite == self.new_satellite else 30 * self.months


FOUR = (
    # A Raspberry Pi with a dying disk: slow, failing audits on one satellite, and not updated for long.
    Story(
        "attic-pi4",
        Traffic(
            canceled_downloads=0.09,
            canceled_uploads=0.12,
            failed_downloads=0.018,
            failed_uploads=0.022,
            failed_audits=0.036,
            latency=950,
            spread=0.85,
            timed=0.95,
        ),
        Space(4 * TB, 2.6 * TB, 0.16 * TB, 4 * GB),
        audit_score=96.4,
        suspension_score=99.2,
        months=22,
        version="1.137.5",
    ),
    # Old and nearly full: few uploads, the best earnings. Its events are the monitor's, so no upload is canceled.
    Story(
        "basement-nas",
        Traffic(
            get=0.56, put=0.16, get_repair=0.21, put_repair=0.054, audit=0.016, latency=240, cancels_recorded=False
        ),
        Space(12 * TB, 11.5 * TB, 0.22 * TB, 1 * GB),
        months=41,
    ),
    # In a data center: fast, young and growing, so part of its earnings is held back; not vetted everywhere.
    Story(
        "colo fra #2",
        Traffic(
            get=0.38,
            put=0.43,
            canceled_downloads=0.012,
            canceled_uploads=0.015,
            failed_downloads=0.001,
            failed_uploads=0.001,
            latency=80,
            spread=0.45,
            timed=0.99,
            trend=0.12,
        ),
        Space(16 * TB, 9 * TB, 0.3 * TB, 60 * GB),
        months=5,
        new_satellite=SALTLAKE,
    ),
    # Switched off at night, on a slow line: loses races, and half of what it holds is trash. Its API is down just now.
    Story(
        "Großmutters Rechner",
        Traffic(
            canceled_downloads=0.24,
            canceled_uploads=0.31,
            failed_downloads=0.012,
            failed_uploads=0.015,
            timed=0.0,
            busiest_hour=15,
            off=(22, 23, 0, 1, 2, 3, 4),
        ),
        Space(2 * TB, 0.5 * TB, 0.5 * TB, -1 * GB),
        months=14,
        silent_hours=1.5,
    ),
)

_PLACES = ("garage", "shed", "loft", "office", "cellar", "closet", "workshop", "kitchen", "studio", "balcony")
_MACHINES = ("nuc", "odroid", "proliant", "pi5", "synology", "optiplex", "rockpro", "qnap", "thinkcentre")

# What sets a generated node apart, in turn; the rest of it is drawn around the ordinary.
_QUIRKS = (
    {"latency": 700.0, "spread": 0.8},
    {"canceled_downloads": 0.17, "canceled_uploads": 0.21},
    {"failed_downloads": 0.045, "failed_uploads": 0.06},
    {"latency": 110.0, "canceled_downloads": 0.02, "canceled_uploads": 0.02},
    {"timed": 0.0},
    {"off": (8, 9, 10, 11)},
    {"failed_audits": 0.02},
)


def chance(seed: int, purpose: str, subject: object = "") -> Random:
    """A source of chance of its own for each purpose and subject, so that one does not shift another."""
    return Random(f"{seed}/{purpose}/{subject}")  # noqa: S311 - demonstration data is no secret


def stories(nodes: int, seed: int) -> list[Story]:
    """The first `nodes` of the four and, after them, generated ones; the same for the same seed."""
    return [*FOUR[:nodes], *(_generated(index, seed) for index in range(nodes - len(FOUR)))]


def _generated(index: int, seed: int) -> Story:
    rng = chance(seed, "story", index)
    ordinary = Traffic(
        canceled_downloads=rng.uniform(0.02, 0.08),
        canceled_uploads=rng.uniform(0.02, 0.1),
        failed_downloads=rng.uniform(0.001, 0.01),
        failed_uploads=rng.uniform(0.001, 0.01),
        latency=rng.uniform(120, 500),
        timed=rng.uniform(0.6, 1.0),
        busiest_hour=rng.randrange(24),
    )
    traffic = replace(ordinary, **_QUIRKS[index % len(_QUIRKS)])
    return Story(
        _name(index),
        traffic,
        _space(rng),
        audit_score=100 * (1 - traffic.failed_audits),
        weak_satellite=rng.choice(list(SATELLITES)[:2]),
        months=rng.randint(2, 60),
    )


def _space(rng: Random) -> Space:
    total = rng.choice((1, 2, 4, 8, 12, 18)) * TB
    stored = total * rng.uniform(0.2, 0.85)
    return Space(total, stored, total * rng.uniform(0.005, 0.12), total * rng.uniform(0.0002, 0.003))


def _name(index: int) -> str:
    """Each machine once at each place, then all of them again with a number."""
    names = [f"{place}-{machine}" for machine, place in product(_MACHINES, _PLACES)]
    again, at = divmod(index, len(names))
    return names[at] if again == 0 else f"{names[at]}-{again + 1}"
