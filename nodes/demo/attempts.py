"""Single attempts: what a transfer line of a node's log would say, before it gets its moment and piece id."""

from dataclasses import dataclass
from random import Random

from nodes.demo.stories import SATELLITES, Story

AUDIT_SIZE = 256

# Bytes of a piece, and how often: most full segments, and many small files.
_SIZES = {3_584: 0.14, 36_352: 0.1, 65_536: 0.08, 181_504: 0.12, 579_840: 0.12, 1_304_832: 0.1, 2_319_360: 0.34}

# Country, latitude, longitude, addresses (from the ranges that are reserved for documentation), weight.
_REMOTES = (
    ("United States", 39.04, -77.49, "198.51.100.{}", 0.34),
    ("Germany", 50.12, 8.68, "203.0.113.{}", 0.28),
    ("Germany", 50.48, 12.37, "2001:db8:49f:{:x}::1", 0.08),
    ("France", 48.86, 2.34, "192.0.2.{}", 0.1),
    ("Finland", 60.17, 24.94, "2001:db8:2f0:{:x}::1", 0.08),
    ("Singapore", 1.29, 103.85, "192.0.2.{}", 0.07),
    ("Japan", 35.69, 139.69, "198.51.100.{}", 0.05),
)

_LOST = "context canceled"
_UNFINISHED = "downloaded size (0 bytes) does not match received message size ({size} bytes)"
_DOWNLOAD_ERRORS = (
    "write tcp 192.168.1.20:28967->{remote}:{port}: write: broken pipe",
    "manager closed: unexpected EOF",
    "context deadline exceeded",
)
_UPLOAD_ERRORS = (
    "unexpected EOF",
    "context deadline exceeded",
    "manager closed: read tcp 192.168.1.20:28967->{remote}:{port}: read: connection reset by peer",
)
_AUDIT_ERROR = "file does not exist"

# How much longer than a success.
_SLOWER = {"success": 1.0, "canceled": 1.3, "failed": 2.0}

Card = tuple[str, str, int, str, str, str, float, float, str | None, str]


@dataclass(frozen=True)
class Attempt:
    action: str
    status: str
    satellite: str


def kinds(story: Story) -> dict[Attempt, float]:
    """Every kind of attempt with its share of all attempts of this node."""
    traffic = story.traffic
    downloads = traffic.canceled_downloads, traffic.failed_downloads
    uploads = traffic.canceled_uploads, traffic.failed_uploads
    shares = (
        ("GET", traffic.get, downloads),
        ("PUT", traffic.put, uploads),
        ("GET_REPAIR", traffic.get_repair, downloads),
        ("PUT_REPAIR", traffic.put_repair, uploads),
    )
    found = {
        Attempt(action, status, satellite): share * part * rate
        for action, share, (canceled, failed) in shares
        for satellite, part in SATELLITES.items()
        for status, rate in _outcomes(canceled, failed)
    }
    return found | _audits(story)


def card(story: Story, attempt: Attempt, rng: Random) -> tuple[Card, float | None]:
    """A prepared event, in the order of nodes.sql.EVENT_COLUMNS, and its duration before the day's drift."""
    size = AUDIT_SIZE if attempt.action == "GET_AUDIT" else _draw(rng, _SIZES)
    country, latitude, longitude, addresses, _ = rng.choices(_REMOTES, [remote[-1] for remote in _REMOTES])[0]
    address = addresses.format(rng.randint(1, 254))
    fields = (
        attempt.action,
        _stored_status(story, attempt),
        size,
        attempt.satellite,
        address,
        country,
        latitude,
        longitude,
        _reason(attempt, size, address, rng),
        story.name,
    )
    return fields, _duration(story, attempt, size, rng)


def _outcomes(canceled: float, failed: float) -> tuple[tuple[str, float], ...]:
    return ("success", 1 - canceled - failed), ("canceled", canceled), ("failed", failed)


def _audits(story: Story) -> dict[Attempt, float]:
    return {
        Attempt("GET_AUDIT", status, satellite): story.traffic.audit * part * rate
        for satellite, part in SATELLITES.items()
        for status, rate in _outcomes(0.002, story.traffic.failed_audits if satellite == story.weak_satellite else 0.0)
    }


def _draw(rng: Random, weighted: dict[int, float]) -> int:
    return rng.choices(list(weighted), list(weighted.values()))[0]


def _stored_status(story: Story, attempt: Attempt) -> str:
    lost_upload = attempt.status == "canceled" and attempt.action.startswith("PUT")
    return "success" if lost_upload and not story.traffic.cancels_recorded else attempt.status


def _reason(attempt: Attempt, size: int, address: str, rng: Random) -> str | None:
    """The text of the log line. That of a canceled upload gives none."""
    upload = attempt.action.startswith("PUT")
    if attempt.status == "success" or (upload and attempt.status == "canceled"):
        return None
    if attempt.status == "canceled":
        return _UNFINISHED.format(size=size) if rng.random() < 0.2 else _LOST
    if attempt.action == "GET_AUDIT":
        return _AUDIT_ERROR
    text = rng.choice(_UPLOAD_ERRORS if upload else _DOWNLOAD_ERRORS)
    host = f"[{address}]" if ":" in address else address
    return text.format(remote=host, port=rng.randint(1024, 65535))


def _duration(story: Story, attempt: Attempt, size: int, rng: Random) -> float | None:
    known = rng.random() < story.traffic.timed
    noise = rng.lognormvariate(0, story.traffic.spread)
    by_size = 0.5 + 0.5 * size / 1_000_000
    return story.traffic.latency * by_size * _SLOWER[attempt.status] * noise if known else None
