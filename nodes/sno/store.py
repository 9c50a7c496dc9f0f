"""Writes what a node's API told: a whole answer in one short transaction.

Into the monitor's tables only new rows go, and the pay stubs' own payouts are brought up to date. The monitor may
write rows of the same node beside them: that does no harm, as of scores, space and estimates the latest row counts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connections, models, transaction

from nodes import catalog
from nodes.errors import explained
from nodes.fields import to_stored
from nodes.models import (
    EarningsEstimate,
    IntakeState,
    Payout,
    Reputation,
    SnoAuditWindow,
    SnoDay,
    SnoNode,
    SnoPaystub,
    SnoSatellite,
    SnoStart,
    StorageSnapshot,
)
from nodes.own_tables import OWN_TABLES
from nodes.reading import reading
from nodes.router import EVENTS
from nodes.sno import rows
from nodes.sno.answer import Answer
from nodes.sno.rows import Before, Moment
from nodes.sno.shapes import Paystub
from nodes.sno.signals import first_answer
from nodes.sql.sno import Row, Value, put

KIND = "api"  # of intake_states
MOST_STARTS = 300  # kept of a node: years of updates and restarts, or a day of one that starts over and over

_TABLES = {table.name: table for table in OWN_TABLES}
_MODELS: tuple[type[models.Model], ...] = (
    StorageSnapshot,
    Reputation,
    EarningsEstimate,
    Payout,
    SnoNode,
    SnoSatellite,
    SnoDay,
    SnoAuditWindow,
    SnoPaystub,
    SnoStart,
    IntakeState,
)


def store(node: str, answer: Answer, at: datetime, trouble: str = "") -> None:
    """`trouble` is about what did not answer, although something did. Raises EventsUnavailable: nothing is written."""
    moment = Moment(node, at)
    trouble = " ".join(filter(None, (trouble, answer.unreadable)))
    with explained(writing=True), transaction.atomic(using=EVENTS):
        before = _before(node)
        remembered = _store_snapshot(moment, answer, before)
        _store_satellites(moment, answer, before)
        _store_start(moment, answer)
        _store_paystubs(moment, answer.paystubs)
        _put("sno_nodes", [rows.node(moment, answer) | remembered | {"trouble": trouble or None}])
        _put_state(moment, trouble, answered=True)
    if before.node is None or before.node.answered is None:
        first_answer.send(sender=SnoNode, node=node)


def store_silence(node: str, at: datetime, trouble: str) -> None:
    """The API did not answer: keeps since when, and why. Raises EventsUnavailable."""
    moment = Moment(node, at)
    with explained(writing=True), transaction.atomic(using=EVENTS):
        row = {"node": node, "down_since": moment.stamp, "trouble": trouble}
        _put("sno_nodes", [row], keep=["down_since"])
        _put_state(moment, trouble, answered=False)


def forget_silence(asked: Collection[str]) -> None:
    """Of nodes that are asked no more, nothing may say for ever that they do not answer. Raises EventsUnavailable."""
    with reading() as connection:  # opening for writing leaves traces, and there is hardly ever anything to write
        if not catalog.has_tables(connection, [SnoNode._meta.db_table, IntakeState._meta.db_table]):
            return
        silent = SnoNode.objects.using(connection.alias).filter(down_since__isnull=False).values_list("node", flat=True)
        left = sorted(set(silent) - set(asked))
    if left:
        with explained(writing=True), transaction.atomic(using=EVENTS):
            of_left = SnoNode.objects.using(EVENTS).filter(node__in=left)
            of_left.filter(answered__isnull=True).delete()
            of_left.update(down_since=None, trouble=None)
            IntakeState.objects.using(EVENTS).filter(kind=KIND, node__in=left).delete()


def _before(node: str) -> Before:
    satellites = {row.satellite: row for row in SnoSatellite.objects.using(EVENTS).filter(node=node)}
    return Before(SnoNode.objects.using(EVENTS).filter(pk=node).first(), satellites)


def _store_snapshot(moment: Moment, answer: Answer, before: Before) -> dict[str, Value]:
    """Returns what to remember in sno_nodes."""
    snapshot = rows.snapshot(moment, answer, before)
    if snapshot is None:
        return {}
    _add(StorageSnapshot, [snapshot])
    return {"snapshot": moment.stamp}


def _store_satellites(moment: Moment, answer: Answer, before: Before) -> None:
    satellites, scores, estimates = [], [], []
    for of in answer.satellite_ids:
        known, row = before.satellites.get(of), rows.satellite(moment, of, answer)
        if score := rows.reputation(moment, of, row, known):
            scores.append(score)
            row["scored"] = moment.stamp
        estimated = rows.estimates(moment, of, answer, known)
        estimates.extend(estimated.rows)
        satellites.append(row | estimated.remembered)
    _add(Reputation, scores)
    _add(EarningsEstimate, estimates)
    _put("sno_satellites", satellites)
    told = answer.satellites.items()
    days = [row for of, on in told for row in rows.days(moment, of, on)]
    _put("sno_days", days, idle=["updated"])
    windows = [row for of, on in told for row in rows.windows(moment, of, on)]
    _put("sno_audit_windows", windows)


def _store_start(moment: Moment, answer: Answer) -> None:
    """A row when the process or its version is another than was told before; the oldest of too many are dropped."""
    of_node = SnoStart.objects.using(EVENTS).filter(node=moment.node).order_by("-seen")
    # A row from far ahead is of a clock that was wrong once: it must not keep all that follows from being written.
    ahead = to_stored(moment.at + timedelta(days=1))
    row = rows.start(moment, answer, of_node.filter(seen__lt=ahead).first())
    if row is None:
        return
    _put("sno_starts", [row])
    if dropped := of_node.values_list("seen", flat=True)[MOST_STARTS : MOST_STARTS + 1]:
        of_node.filter(seen__lte=dropped[0]).delete()


def _store_paystubs(moment: Moment, stubs: Iterable[Paystub]) -> None:
    known = {(row.satellite, row.period): row for row in SnoPaystub.objects.using(EVENTS).filter(node=moment.node)}
    changed = [stub for stub in stubs if _differs(known.get((stub.satellite, stub.period)), stub)]
    _put("sno_paystubs", [rows.paystub(moment, stub) for stub in changed])
    _store_payouts(moment, changed)


def _differs(known: SnoPaystub | None, stub: Paystub) -> bool:
    return known is None or any(getattr(known, name) != value for name, value in stub.values.items())


def _store_payouts(moment: Moment, changed: Sequence[Paystub]) -> None:
    """One of each satellite and month: what another program or the operator entered stays as it is."""
    of_node = Payout.objects.using(EVENTS).filter(node_name=moment.node)
    known = {(row.satellite, row.period): row for row in of_node} if changed else {}
    new = []
    for payout in filter(None, (rows.payout(moment, stub) for stub in changed)):
        entered = known.get((payout.satellite, payout.period))
        if entered is None:
            new.append(payout)
        elif entered.notes == rows.PAYSTUB_NOTE:
            of_node.filter(pk=entered.pk).update(actual_payout=payout.actual_payout, timestamp=payout.timestamp)
    _add(Payout, new)


def _put_state(moment: Moment, trouble: str, answered: bool) -> None:
    row: dict[str, Value] = {"node": moment.node, "kind": KIND, "updated": moment.stamp, "trouble": trouble or None}
    row["trouble_since"] = moment.stamp if trouble else None
    if answered:
        row["last_seen"] = moment.stamp
    _put("intake_states", [row], keep=["trouble_since"] if trouble else [])


def _put(table: str, given: Iterable[Row], keep: Sequence[str] = (), idle: Sequence[str] = ()) -> None:
    """Rows with different columns are different statements."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in given:
        groups[tuple(row)].append(row)
    for group in groups.values():
        put(connections[EVENTS], _TABLES[table], group, keep, idle)


def _add(model: type[models.Model], new: Sequence[models.Model]) -> None:
    model._base_manager.using(EVENTS).bulk_create(new)
