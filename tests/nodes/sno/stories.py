"""What storagenodes of several years answer, made from a few facts: the shapes are those of each version's source."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from nodes.satellites import AP1, EU1, SALTLAKE, US1
from tests.nodes.sno import estimated

TB = 10**12
SATELLITES = {
    US1: "us1.storj.io:7777",
    EU1: "eu1.storj.io:7777",
    AP1: "ap1.storj.io:7777",
    SALTLAKE: "saltlake.tardigrade.io:7777",
}
# Of the satellites, in the order above: parts of what is stored and moved.
PARTS = (0.5, 0.3, 0.15, 0.05)
PRICES = {"EgressBandwidth": 200, "RepairBandwidth": 200, "AuditBandwidth": 200, "DiskSpace": 149}
NODE_ID = "12mDBZLSbcwqgGL7nVXKSbEQhTUxm4uVTyHXgqjRbuUMnf6ALoT"


@dataclass(frozen=True)
class Story:
    """Facts of a node; shapes follow from `version`. Bytes, and scores of 0 to 1.

    `joins` are satellites that it joined at another time, `held_percent` None means as the time of joining says, and
    `is_unsteady` that no day is like another and that today is as far as it is.
    """

    now: datetime
    version: tuple[int, int, int] = (1, 162, 3)
    total: int = 8 * TB
    pieces: int = 5 * TB
    trash: int = TB // 10
    reclaimable: int = TB // 20
    egress: int = 40 * 10**9
    audit_score: float = 1.0
    suspension_score: float = 1.0
    online_score: float = 0.9987
    joined: datetime = datetime(2024, 3, 12, 8, 30, tzinfo=UTC)
    disqualified_on: str = ""
    suspended_on: str = ""
    held_percent: float | None = 0
    node_id: str = NODE_ID
    joins: dict[str, datetime] = field(default_factory=dict)
    is_unsteady: bool = False

    @property
    def has_free_space(self) -> bool:
        """Whether diskSpace tells what is free and what is allocated."""
        return self.version >= (1, 143, 0)

    @property
    def used(self) -> int:
        return self.pieces + self.trash + (self.reclaimable if self.has_free_space else 0)

    def joined_on(self, of: str) -> datetime:
        return self.joins.get(of, self.joined)


def go(moment: datetime) -> str:
    """As Go writes it, with nanoseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "123Z"


def answer(story: Story, path: str, query: str = "") -> object:
    """The JSON of a route; KeyError where a storagenode knows none."""
    route = path.strip("/").split("/")
    match route:
        case ["api", "sno"]:
            return dashboard(story)
        case ["api", "sno", "satellites"]:
            return satellites(story)
        case ["api", "sno", "satellite", of]:
            return satellite(story, of)
        case ["api", "sno", "estimated-payout"]:
            return estimate(story, query.removeprefix("id="))
        case ["api", "heldamount", "held-history"]:
            return held_history(story)
        case ["api", "heldamount", "paystubs", first, last]:
            return paystubs(story, first, last)
    raise KeyError(path)


def dashboard(story: Story) -> dict[str, object]:
    return {
        "nodeID": story.node_id,
        "wallet": "0x" + "0" * 40,
        "walletFeatures": None,
        "satellites": [_listed(story, of, url) for of, url in SATELLITES.items()],
        "diskSpace": _space(story),
        "bandwidth": {"used": 30 * story.egress, "available": 0},
        "lastPinged": go(story.now - timedelta(seconds=40)),
        "version": ".".join(map(str, story.version)),
        "allowedVersion": "1.140.3",
        "upToDate": story.version >= (1, 140, 3),
        "startedAt": go(story.now - timedelta(days=3)),
        "configuredPort": "28967",
        "quicStatus": "OK",
        "lastQuicPingedAt": go(story.now - timedelta(minutes=20)),
    }


def _space(story: Story) -> dict[str, object]:
    if not story.has_free_space:
        return {"used": story.pieces, "available": story.total, "trash": story.trash, "overused": 0}
    return {
        "used": story.used,
        "available": story.total - story.used,
        "overused": 0,
        "allocated": story.total,
        "trash": story.trash,
        "reclaimable": story.reclaimable,
    }


def _listed(story: Story, of: str, url: str) -> dict[str, object]:
    days_ago = story.now - timedelta(days=2)
    listed: dict[str, object] = {
        "id": of,
        "url": url,
        "disqualified": go(days_ago) if of == story.disqualified_on else None,
        "suspended": go(days_ago) if of == story.suspended_on else None,
    }
    if story.version >= (1, 131, 0):
        listed["vettedAt"] = go(story.joined + timedelta(days=30))
    if story.version < (1, 80, 0):
        listed["currentStorageUsed"] = story.pieces // 4
    return listed


def _scores(story: Story, of: str) -> dict[str, object]:
    return {
        "auditScore": story.audit_score,
        "suspensionScore": story.suspension_score,
        "onlineScore": story.online_score,
        "satelliteName": SATELLITES[of],
    }


def satellites(story: Story) -> dict[str, object]:
    return {
        "storageDaily": [],
        "bandwidthDaily": [],
        "storageSummary": 1.5e15,
        "bandwidthSummary": story.egress,
        "egressSummary": story.egress,
        "ingressSummary": 0,
        "earliestJoinedAt": go(story.joined),
        "audits": [_scores(story, of) for of in SATELLITES],
    }


