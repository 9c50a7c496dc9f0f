"""What the intake knows of a log beside its events."""

from datetime import timedelta

import pytest

from comparison.basis import caveat
from comparison.engine import compute
from comparison.export import csv_text
from comparison.request import SAMPLE, ComparisonRequest
from comparison.result import NodeResult
from nodes.models import Event
from nodes.satellites import EU1
from tests.comparison.conftest import AS_OF, NAMES, request_for
from tests.comparison.told_rows import coarse, ours, skipped, unended

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def node(type_: str = "performance") -> NodeResult:
    return compute(request_for(type=type_)).nodes[0]


def checked(number: int, reason: str | None = None, action: str = "GET_AUDIT") -> None:
    """Audits or repair downloads; failed, where there is a reason."""
    Event.objects.bulk_create(
        Event(
            timestamp=AS_OF - MINUTE * (index + 1),
            action=action,
            status="success" if reason is None else "failed",
            error_reason=reason,
            node_name="attic",
            satellite_id=EU1,
        )
        for index in range(number)
    )


@pytest.mark.parametrize(("durations", "marked"), [(0, False), (1, True)])
def test_more_than_one_duration_of_whole_seconds_in_a_hundred_is_told_and_not_ranked(
    three_nodes: list[str], durations: int, marked: bool
) -> None:
    ours("attic")
    coarse("attic", AS_OF - HOUR, durations)
    found = node()
    shown = found.as_dict()
    assert ("latency_download_p50_ms" in found.unranked) is marked
    assert ("success_rate_download" in found.unranked) is False
    assert any("whole seconds" in note for note in found.notes) is marked
    assert caveat("latency_download_p50_ms", shown) == ("whole seconds" if marked else "")
    assert found.basis.groups.get("latency") == (
        {"source": "intake_timings", "count": 30, "coarse": 1} if marked else None
    )


def test_durations_of_other_hours_do_not_matter(three_nodes: list[str]) -> None:
    ours("attic")
    coarse("attic", AS_OF - 25 * HOUR, 100)
    coarse("attic", AS_OF + HOUR, 100)
    assert "latency" not in node().basis.groups


def test_latencies_in_whole_seconds_are_marked_in_csv(three_nodes: list[str]) -> None:
    ours("attic")
    coarse("attic", AS_OF - HOUR, 60)
    text = csv_text(compute(request_for()).as_dict())
    assert "Latencies in whole seconds,,,yes,no,no" in text


def test_audits_that_never_ended_are_counted_and_the_newest_named(three_nodes: list[str]) -> None:
    ours("attic")
    for minutes in (10, 20, 30, 40):
        unended("attic", AS_OF - minutes * MINUTE, f"PIECE{minutes}")
    unended("attic", AS_OF - 25 * HOUR)
    unended("attic", AS_OF)
    found = node()
    assert found.metrics["audits_unended"] == 4
    note = next(note for note in found.notes if "never ended" in note)
    assert "2026-11-23 11:50 UTC by us1, piece PIECE10; 2026-11-23 11:40" in note
    assert "PIECE40" not in note


def test_no_audit_without_an_end_is_a_value_where_our_intake_reads_the_log(three_nodes: list[str]) -> None:
    ours("attic")
    values = {each.name: each.metrics["audits_unended"] for each in compute(request_for()).nodes}
    assert values == {"attic": 0, "cellar": None, "shed": None}


def test_lines_that_could_not_be_read_are_told_where_they_came_in_the_window(three_nodes: list[str]) -> None:
    skipped("attic", "no piece id", 1200)
    skipped("attic", "of long ago", 7, updated=AS_OF - 25 * HOUR)
    notes = [note for note in node().notes if "could not be read" in note]
    assert notes == ["1,200 lines of transfers could not be read: no piece id; the status page has an example."]
    assert not any("could not be read" in note for note in node("earnings").notes)


@pytest.mark.parametrize("basis", ["auto", SAMPLE])
def test_pieces_that_were_lost_or_spoiled_are_counted(three_nodes: list[str], basis: str) -> None:
    checked(40)
    checked(2, "file does not exist")
    checked(1, "hash mismatch", "GET_REPAIR")
    checked(3, "write: broken pipe", "GET_REPAIR")
    checked(5, "file does not exist", "GET")
    found = compute(ComparisonRequest(tuple(NAMES), "performance", 24, AS_OF, basis)).nodes[0]
    assert found.metrics["integrity_failures"] == 3


def test_none_is_a_value_where_all_failures_are_known(three_nodes: list[str]) -> None:
    checked(40)
    values = {each.name: each.metrics["integrity_failures"] for each in compute(request_for()).nodes}
    assert values == {"attic": 0, "cellar": None, "shed": None}


def test_a_failure_without_a_reason_leaves_no_value(three_nodes: list[str]) -> None:
    checked(40)
    checked(2, "")
    checked(1, "file does not exist")
    found = node()
    assert found.metrics["integrity_failures"] is None
    assert any("Of 2 failed audits and repair downloads the reason is not known" in note for note in found.notes)
