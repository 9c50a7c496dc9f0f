"""What was really paid, by month: from payout_history, which the monitor, pay stubs and imports fill."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from django.db.backends.base.base import BaseDatabaseWrapper

from comparison.money.month import Month
from nodes.catalog import has_tables
from nodes.models import Payout
from nodes.soundness import is_number


def paid_by_month(
    connection: BaseDatabaseWrapper, names: Sequence[str], since: Month, before: Month
) -> dict[str, dict[Month, Fraction]]:
    """US dollars of all satellites by node, of the months in [since, before) of which a payout is known.

    Of several rows of a node, satellite and month the latest counts.
    """
    if not names or since >= before or not has_tables(connection, [Payout._meta.db_table]):
        return {}
    rows = Payout.objects.using(connection.alias).filter(
        node_name__in=names, period__gte=str(since), period__lt=str(before)
    )
    latest: dict[tuple[str, str, str], object] = {}
    for *key, amount in rows.order_by("timestamp", "id").values_list(
        "node_name", "period", "satellite", "actual_payout"
    ):
        latest[key[0], key[1], key[2]] = amount
    return _summed(latest)


def _summed(latest: Mapping[tuple[str, str, str], object]) -> dict[str, dict[Month, Fraction]]:
    found: dict[str, dict[Month, Fraction]] = {}
    for (name, period, _), amount in latest.items():
        month = Month.parse(period)
        if month and is_number(amount):
            of_node = found.setdefault(name, {})
            # str() first: the shortest text of the stored float is the amount that was meant.
            of_node[month] = of_node.get(month, Fraction(0)) + Fraction(Decimal(str(amount)))
    return found
