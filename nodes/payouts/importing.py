"""What a file of payouts would change in payout_history, and doing it: all of it in one transaction, or nothing.

The rows are as the monitor writes them: beside what was paid the latest estimate of the same node, satellite and
month after what is held back, and the difference. A row that is there, whoever wrote it, is brought up to date where
its amount differs by a cent or more, and keeps the rest; what is in it to fractions of a cent stays.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from django.db import DatabaseError, connections, transaction

from nodes.errors import explained
from nodes.known import known_names
from nodes.models import Node, Payout
from nodes.payouts.lines import Parsed, PayoutLine, parsed
from nodes.payouts.signals import payouts_imported
from nodes.readiness import refuse_unready
from nodes.reading import reading
from nodes.router import EVENTS, READONLY
from nodes.sno.rows import PAYSTUB_NOTE
from nodes.soundness import is_number
from nodes.sql import FAR_AHEAD, PerSatellite, latest_per_period
from nodes.sql.payouts import lock_payouts

NOTE = "Imported."
CENT = Decimal("0.01")
BATCH = 500
_WRITTEN = ("timestamp", "actual_payout", "estimated_payout", "variance", "variance_percent", "notes")

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Change:
    """`before` is what the row has, None where that is no amount."""

    line: PayoutLine
    before: Decimal | None
    row: Payout


@dataclass
class Plan:
    """What a file is about: payouts that are new, differ from what is stored, or are the `same`, lines told twice
    included."""

    new: list[PayoutLine] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: int = 0

    @property
    def changes_nothing(self) -> bool:
        return not (self.new or self.changed)


def read_lines(content: bytes | str, now: datetime | None = None) -> Parsed:
    """Raises EventsUnavailable."""
    return parsed(content, _nodes(), (now or datetime.now(UTC)).date())


def preview(found: Parsed) -> Plan:
    """Writes nothing. Raises EventsUnavailable."""
    with reading():
        return _plan(found, READONLY)


def write(found: Parsed, now: datetime | None = None) -> Plan:
    """What was written. Raises EventsUnavailable: then nothing was."""
    refuse_unready()
    with explained(writing=True), transaction.atomic(using=EVENTS):
        lock_payouts(connections[EVENTS])
        plan = _plan(found, EVENTS)
        _store(plan, now or datetime.now(UTC))
    payouts_imported.send(sender=Payout, nodes={line.node for line in found.lines})
    return plan


def _nodes() -> set[str]:
    """Payouts can be of nodes of which the events know nothing any more."""
    known = set(known_names())
    try:
        return known.union(Node.objects.values_list("name", flat=True))
    except DatabaseError:  # without the site's own database those of the events are all
        return known


def _plan(found: Parsed, alias: str) -> Plan:
    plan, stored = Plan(same=found.repeated), _stored(found.lines, alias)
    for line in found.lines:
        row = stored.get(line.key)
        if row is None:
            plan.new.append(line)
        elif (before := _cents(row.actual_payout)) != line.amount:
            plan.changed.append(Change(line, before, row))
        else:
            plan.same += 1
    return plan


def _stored(lines: Sequence[PayoutLine], alias: str) -> dict[Key, Payout]:
    """The latest row of each key."""
    within = {"node_name__in": {line.node for line in lines}, "period__in": {line.period for line in lines}}
    rows = Payout.objects.using(alias).filter(**within).order_by("timestamp", "id") if lines else []
    return {(row.node_name, row.period, row.satellite): row for row in rows}


def _store(plan: Plan, now: datetime) -> None:
    lines = [*plan.new, *(change.line for change in plan.changed)]
    estimated = _estimates(lines)
    rows = Payout.objects.using(EVENTS)
    rows.bulk_create([_filled(_row(line), line, estimated, now) for line in plan.new], BATCH)
    changed = [_filled(change.row, change.line, estimated, now) for change in plan.changed]
    rows.bulk_update(changed, _WRITTEN, BATCH)


def _row(line: PayoutLine) -> Payout:
    return Payout(node_name=line.node, period=line.period, satellite=line.satellite)


def _filled(row: Payout, line: PayoutLine, estimated: Mapping[Key, Decimal], now: datetime) -> Payout:
    expected = Decimal(str(row.estimated_payout)) if is_number(row.estimated_payout) else estimated.get(line.key)
    row.timestamp, row.actual_payout = now, float(line.amount)
    row.estimated_payout = row.variance = row.variance_percent = None
    if expected is not None:
        variance = line.amount - expected
        row.estimated_payout, row.variance = float(expected), float(variance)
        row.variance_percent = float(100 * variance / expected) if expected else None
    # A pay stub that comes later must not undo it.
    row.notes = NOTE if row.notes in (None, "", PAYSTUB_NOTE) else row.notes
    return row


def _estimates(lines: Collection[PayoutLine]) -> dict[Key, Decimal]:
    """What the latest estimates leave after what is held back, where both are known."""
    names, periods = {line.node for line in lines}, {line.period for line in lines}
    wanted = PerSatellite("earnings_estimates", ("total_earnings_gross", "held_amount"))
    until = dict.fromkeys(sorted(periods), f"{FAR_AHEAD}00:00:00+00:00")
    found = {}
    for name, period, satellite, _, gross, held in latest_per_period(connections[EVENTS], wanted, sorted(names), until):
        if is_number(gross) and is_number(held):
            found[name, period, satellite] = Decimal(str(gross)) - Decimal(str(held))
    return found


def _cents(amount: Any) -> Decimal | None:
    return Decimal(str(amount)).quantize(CENT, ROUND_HALF_EVEN) if is_number(amount) else None
