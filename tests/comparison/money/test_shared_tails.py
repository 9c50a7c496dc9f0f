"""A comparison of type overall reads the uncounted events once, for traffic and for earnings.

Where these want different ones, at the edges of month, hour and limit, the earnings are those of the naive computation.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings

from comparison.behind import is_read_at_once, progress
from comparison.engine import compute
from comparison.metrics import EARNINGS, OVERALL
from comparison.request import ComparisonRequest
from comparison.result import Comparison
from nodes.models import Event
from nodes.reading import reading
from nodes.rollups.roll import rollup_once
from nodes.satellites import US1
from tests.comparison.money.month import AS_OF, DAY, HOUR, START, TB
from tests.comparison.money_oracle import Money
from tests.comparison.oracle import Row
from tests.comparison.tables import replace_tables

pytestmark = pytest.mark.usefixtures("databases")

NAMES = ("attic", "cellar", "shed")
MOMENT = timedelta(microseconds=1)
LAST_MONTH = START - 2 * DAY
FEW = 4  # events that are read of a node


def downloads(name: str, *times: datetime, first_id: int = 1) -> list[Row]:
    """Of a TB each, which brings two dollars: none can be missing unnoticed."""
    sound = {"action": "GET", "status": "success", "size": TB, "satellite_id": US1, "node_name": name}
    return [
        {"id": number, "timestamp": at.isoformat(), "duration_ms": 100, "error_reason": None} | sound
        for number, at in enumerate(times, start=first_id)
    ]


def written(counted: Sequence[Row], tail: Sequence[Row]) -> list[Row]:
    """All rows, of which the first ones are in the roll-ups."""
    rows = [row | {"id": number} for number, row in enumerate([*counted, *tail], start=1)]
    replace_tables({"events": rows})
    assert rollup_once(len(counted)).watermark == len(counted)
    return rows


def check(rows: list[Row], counted: int, as_of: datetime, limit: int = 10_000) -> Comparison:
    """Of both types; returns that of type overall."""
    with reading() as connection:
        assert is_read_at_once(NAMES, progress(connection))
    found = {type: compute(ComparisonRequest(NAMES, type, 24, as_of)) for type in (OVERALL, EARNINGS)}
    for result in found.values():
        for node in result.nodes:
            assert node.error is None
            money = Money({"events": rows}, node.name, result.end, limit, counted, together=len(NAMES))
            right = money.values.get("total_earnings")
            assert node.metrics["total_earnings"] == (None if right is None else pytest.approx(float(right)))
    return found[OVERALL]


def test_a_node_with_too_many_in_the_month_and_not_in_the_window_earns_nothing_for_traffic(
    settings: LazySettings,
) -> None:
    settings.MAX_EVENTS_FOR_COMPARISON = FEW
    early = [START + (1 + number) * DAY for number in range(FEW)]
    counted = downloads("attic", LAST_MONTH)
    rows = written(counted, [*downloads("attic", *early, AS_OF - HOUR), *downloads("cellar", *early)])
    attic, cellar, _ = check(rows, len(counted), AS_OF, FEW).nodes
    assert attic.basis.events == 1
    assert cellar.metrics["total_earnings"] == 2 * FEW
    assert attic.metrics["total_earnings"] is None


def test_a_node_with_just_as_many_as_are_read_in_the_month_earns_for_all(settings: LazySettings) -> None:
    settings.MAX_EVENTS_FOR_COMPARISON = FEW
    counted = downloads("attic", START + HOUR)
    rows = written(counted, downloads("attic", *(AS_OF - (1 + number) * 7 * HOUR for number in range(FEW))))
    attic, *_ = check(rows, len(counted), AS_OF, FEW).nodes
    assert attic.metrics["total_earnings"] == 2 * (FEW + 1)


def test_events_before_the_month_are_of_another() -> None:
    counted = downloads("attic", LAST_MONTH, START + DAY)
    rows = written(counted, downloads("attic", LAST_MONTH + HOUR, START - MOMENT, AS_OF - DAY))
    attic, *_ = check(rows, len(counted), AS_OF).nodes
    assert attic.metrics["total_earnings"] == 4


@pytest.mark.parametrize("after", [MOMENT, HOUR - MOMENT, HOUR, HOUR + 30 * timedelta(minutes=1)])
def test_in_the_first_hours_of_a_month_the_window_reaches_back_and_the_earnings_do_not(after: timedelta) -> None:
    counted = downloads("attic", START - 5 * HOUR, START)
    tail = downloads("attic", START - HOUR, START - MOMENT, START, START + HOUR - MOMENT, START + HOUR)
    rows = written(counted, tail)
    attic, *_ = check(rows, len(counted), START + after).nodes
    assert attic.basis.events > 2


def test_where_the_last_hour_is_pruned_the_earnings_end_with_the_window() -> None:
    noon = AS_OF.replace(hour=12)
    counted = downloads("attic", START + DAY, noon - HOUR, noon + timedelta(minutes=10), noon + timedelta(minutes=45))
    rows = written(counted, downloads("attic", noon - 2 * HOUR, noon - MOMENT, noon + timedelta(minutes=20)))
    Event.objects.using("events").filter(id__in=[3, 4]).delete()
    result = check(rows, len(counted), noon + timedelta(minutes=30))
    assert result.end == noon
    assert result.nodes[0].metrics["total_earnings"] == 8
