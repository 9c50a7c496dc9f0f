"""What threatens a node, from what its API told and the scores say."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from comparison.engine import compute
from comparison.request import ComparisonRequest
from comparison.result import Comparison, NodeResult
from nodes.models import Reputation
from nodes.satellites import AP1, EU1, US1
from tests.comparison.conftest import AS_OF, NAMES, request_for
from tests.comparison.told_rows import on_satellite, state, windows

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PERFECT = [(4, 4)] * 60


def node(name: str = "attic", type_: str = "earnings", as_of: datetime = AS_OF) -> NodeResult:
    result = compute(ComparisonRequest(("attic", "cellar"), type_, 24, as_of))
    return next(each for each in result.nodes if each.name == name)


def block(name: str = "attic", as_of: datetime = AS_OF) -> dict[str, Any]:
    risk = node(name, as_of=as_of).risk
    assert risk is not None
    return risk


def scored(satellite: str = US1, at: datetime = AS_OF - HOUR, **changed: Any) -> None:
    usual = {"audit_score": 100.0, "suspension_score": 100.0, "online_score": 99.5, "audit_total_count": 5000}
    flags = {"is_disqualified": 0, "is_suspended": 0}
    Reputation.objects.create(node_name="attic", satellite=satellite, timestamp=at, **usual | flags | changed)


def test_a_node_of_which_nothing_is_known_has_no_risk_and_says_why(three_nodes: list[str]) -> None:
    found = node()
    assert found.risk is None
    assert "No API of this node is asked: its version, pings and vetting are not known." in found.notes
    assert [found.metrics[key] for key in ("offline_hours_left", "satellites_suspended", "vetting_percent")] == [
        None
    ] * 3


@pytest.mark.parametrize("type_", ["performance", "earnings", "efficiency", "overall"])
def test_every_type_has_the_state_of_the_node(three_nodes: list[str], type_: str) -> None:
    state("attic")
    on_satellite("attic")
    windows("attic", PERFECT)
    scored()
    found = node(type_=type_)
    assert found.error is None
    assert found.risk is not None
    assert found.risk | {"satellites": []} == {
        "as_of": "2026-11-23T11:58:00+00:00",
        "version": "1.162.3",
        "allowed_version": "1.160.0",
        "up_to_date": True,
        "last_ping": "2026-11-23T11:53:00+00:00",
        "quic": "OK",
        "started": "2026-11-14T12:00:00+00:00",
        "reachable": True,
        "down_since": None,
        "satellites": [],
    }
    assert found.risk["satellites"] == [
        {
            "satellite": US1,
            "name": "us1",
            "audit_score": 100.0,
            "suspension_score": 100.0,
            "online_score": 99.5,
            "audit_failures_left": 41,
            "offline_hours_left": 288,
            "disqualified": False,
            "suspended": False,
            "vetted": True,
            "vetting_percent": 100.0,
            "joined": "2025-10-19T12:00:00+00:00",
            "audits": 5000,
            "hours": 9600,
            "as_of": "2026-11-23T11:00:00+00:00",
        }
    ]
    assert {key: found.metrics[key] for key in ("offline_hours_left", "vetting_percent", "last_ping_minutes")} == {
        "offline_hours_left": 288,
        "vetting_percent": 100.0,
        "last_ping_minutes": 7,
    }
    assert (found.metrics["satellites_disqualified"], found.metrics["satellites_suspended"]) == (0, 0)


def test_the_worst_satellite_decides_and_comes_first(three_nodes: list[str]) -> None:
    state("attic")
    for satellite, bad in ((US1, 0), (EU1, 20), (AP1, 5)):
        on_satellite("attic", satellite)
        windows("attic", [(0, 3)] * bad + [(4, 4)] * (60 - bad), satellite)
        scored(satellite)
    assert node().metrics["offline_hours_left"] == 60
    assert [each["offline_hours_left"] for each in block()["satellites"]] == [60, 240, 288]


def test_a_window_without_audits_does_not_count(three_nodes: list[str]) -> None:
    on_satellite("attic")
    windows("attic", [(4, 4), (0, 0)] * 15)
    assert node().metrics["offline_hours_left"] == 108


def test_the_window_of_the_moment_is_taken_to_be_offline(three_nodes: list[str]) -> None:
    on_satellite("attic", updated=AS_OF + HOUR)
    windows("attic", [(9, 9), *PERFECT], before=AS_OF + timedelta(hours=12))
    assert node(as_of=AS_OF + HOUR).metrics["offline_hours_left"] == 299


def test_an_online_score_below_its_limit_leaves_no_hours(three_nodes: list[str]) -> None:
    on_satellite("attic")
    windows("attic", PERFECT)
    scored(online_score=59.9)
    assert node().metrics["offline_hours_left"] == 0


def test_hours_while_the_api_was_silent_are_taken_to_be_offline(three_nodes: list[str]) -> None:
    on_satellite("attic", updated=AS_OF - DAY)
    windows("attic", PERFECT)
    assert node().metrics["offline_hours_left"] == 276


def test_hours_without_an_answer_for_the_satellite_are_taken_to_be_offline_though_the_node_lists_it(
    three_nodes: list[str],
) -> None:
    on_satellite("attic", answered=AS_OF - DAY)
    windows("attic", PERFECT)
    assert node().metrics["offline_hours_left"] == 276


def test_a_satellite_for_which_the_node_never_answered_has_no_hours(three_nodes: list[str]) -> None:
    on_satellite("attic", answered=None)
    windows("attic", PERFECT)
    assert node().metrics["offline_hours_left"] is None


def test_what_was_told_more_than_two_days_ago_is_unknown(three_nodes: list[str]) -> None:
    on_satellite("attic", updated=AS_OF - 2 * DAY - HOUR)
    windows("attic", PERFECT)
    scored(at=AS_OF - 2 * DAY - HOUR)
    found = node()
    assert {found.metrics[key] for key in ("offline_hours_left", "audit_score", "audit_failures_left")} == {None}
    assert {found.metrics[key] for key in ("satellites_disqualified", "satellites_suspended")} == {None}
    satellite = block()["satellites"][0]
    assert (satellite["audit_score"], satellite["as_of"]) == (None, "2026-11-21T11:00:00+00:00")
    assert (satellite["disqualified"], satellite["suspended"]) == (None, None)
    assert any(note.startswith("Unknown, because last told on 2026-11-21 11:00 UTC") for note in found.notes)


def test_a_satellite_that_fell_silent_while_others_go_on_is_left_aside(three_nodes: list[str]) -> None:
    scored(EU1, at=AS_OF - 90 * DAY, audit_score=96.5)
    scored(US1)
    found = node()
    assert found.metrics["audit_score"] == 100
    assert found.metrics["satellites_suspended"] == 0
    assert "Left aside, because only other satellites still tell scores: eu1." in found.notes


def test_disqualified_and_suspended_satellites_are_counted_and_named(three_nodes: list[str]) -> None:
    on_satellite("attic", US1, disqualified=AS_OF - DAY)
    on_satellite("attic", EU1, suspended=AS_OF - DAY)
    on_satellite("attic", AP1, suspended=AS_OF + HOUR)
    windows("attic", PERFECT, EU1)
    found = node()
    assert (found.metrics["satellites_disqualified"], found.metrics["satellites_suspended"]) == (1, 1)
    assert {"Disqualified by us1.", "Suspended by eu1."} <= set(found.notes)
    assert [(each["name"], each["audit_failures_left"]) for each in block()["satellites"]] == [
        ("us1", 0),
        ("eu1", None),
        ("ap1", None),
    ]


def test_scores_of_a_log_do_not_say_whether_a_node_is_disqualified(three_nodes: list[str]) -> None:
    scored(is_disqualified=None, is_suspended=None)
    found = node()
    assert (found.metrics["satellites_disqualified"], found.metrics["satellites_suspended"]) == (None, None)
    assert found.metrics["audit_failures_left"] == 41


def test_windows_are_as_old_as_the_scores(three_nodes: list[str]) -> None:
    on_satellite("attic")
    windows("attic", PERFECT)
    scored(at=AS_OF - 3 * DAY)
    assert node().metrics["offline_hours_left"] is None


def test_a_disqualification_does_not_get_old(three_nodes: list[str]) -> None:
    scored(at=AS_OF - 9 * DAY, is_disqualified=1, audit_score=95.0)
    found = node()
    assert (found.metrics["satellites_disqualified"], found.metrics["audit_failures_left"]) == (1, 0)
    assert found.metrics["audit_score"] is None


def test_a_satellite_that_the_api_lists_no_more_says_nothing(three_nodes: list[str]) -> None:
    on_satellite("attic")
    on_satellite("attic", EU1, updated=AS_OF - 9 * DAY)
    scored()
    assert [each["name"] for each in block()["satellites"]] == ["us1"]
    assert node().metrics["satellites_suspended"] == 0


def test_a_satellite_of_which_there_are_old_pay_stubs_only_is_none_that_has_to_vet_the_node(
    three_nodes: list[str],
) -> None:
    on_satellite("attic")
    on_satellite("attic", EU1, vetted=None, updated=None, held_total=3_000_000)
    assert [each["name"] for each in block()["satellites"]] == ["us1"]
    assert node().metrics["vetting_percent"] == 100


def test_scores_alone_make_a_risk_too(three_nodes: list[str]) -> None:
    scored(is_suspended=1)
    risk = block()
    assert (risk["reachable"], risk["as_of"], risk["satellites"][0]["suspended"]) == (None, None, True)


@pytest.mark.parametrize(
    ("told", "shown"),
    [("abc.example.org:7777", "abc.example.org"), (None, "12xyz")],
    ids=["by its address", "by its id"],
)
def test_an_unknown_satellite_is_called(three_nodes: list[str], told: str | None, shown: str) -> None:
    on_satellite("attic", "12xyz", url=told)
    assert block()["satellites"][0]["name"] == shown


def test_a_node_whose_api_is_down_says_since_when_and_why(three_nodes: list[str]) -> None:
    down = AS_OF - timedelta(hours=5)
    state("attic", answered=down - timedelta(minutes=5), down_since=down, trouble="It refused the connection.")
    found, risk = node(), block()
    assert "Its API has not answered since 2026-11-23 07:00 UTC: It refused the connection." in found.notes
    assert (risk["reachable"], risk["down_since"]) == (False, "2026-11-23T07:00:00+00:00")
    assert (risk["version"], risk["last_ping"], found.metrics["last_ping_minutes"]) == (None, None, None)
    assert risk["as_of"] == "2026-11-23T06:55:00+00:00"


def test_what_an_api_told_three_hours_ago_is_not_known_any_more(three_nodes: list[str]) -> None:
    state("attic", answered=AS_OF - 3 * HOUR)
    found, risk = node(), block()
    assert (risk["reachable"], risk["up_to_date"], found.metrics["last_ping_minutes"]) == (None, None, None)
    assert any("answered on 2026-11-23 09:00 UTC for the last time" in note for note in found.notes)


def test_of_a_window_in_the_past_the_state_is_not_known(three_nodes: list[str]) -> None:
    state("attic", down_since=AS_OF - HOUR)
    risk = block(as_of=AS_OF - 3 * HOUR)
    assert (risk["as_of"], risk["reachable"], risk["version"], risk["down_since"]) == (None,) * 4


def test_of_a_window_in_the_past_only_what_was_so_by_then_counts(three_nodes: list[str]) -> None:
    on_satellite("attic", joined=AS_OF - 40 * DAY, vetted=AS_OF - DAY, disqualified=AS_OF - DAY)
    windows("attic", [(0, 4)] * 10 + [(4, 4)] * 70)
    satellite = block(as_of=AS_OF - 5 * DAY)["satellites"][0]
    assert (satellite["vetted"], satellite["disqualified"], satellite["offline_hours_left"]) == (False, None, 300)


def test_of_a_past_that_is_only_known_in_part_the_hours_are_not_told(three_nodes: list[str]) -> None:
    on_satellite("attic")
    windows("attic", PERFECT)
    assert node(as_of=AS_OF - 5 * DAY).metrics["offline_hours_left"] is None


@pytest.mark.parametrize(
    ("told", "runs", "fresh"), [(None, "1.159.9", False), (None, "1.160.0", True), (0, "1.170.0", False)]
)
def test_an_old_version_is_told(three_nodes: list[str], told: int | None, runs: str, fresh: bool) -> None:
    state("attic", up_to_date=told, version=runs)
    assert block()["up_to_date"] is fresh
    assert any(note.startswith(f"Runs version {runs};") for note in node().notes) is not fresh


def test_a_database_without_these_tables_is_read_all_the_same(three_nodes: list[str]) -> None:
    connection = connections["events"]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sno_nodes RENAME TO sno_nodes_away")
    try:
        scored()
        result = compute(request_for())
        assert [each.error for each in result.nodes] == [None] * 3
        assert ranked_names(result) == {"attic"}
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE sno_nodes_away RENAME TO sno_nodes")


def ranked_names(result: Comparison) -> set[str]:
    return {name for group in result.rankings["audit_score"] for name in group}


def test_contacts_of_the_last_hours_share_a_place(three_nodes: list[str]) -> None:
    for name, minutes in zip(NAMES, (3, 150, 151), strict=True):
        state(name, last_ping=AS_OF - timedelta(minutes=minutes))
    result = compute(request_for())
    assert [node.metrics["last_ping_minutes"] for node in result.nodes] == [3, 150, 151]
    assert result.rankings["last_ping_minutes"] == [["attic", "cellar"], ["shed"]]
