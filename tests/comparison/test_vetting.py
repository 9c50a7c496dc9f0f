"""Nodes that satellites have not vetted yet."""

from datetime import timedelta

import pytest

from comparison.basis import caveat
from comparison.engine import compute
from comparison.result import NodeResult
from comparison.vetting import version_of
from nodes.models import Reputation
from nodes.satellites import EU1, US1
from tests.comparison.conftest import AS_OF, request_for
from tests.comparison.told_rows import on_satellite, state, windows

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VOLUMES = {"total_operations", "egress_bytes_per_day", "ingress_bytes_per_day"}


def node(name: str = "attic") -> NodeResult:
    return next(each for each in compute(request_for()).nodes if each.name == name)


def unvetted(name: str, **changed: object) -> None:
    on_satellite(name, **{"joined": AS_OF - 10 * DAY, "vetted": None} | changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "audits", "percent"), [(42, 30, 30.0), (2, 300, 9.52), (10.5, 50, 50.0), (30, 0, 0.0), (21, 100, 100.0)]
)
def test_progress_is_the_lesser_of_audits_and_hours(
    three_nodes: list[str], days: float, audits: int, percent: float
) -> None:
    state("attic")
    unvetted("attic", joined=AS_OF - timedelta(days=days))
    windows("attic", [(1, audits // 10)] * 10)
    assert node().metrics["vetting_percent"] == percent


def test_audits_from_before_the_last_thirty_days_count(three_nodes: list[str]) -> None:
    state("attic")
    unvetted("attic", joined=AS_OF - 50 * DAY)
    windows("attic", [(1, 1)] * 80)
    assert node().metrics["vetting_percent"] == 80.0


def test_audits_that_scores_tell_count(three_nodes: list[str]) -> None:
    state("attic")
    unvetted("attic", joined=AS_OF - 50 * DAY)
    Reputation.objects.create(
        node_name="attic", satellite=US1, timestamp=AS_OF - HOUR, audit_score=100.0, audit_total_count=64
    )
    assert node().metrics["vetting_percent"] == 64.0


def test_the_worst_satellite_decides(three_nodes: list[str]) -> None:
    state("attic")
    on_satellite("attic")
    unvetted("attic", satellite=EU1, joined=AS_OF - timedelta(hours=126))
    windows("attic", [(9, 9)] * 20, EU1)
    assert node().metrics["vetting_percent"] == 25.0


@pytest.mark.parametrize(
    ("version", "days", "audits", "vetted"),
    [("1.131.0", 400, 600, False), ("1.130.9", 400, 600, True), (None, 400, 60, None), (None, 10, 600, False)],
)
def test_an_old_storagenode_that_does_not_tell_of_vetting_is_judged_by_what_is_needed(
    three_nodes: list[str], version: str | None, days: int, audits: int, vetted: bool | None
) -> None:
    state("attic", version=version)
    unvetted("attic", joined=AS_OF - days * DAY)
    windows("attic", [(1, audits // 10)] * 10)
    risk = node().risk
    assert risk is not None
    assert risk["satellites"][0]["vetted"] is vetted


def test_it_is_not_ranked_on_its_traffic_and_says_so(three_nodes: list[str]) -> None:
    unvetted("attic")
    found = node()
    assert found.unranked >= VOLUMES
    assert "success_rate_download" not in found.unranked
    assert "latency_download_p50_ms" not in found.unranked
    assert any(note.startswith("Not vetted by us1:") for note in found.notes)
    assert caveat("egress_bytes_per_day", found.as_dict()) == "not vetted"
    assert caveat("success_rate_download", found.as_dict()) == ""
    assert not node("cellar").unranked & VOLUMES


def test_nodes_of_which_none_is_vetted_are_alike(three_nodes: list[str]) -> None:
    for name in three_nodes:
        unvetted(name)
    assert not any(each.unranked & VOLUMES for each in compute(request_for()).nodes)


def test_of_a_satellite_that_disqualified_the_node_vetting_does_not_matter(three_nodes: list[str]) -> None:
    unvetted("attic", disqualified=AS_OF - DAY)
    found = node()
    assert found.metrics["vetting_percent"] is None
    assert not found.unranked & VOLUMES


def test_other_types_say_nothing_of_traffic(three_nodes: list[str]) -> None:
    unvetted("attic")
    found = compute(request_for(type="earnings")).nodes[0]
    assert not any("Not vetted" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "version"),
    [("1.162.3", (1, 162, 3)), ("v1.9", (1, 9, 0)), ("1.131.0-rc", (1, 131, 0)), ("new", ()), (None, ()), ("", ())],
)
def test_a_version_is_numbers(text: str | None, version: tuple[int, ...]) -> None:
    assert version_of(text) == version
