"""What a storagenode's API says, as values of ours.

Bytes, byte-hours, scores in per cent, money in US cents or in millionths of a US dollar as each says. Times and days
are in the stored form. What an answer does not say is None.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Space:
    """Bytes; `used` is all that is occupied, trash included."""

    total: int
    used: int
    free: int
    trash: int | None


@dataclass(frozen=True)
class Listed:
    """A satellite as the dashboard lists it."""

    satellite: str
    url: str | None
    disqualified: str | None
    suspended: str | None
    vetted: str | None


@dataclass(frozen=True)
class Dashboard:
    node_id: str | None
    version: str | None
    allowed_version: str | None
    up_to_date: bool | None
    quic_status: str | None
    last_quic_ping: str | None
    last_ping: str | None
    started: str | None
    space: Space | None
    satellites: tuple[Listed, ...]


@dataclass(frozen=True)
class Scores:
    audit: float | None
    suspension: float | None
    online: float | None


@dataclass(frozen=True)
class Prices:
    """US cents per TB, `storage` per TB and month."""

    egress: int | None
    repair: int | None
    audit: int | None
    storage: int | None


@dataclass(frozen=True)
class Window:
    """Audits of a window of 12 hours, and those during which the node was online."""

    start: str
    total: int
    online: int


@dataclass(frozen=True)
class Day:
    day: str
    byte_hours: int | None = None
    mean_bytes: int | None = None
    egress: int | None = None
    repair_egress: int | None = None
    audit_egress: int | None = None
    ingress: int | None = None
    repair_ingress: int | None = None
    deleted: int | None = None


@dataclass(frozen=True)
class OnSatellite:
    joined: datetime | None
    vetted: str | None
    scores: Scores | None
    prices: Prices | None
    windows: tuple[Window, ...]
    days: tuple[Day, ...]


@dataclass(frozen=True)
class Month:
    """Earned in a month so far; money in US cents, before anything is held unless said, `held_percent` of 100.

    A storagenode tells repair and audits together.
    """

    egress: int
    egress_cents: float
    repair_and_audit: int
    repair_and_audit_cents: float
    byte_hours: int
    storage_cents: float
    held_cents: float
    held_percent: float

    @property
    def gross_cents(self) -> float:
        return self.egress_cents + self.repair_and_audit_cents + self.storage_cents


@dataclass(frozen=True)
class Estimate:
    current: Month | None
    previous: Month | None
    expected_cents: int | None


@dataclass(frozen=True)
class Paystub:
    """Bytes, byte-hours, and money in millionths of a US dollar, by the names of the columns of sno_paystubs."""

    satellite: str
    period: str
    values: dict[str, int | None]


@dataclass(frozen=True)
class Held:
    """Millionths of a US dollar."""

    satellite: str
    first: int | None
    second: int | None
    third: int | None
    total: int | None
    disposed: int | None
    joined: datetime | None
