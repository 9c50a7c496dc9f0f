"""From the JSON of each route of a storagenode's API to values of ours. Pure; what cannot be read is counted."""

import re
from collections.abc import Iterable

from nodes.satellites import satellite_of
from nodes.sno.fields import MOST, Faults, Fields, objects
from nodes.sno.schema import STUB_VALUES
from nodes.sno.shapes import (
    Dashboard,
    Day,
    Estimate,
    Held,
    Listed,
    Month,
    OnSatellite,
    Paystub,
    Prices,
    Scores,
    Space,
    Window,
)

HOURS_A_MONTH = 720  # in every Storj statement
MOST_AUDITS = 10**9  # of a window; those of a month are summed up
_PERIOD = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def dashboard(answer: object, faults: Faults) -> Dashboard:
    """/api/sno/"""
    told = Fields.of(answer, "", faults)
    return Dashboard(
        node_id=told.text("nodeID"),
        version=told.text("version"),
        allowed_version=told.text("allowedVersion"),
        up_to_date=told.flag("upToDate"),
        quic_status=told.text("quicStatus"),
        last_quic_ping=told.stamp("lastQuicPingedAt"),
        last_ping=told.stamp("lastPinged"),
        started=told.stamp("startedAt"),
        space=_space(told.at("diskSpace")),
        satellites=tuple(_unique(_listed(told.each("satellites")))),
    )


def satellite(answer: object, faults: Faults) -> OnSatellite:
    """/api/sno/satellite/ID"""
    told = Fields.of(answer, "satellite", faults)
    return OnSatellite(
        joined=told.moment("nodeJoinedAt"),
        vetted=told.stamp("vettedAt"),
        scores=_scores(told.at("audits")),
        prices=_prices(told.at("priceModel")),
        windows=tuple({window.start: window for window in _windows(told.at("auditHistory"))}.values()),
        days=_days(told),
    )


def scores_by_url(answer: object, faults: Faults) -> dict[str, Scores]:
    """/api/sno/satellites, which tells scores by the name of a satellite (us1.storj.io:7777) and not by its id."""
    told = Fields.of(answer, "satellites", faults)
    found = ((each.text("satelliteName"), _scores(each)) for each in told.each("audits"))
    return {name: scores for name, scores in found if name and scores}


def estimate(answer: object, faults: Faults) -> Estimate:
    """/api/sno/estimated-payout, of all satellites or with ?id= of one."""
    told = Fields.of(answer, "estimated-payout", faults)
    current, previous = (_month(told.at(key)) for key in ("currentMonth", "previousMonth"))
    return Estimate(current, previous, told.whole("currentMonthExpectations"))


def paystubs(answer: object, faults: Faults) -> tuple[Paystub, ...]:
    """/api/heldamount/paystubs/START/END; of the same satellite and month the last counts."""
    found = {}
    for told in objects(answer, "paystubs", faults):
        key = _id(told, "satelliteId"), told.text("period")
        if key[0] and key[1]:
            found[key] = Paystub(key[0], key[1][:7], {name: told.whole(_camel(name), -MOST) for name in STUB_VALUES})
    return tuple(found.values())


def held_history(answer: object, faults: Faults) -> tuple[Held, ...]:
    """/api/heldamount/held-history"""
    found = {}
    for told in objects(answer, "held-history", faults):
        if of := _id(told, "satelliteID"):
            found[of] = Held(
                of,
                first=told.whole("holdForFirstPeriod"),
                second=told.whole("holdForSecondPeriod"),
                third=told.whole("holdForThirdPeriod"),
                total=told.whole("totalHeld"),
                disposed=told.whole("totalDisposed"),
                joined=told.moment("joinedAt"),
            )
    return tuple(found.values())


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _space(told: Fields) -> Space | None:
    """On both sides of storagenode v1.143, from which on there are `allocated` and `reclaimable`.

    Before it `available` is what is allocated, and `used` is without trash; from it on `available` is what is free
    of the allocated, and `used` is all that is occupied: pieces, trash and reclaimable.
    """
    used, available, trash = told.whole("used"), told.whole("available"), told.whole("trash")
    if used is None or available is None:
        return None
    if told.has("allocated") or told.has("reclaimable"):
        total = told.whole("allocated")
        return Space(used + available if total is None else total, used, available, trash)
    occupied = used + (trash or 0)
    return Space(available, occupied, max(available - occupied, 0), trash)