def days_on(story: Story, of: str, until: datetime) -> list[datetime]:
    """The days of a month up to the one in which `until` is, since the node joined the satellite."""
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight.replace(day=day) for day in range(1, until.day + 1)]
    return [day for day in days if day.date() >= story.joined_on(of).date()]


def _activity(story: Story, day: datetime) -> float:
    if not story.is_unsteady:
        return 1.0
    elapsed = min((story.now - day) / timedelta(days=1), 1.0)
    return elapsed * (0.5 + day.day * 7 % 11 / 10)


def satellite(story: Story, of: str) -> dict[str, object]:
    part = PARTS[list(SATELLITES).index(of)]
    told = {
        "id": of,
        "storageDaily": [_day_stored(story, part, day) for day in days_on(story, of, story.now)],
        "bandwidthDaily": [_day_moved(story, part, day) for day in days_on(story, of, story.now)],
        "storageSummary": 24 * story.pieces * part * story.now.day,
        "bandwidthSummary": story.egress,
        "egressSummary": story.egress,
        "ingressSummary": 0,
        "audits": _scores(story, of),
        "priceModel": PRICES,
        "nodeJoinedAt": go(story.joined_on(of)),
    }
    if story.version >= (1, 100, 0):
        told["auditHistory"] = {"score": story.online_score, "windows": _windows(story)}
    if story.version >= (1, 131, 0):
        told["vettedAt"] = go(story.joined + timedelta(days=30))
    return told


def _day_stored(story: Story, part: float, day: datetime) -> dict[str, object]:
    stored: dict[str, object] = {
        "atRestTotal": 24 * story.pieces * part * _activity(story, day),
        "intervalStart": day.isoformat().replace("+00:00", "Z"),
    }
    return (
        stored
        if story.version < (1, 80, 0)
        else stored | {"atRestTotalBytes": story.pieces * part, "intervalInHours": 24}
    )


def _day_moved(story: Story, part: float, day: datetime) -> dict[str, object]:
    usage = int(story.egress * part * _activity(story, day))
    return {
        "egress": {"repair": usage // 10, "audit": 4096 if usage else 0, "usage": usage},
        "ingress": {"repair": usage // 20, "usage": usage // 2},
        "delete": 0,
        "intervalStart": day.isoformat().replace("+00:00", "Z"),
    }


def _windows(story: Story) -> list[dict[str, object]]:
    half_day = story.now.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [half_day - timedelta(hours=12 * back) for back in reversed(range(60))]
    return [{"windowStart": go(start)[:19] + "Z", "totalCount": 20, "onlineCount": 19} for start in starts]


def estimate(story: Story, of: str = "") -> dict[str, object]:
    """Quirks as they are: held is not told of all satellites together, and repair and audit are one figure."""
    last_month = story.now.replace(day=1) - timedelta(days=1)
    current, previous = (_month(story, of, until) for until in (story.now, last_month))
    joined = story.joined_on(of) if of else min(map(story.joined_on, SATELLITES))
    return {
        "currentMonth": current,
        "previousMonth": previous,
        "currentMonthExpectations": estimated.expected(current["payout"], story.now, joined),
    }


def _month(story: Story, of: str, until: datetime) -> dict[str, Any]:
    if not of:
        months = [_month(story, each, until) for each in SATELLITES]
        return {key: sum(month[key] for month in months) for key in months[0]} | {"heldRate": 0}
    part, days = PARTS[list(SATELLITES).index(of)], days_on(story, of, until)
    percent = story.held_percent
    return estimated.payout(
        [_day_stored(story, part, day) for day in days],
        [_day_moved(story, part, day) for day in days],
        PRICES,
        estimated.held_rate(story.joined_on(of), until) if percent is None else percent,
    )


def held_history(story: Story) -> list[dict[str, object]]:
    amounts = {f"holdFor{which}Period": 1_000_000 for which in ("First", "Second", "Third")}
    rest = {"totalHeld": 3_000_000, "totalDisposed": 1_500_000}
    return [
        {"satelliteID": of, "satelliteName": url, **amounts, **rest, "joinedAt": go(story.joined_on(of))}
        for of, url in SATELLITES.items()
    ]


def paystubs(story: Story, first: str, last: str) -> list[dict[str, object]] | None:
    """Of the last three whole months, as far as they are asked for; Go writes an empty list as null."""
    month, found = story.now.replace(day=1), []
    for _ in range(3):
        month = (month - timedelta(days=1)).replace(day=1)
        if first <= f"{month:%Y-%m}" <= last:
            found += [_paystub(story, of, f"{month:%Y-%m}") for of in SATELLITES]
    return found or None


def _paystub(story: Story, of: str, period: str) -> dict[str, object]:
    in_next = datetime.fromisoformat(f"{period}-28T00:00:00+00:00") + timedelta(days=4)
    month = _month(story, of, in_next.replace(day=1) - timedelta(days=1))
    earned = round(10_000 * (month["payout"] + month["held"]))
    kinds = ("AtRest", "Get", "Put", "GetRepair", "PutRepair", "GetAudit")
    return {
        "satelliteId": of,
        "period": period,
        "created": go(story.now),
        "codes": "",
        **{f"usage{kind}": 1_000.5 if kind == "AtRest" else 1_000 for kind in kinds},
        **{f"comp{kind}": earned // 6 for kind in kinds},
        "surgePercent": 0,
        "held": 0,
        "owed": earned,
        "disposed": 0,
        "paid": earned,
        "distributed": earned,
    }
