"""Whether a node's lost races are recorded, where the window has too few uploads to tell."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from comparison.engine import compute
from comparison.request import ComparisonRequest
from nodes.rollups.roll import rollup_once
from tests.nodes.rollups import tables
from tests.nodes.rollups.lifelike import event
from tests.nodes.rollups.oracle import Row

AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
NAMES = ("silent", "other")


def uploads(ago: timedelta, count: int, status: str = "success", name: str = "silent") -> Iterator[Row]:
    for _ in range(count):
        moment = (AS_OF - ago).isoformat()
        yield event(0, timestamp=moment, action="PUT", status=status, node_name=name)


def are_recorded(*rows: Iterator[Row]) -> bool:
    """For the silent node, by a comparison of six hours."""
    counted: Sequence[Row] = [row for some in (*rows, uploads(HOUR, 1, name="other")) for row in some]
    tables.insert([row | {"id": number} for number, row in enumerate(counted, start=1)])
    while rollup_once().behind:
        pass
    silent, _ = compute(ComparisonRequest(NAMES, "performance", 6, AS_OF)).nodes
    return bool(silent.basis.groups["uploads"]["cancels_recorded"])


@pytest.mark.usefixtures("databases")
class TestShortWindow:
    def test_a_node_that_never_lost_a_race_in_the_week_before_does_not_record_them(self) -> None:
        few, many = uploads(HOUR, 20), uploads(2 * DAY, 1000)
        assert not are_recorded(few, many)

    def test_one_that_lost_some_in_the_week_before_does(self) -> None:
        few, many = uploads(HOUR, 20), uploads(2 * DAY, 1000)
        assert are_recorded(few, many, uploads(5 * DAY, 1, "canceled"))

    def test_one_that_loses_some_in_the_window_does_whatever_was_before(self) -> None:
        few, lost = uploads(HOUR, 20), uploads(HOUR, 1, "canceled")
        assert are_recorded(few, lost, uploads(2 * DAY, 1000))

    def test_uploads_of_the_window_and_before_are_judged_together(self) -> None:
        few, before = uploads(HOUR, 400), uploads(DAY, 600)
        assert not are_recorded(few, before)

    def test_one_with_few_uploads_before_too_is_taken_at_its_word(self) -> None:
        few, before = uploads(HOUR, 20), uploads(DAY, 900)
        assert are_recorded(few, before)

    def test_one_without_uploads_in_the_window_has_nothing_to_be_said_of(self) -> None:
        assert are_recorded(uploads(DAY, 1000))

    def test_what_is_later_than_the_window_tells_nothing(self) -> None:
        few, later = uploads(HOUR, 20), uploads(-DAY, 1000)
        assert are_recorded(few, later)

    def test_what_is_longer_ago_than_a_week_tells_nothing(self) -> None:
        few, long_ago = uploads(HOUR, 20), uploads(2 * WEEK, 1000)
        assert are_recorded(few, long_ago)