def _listed(each: Iterable[Fields]) -> Iterable[Listed]:
    for told in each:
        if of := _id(told, "id"):
            times = [told.stamp(key) for key in ("disqualified", "suspended", "vettedAt")]
            yield Listed(of, told.text("url"), *times)


def _unique(listed: Iterable[Listed]) -> Iterable[Listed]:
    return {each.satellite: each for each in listed}.values()


def _id(told: Fields, key: str) -> str:
    """A row needs its satellite; without one it is a fault."""
    of = satellite_of(told.text(key))
    if not of:
        told.faults.add(f"{told.path}.{key}")
    return of


def _scores(told: Fields) -> Scores | None:
    """They are told from 0 to 1."""
    values = [told.number(key) for key in ("auditScore", "suspensionScore", "onlineScore")]
    shares = [None if value is None or value > 1 else 100 * value for value in values]
    if any(value is not None and value > 1 for value in values):
        told.faults.add(told.path)
    return None if all(share is None for share in shares) else Scores(*shares)


def _prices(told: Fields) -> Prices | None:
    keys = ("EgressBandwidth", "RepairBandwidth", "AuditBandwidth", "DiskSpace")
    values = [told.whole(key) for key in keys]
    return None if all(value is None for value in values) else Prices(*values)


def _windows(told: Fields) -> Iterable[Window]:
    for each in told.each("windows"):
        start = each.stamp("windowStart")
        total, online = (each.whole(key, most=MOST_AUDITS) for key in ("totalCount", "onlineCount"))
        if start is not None and total is not None and online is not None:
            yield Window(start, total, online)


def _days(told: Fields) -> tuple[Day, ...]:
    """Storage and traffic of the same day together, oldest first; of a day that is told twice the last counts."""
    days: dict[str, dict[str, int | None]] = {}
    for key, values_of in (("storageDaily", _stored), ("bandwidthDaily", _moved)):
        for each in told.each(key):
            start = each.stamp("intervalStart")
            if start is not None:
                days.setdefault(start[:10], {}).update(values_of(each))
    return tuple(Day(day, **days[day]) for day in sorted(days))


def _stored(told: Fields) -> dict[str, int | None]:
    return {"byte_hours": told.whole("atRestTotal"), "mean_bytes": told.whole("atRestTotalBytes")}


def _moved(told: Fields) -> dict[str, int | None]:
    egress, ingress = told.at("egress"), told.at("ingress")
    return {
        "egress": egress.whole("usage"),
        "repair_egress": egress.whole("repair"),
        "audit_egress": egress.whole("audit"),
        "ingress": ingress.whole("usage"),
        "repair_ingress": ingress.whole("repair"),
        "deleted": told.whole("delete"),
    }


def _month(told: Fields) -> Month | None:
    """None unless all money is there: a part would look like a fall of earnings."""
    cents = [told.number(f"{key}Payout") for key in ("egressBandwidth", "egressRepairAudit", "diskSpace")]
    amounts = (
        told.whole("egressBandwidth"),
        told.whole("egressRepairAudit"),
        told.number("diskSpace", most=MOST / HOURS_A_MONTH),
    )
    held, percent = told.number("held"), told.number("heldRate")
    egress_cents, repair_cents, storage_cents = cents
    egress, repair, byte_months = amounts
    if egress_cents is None or repair_cents is None or storage_cents is None or held is None:
        return None
    if egress is None or repair is None or byte_months is None:
        return None
    byte_hours = round(byte_months * HOURS_A_MONTH)
    return Month(egress, egress_cents, repair, repair_cents, byte_hours, storage_cents, held, percent or 0.0)
