"""The window before is as long as the one that it is compared with."""

from datetime import UTC, datetime, timedelta

import pytest

from comparison.change.engine import with_beside
from comparison.change.request import Beside
from comparison.engine import compare
from comparison.money.month import a_month_before
from comparison.request import ComparisonRequest
from nodes.models import Event
from nodes.rollups.roll import rollup_once
from tests.comparison.conftest import AS_OF

NAMES = ("attic", "quiet")


def moment(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("end", "before"),
    [
        (moment(11, 23, 12), moment(10, 23, 12)),
        (moment(11, 1), moment(10, 1)),  # the whole of October, and of September
        (moment(1, 1), moment(12, 1).replace(year=2025)),
        (moment(3, 31), moment(3, 1)),  # February has no such day
    ],
)
def test_a_month_before_is_as_far_into_it(end: datetime, before: datetime) -> None:
    assert a_month_before(end) == before


def test_a_window_that_begins_with_a_full_hour_is_compared_with_one_as_long(three_nodes: list[str]) -> None:
    Event.objects.bulk_create(Event(node_name="attic", timestamp=AS_OF - timedelta(hours=back)) for back in range(9))
    rollup_once()
    request = ComparisonRequest(NAMES, "performance", 1, AS_OF - timedelta(minutes=1))
    result = with_beside(compare(request), request, Beside(previous=True))
    now, before = (
        datetime.fromisoformat(window["end"]) - datetime.fromisoformat(window["start"])
        for window in (result["window"], result["previous"]["window"])
    )
    assert (now, before) == (timedelta(minutes=119), timedelta(hours=2))
    assert result["previous"]["window"]["end"] == result["window"]["start"]


def test_earnings_are_compared_with_the_month_before_up_to_the_same_day(three_nodes: list[str]) -> None:
    request = ComparisonRequest(NAMES, "earnings", 24, AS_OF)
    result = with_beside(compare(request), request, Beside(previous=True))
    assert result["previous"]["window"] == {
        "start": "2026-10-01T00:00:00+00:00",
        "end": AS_OF.replace(month=10).isoformat(),
    }
