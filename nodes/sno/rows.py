"""From what a node's API told to rows of the monitor's tables and of ours. Pure, given what was written before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from nodes.fields import from_stored, to_stored
from nodes.models import EarningsEstimate, Payout, Reputation, SnoNode, SnoSatellite, SnoStart, StorageSnapshot
from nodes.sno.answer import Answer
from nodes.sno.shapes import Listed, Month, OnSatellite, Paystub, Space
from nodes.sql.sno import Row, Value

# Scores that stay the same are written again before nodes.soundness.STALE_AFTER makes them old.
SCORES_AGAIN = timedelta(hours=6)
CENTS, MILLIONTHS = 100, 1_000_000  # of a US dollar
# Around the end of a month nobody knows of which one an answer is: clocks differ, and asking takes its time.
UNSURE_OF_MONTH = timedelta(minutes=10)
PAYSTUB_NOTE = "From the node's pay stub."


@dataclass(frozen=True)
class Before:
    """What our tables knew of the node."""

    node: SnoNode | None
    satellites: dict[str, SnoSatellite]


@dataclass(frozen=True)
class Moment:
    """A node and the time at which it was asked."""

    node: str
    at: datetime

    @property
    def stamp(self) -> str:
        return to_stored(self.at)

    @property
    def period(self) -> str:
        return f"{self.at:%Y-%m}"

    @property
    def period_before(self) -> str:
        return f"{self.at.replace(day=1) - timedelta(days=1):%Y-%m}"

    @property
    def is_sure_of_month(self) -> bool:
        return (self.at - UNSURE_OF_MONTH).month == self.at.month == (self.at + UNSURE_OF_MONTH).month

    def is_new_hour(self, written: str | None) -> bool:
        """Whether what was last written at `written` is of another hour than this."""
        return written is None or written[:13] != self.stamp[:13]


def snapshot(moment: Moment, answer: Answer, before: Before) -> StorageSnapshot | None:
    """One an hour, as the monitor writes them."""
    space = answer.dashboard.space if answer.dashboard else None
    if space is None or not moment.is_new_hour(before.node.snapshot if before.node else None):
        return None
    return StorageSnapshot(
        timestamp=moment.at,
        node_name=moment.node,
        total_bytes=space.total,
        used_bytes=space.used,
        available_bytes=space.free,
        trash_bytes=space.trash,
        used_percent=_percent(space.used, space),
        trash_percent=_percent(space.trash, space),
        available_percent=_percent(space.free, space),
    )


def reputation(moment: Moment, of: str, satellite: Row, before: SnoSatellite | None) -> Reputation | None:
    """A row if scores changed, or were last written a while ago. `satellite` is the row of sno_satellites.

    Scores that were not told now are not written again: what is old must look old.
    """
    disqualified, suspended = (satellite.get(key, getattr(before, key, None)) is not None for key in _FLAGS)
    scores = [satellite.get(key) for key in _SCORES]
    flags_before = tuple(getattr(before, key, None) is not None for key in _FLAGS)
    if (disqualified, suspended) == flags_before and (
        all(score is None for score in scores) or _is_written(moment, scores, before)
    ):
        return None
    audit, suspension, online = scores
    # The API gives no counts of audits.
    return Reputation(
        timestamp=moment.at,
        node_name=moment.node,
        satellite=of,
        audit_score=audit,
        suspension_score=suspension,
        online_score=online,
        is_disqualified=int(disqualified),
        is_suspended=int(suspended),
    )


_SCORES = ("audit_score", "suspension_score", "online_score")
_FLAGS = ("disqualified", "suspended")


def _is_written(moment: Moment, scores: list[Value], before: SnoSatellite | None) -> bool:
    """Whether these very scores were, and not long ago."""
    written = from_stored(before.scored) if before else None
    is_fresh = written is not None and moment.at - written < SCORES_AGAIN
    return is_fresh and scores == [getattr(before, key) for key in _SCORES]


@dataclass(frozen=True)
class Estimated:
    """Rows of earnings_estimates, and what to remember of them in sno_satellites."""

    rows: list[EarningsEstimate]
    remembered: dict[str, Value]


def estimates(moment: Moment, of: str, answer: Answer, before: SnoSatellite | None) -> Estimated:
    """This month's once an hour; last month's when it is new or was changed."""
    told, rows = answer.estimates.get(of) if moment.is_sure_of_month else None, []
    remembered: dict[str, Value] = {}
    joined = _joined(answer, of, before)
    if told and told.current and moment.is_new_hour(before.estimated if before else None):
        rows.append(_estimate(moment, of, moment.period, told.current, _age(joined, moment.at)))
        remembered["estimated"] = moment.stamp
    if told and told.previous and (told.previous.byte_hours or told.previous.gross_cents):
        sum_of = f"{moment.period_before} {told.previous}"
        if before is None or before.finalized != sum_of:
            end = moment.at.replace(day=1) - timedelta(days=1)
            row = _estimate(moment, of, moment.period_before, told.previous, _age(joined, end))
            row.is_finalized = 1
            rows.append(row)
            remembered["finalized"] = sum_of
    return Estimated(rows, remembered)


def satellite(moment: Moment, of: str, answer: Answer) -> dict[str, Value]:
    """A row of sno_satellites, with the columns of which something was told."""
    row: dict[str, Value] = {"node": moment.node, "satellite": of}
    listed = {each.satellite: each for each in answer.dashboard.satellites} if answer.dashboard else {}
    row |= _listed(moment, listed.get(of)) | _on_satellite(moment, answer.satellites.get(of), listed.get(of))
    if scores := answer.scores.get(of):
        row |= {"audit_score": scores.audit, "suspension_score": scores.suspension, "online_score": scores.online}
    for held in answer.held:
        if held.satellite == of:
            amounts = {"held_first": held.first, "held_second": held.second, "held_third": held.third}
            row |= amounts | {"held_total": held.total, "held_disposed": held.disposed}
            if row.get("joined") is None and held.joined:
                row["joined"] = to_stored(held.joined)
    return row


def days(moment: Moment, of: str, told: OnSatellite) -> Iterator[dict[str, Value]]:
    for day in told.days:
        yield {"node": moment.node, "satellite": of, **vars(day), "updated": moment.stamp}


def windows(moment: Moment, of: str, told: OnSatellite) -> Iterator[dict[str, Value]]:
    for window in told.windows:
        yield {"node": moment.node, "satellite": of, **vars(window)}


def paystub(moment: Moment, stub: Paystub) -> dict[str, Value]:
    key = {"node": moment.node, "satellite": stub.satellite, "period": stub.period}
    return {**key, **stub.values, "updated": moment.stamp}


def payout(moment: Moment, stub: Paystub) -> Payout | None:
    """What a pay stub says was paid."""
    paid = stub.values["paid"]
    if paid is None:
        return None
    return Payout(
        timestamp=moment.at,
        node_name=moment.node,
        satellite=stub.satellite,
        period=stub.period,
        actual_payout=paid / MILLIONTHS,
        notes=PAYSTUB_NOTE,
    )


def node(moment: Moment, answer: Answer) -> dict[str, Value]:
    """A row of sno_nodes of a node that answered, without what else is remembered of it."""
    row: dict[str, Value] = {"node": moment.node, "answered": moment.stamp, "down_since": None}
    if told := answer.dashboard:
        row |= {
            "node_id": told.node_id,
            "version": told.version,
            "allowed_version": told.allowed_version,
            "up_to_date": None if told.up_to_date is None else int(told.up_to_date),
            "quic_status": told.quic_status,
            "last_quic_ping": told.last_quic_ping,
            "last_ping": told.last_ping,
            "started": told.started,
        }
    if answer.expected_cents is not None:
        row["expected_cents"] = answer.expected_cents
    return row


def start(moment: Moment, answer: Answer, newest: SnoStart | None) -> dict[str, Value] | None:
    """A row of sno_starts, where version or start differ from the newest; what was not told now is as it was."""
    told = answer.dashboard
    if told is None:
        return None
    before = (newest.version, newest.started) if newest else (None, None)
    now = (told.version or before[0], told.started or before[1])
    if now == before or (newest and newest.seen > moment.stamp):
        return None
    return {"node": moment.node, "seen": moment.stamp, "version": now[0], "started": now[1]}


def _listed(moment: Moment, listed: Listed | None) -> dict[str, Value]:
    if listed is None:
        return {}
    return {
        "url": listed.url,
        "vetted": listed.vetted,
        "disqualified": listed.disqualified,
        "suspended": listed.suspended,
        "updated": moment.stamp,
    }


def _on_satellite(moment: Moment, told: OnSatellite | None, listed: Listed | None) -> dict[str, Value]:
    if told is None:
        return {}
    vetted = told.vetted or (listed.vetted if listed else None)
    row: dict[str, Value] = {"vetted": vetted, "answered": moment.stamp}
    if told.joined:
        row["joined"] = to_stored(told.joined)
    if prices := told.prices:
        row |= {f"{what}_price": price for what, price in vars(prices).items()}
    return row


def _percent(part: int | None, space: Space) -> float | None:
    return None if part is None or not space.total else round(100 * part / space.total, 2)


def _joined(answer: Answer, of: str, before: SnoSatellite | None) -> datetime | None:
    told = answer.satellites.get(of)
    return (told.joined if told else None) or (from_stored(before.joined) if before else None)


def _age(joined: datetime | None, at: datetime) -> int | None:
    """The number of the month that a node is in on a satellite, from 1 on; storagenode counts calendar months."""
    return None if joined is None else max(12 * (at.year - joined.year) + at.month - joined.month + 1, 1)


def _estimate(moment: Moment, of: str, period: str, told: Month, age: int | None) -> EarningsEstimate:
    """Gross is before, net after what is held; audits are told together with repair, and stand there."""
    held = told.held_percent / 100
    egress, repair, storage, gross = (
        cents / CENTS
        for cents in (told.egress_cents, told.repair_and_audit_cents, told.storage_cents, told.gross_cents)
    )
    return EarningsEstimate(
        timestamp=moment.at,
        node_name=moment.node,
        satellite=of,
        period=period,
        egress_bytes=told.egress,
        egress_earnings_gross=egress,
        egress_earnings_net=egress * (1 - held),
        storage_bytes_hour=told.byte_hours,
        storage_earnings_gross=storage,
        storage_earnings_net=storage * (1 - held),
        repair_bytes=told.repair_and_audit,
        repair_earnings_gross=repair,
        repair_earnings_net=repair * (1 - held),
        audit_bytes=0,
        audit_earnings_gross=0.0,
        audit_earnings_net=0.0,
        total_earnings_gross=gross,
        total_earnings_net=gross - told.held_cents / CENTS,
        held_amount=told.held_cents / CENTS,
        node_age_months=age,
        held_percentage=held,
    )
