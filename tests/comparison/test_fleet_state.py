from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comparison.engine import compare
from comparison.fleet_state import State, fleet_state
from nodes.known import known_nodes
from nodes.models import Event, Node, Reputation, StorageSnapshot
from nodes.rollups.roll import rollup_once
from tests.comparison.conftest import AS_OF, request_for
from tests.comparison.told_rows import on_satellite, state, windows

INDEX = reverse("admin:index")


def state_of(name: str) -> State:
    return {each.label: each for each in fleet_state(known_nodes(), AS_OF)}[name]


def staff(*codenames: str) -> Client:
    user = User.objects.create_user("staff", password="a good password", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


def scored(name: str, score: float, **values: object) -> None:
    Reputation.objects.create(
        node_name=name, satellite="one", timestamp=AS_OF - timedelta(hours=1), audit_score=score, **values
    )


def stored(name: str, used: int) -> None:
    StorageSnapshot.objects.create(node_name=name, timestamp=AS_OF, used_bytes=used, total_bytes=10**12)


def test_the_last_event_is_told(three_nodes: list[str]) -> None:
    assert state_of("attic").last_event == "2026-11-23 11:59:00 UTC"


def test_audit_failures_left_are_those_of_a_comparison(three_nodes: list[str]) -> None:
    scored("attic", 99.1)
    compared = {node["name"]: node for node in compare(request_for())["nodes"]}
    assert state_of("attic").failures_left == str(compared["attic"]["metrics"]["audit_failures_left"])


def test_few_failures_left_are_to_be_looked_at(three_nodes: list[str]) -> None:
    scored("attic", 96.1)
    assert state_of("attic").warnings == "few audit failures left"


def test_a_disqualified_node_is_to_be_looked_at(three_nodes: list[str]) -> None:
    scored("attic", 100, is_disqualified=1)
    assert state_of("attic").warnings == "disqualified, or below the limit"


def test_few_hours_left_to_be_offline_are_to_be_looked_at_as_a_comparison_tells_them(three_nodes: list[str]) -> None:
    state("attic")
    on_satellite("attic")
    windows("attic", [(0, 10)] * 21 + [(10, 10)] * 39)
    compared = {node["name"]: node["metrics"] for node in compare(request_for())["nodes"]}
    hours = compared["attic"]["offline_hours_left"]
    assert 0 < hours <= 48
    assert state_of("attic").warnings == f"only {hours} hours left to be offline"


def test_hours_enough_to_be_offline_are_no_reason_to_look_whatever_the_score_says(three_nodes: list[str]) -> None:
    scored("attic", 100, online_score=65, suspension_score=100)
    state("attic")
    on_satellite("attic", "one")
    windows("attic", [(10, 10)] * 60, "one")
    assert state_of("attic").warnings == ""


def test_without_an_api_a_low_online_score_is_to_be_looked_at(three_nodes: list[str]) -> None:
    scored("attic", 100, online_score=66)
    scored("cellar", 100, online_score=67)
    assert state_of("attic").warnings == "online score 66 %"
    assert "score" not in state_of("cellar").warnings


def test_the_online_score_of_a_satellite_that_disqualified_the_node_is_none_of_its_troubles(
    three_nodes: list[str],
) -> None:
    scored("attic", 100, online_score=10, is_disqualified=1)
    assert state_of("attic").warnings == "disqualified, or below the limit"


def test_an_online_score_that_is_old_says_nothing(three_nodes: list[str]) -> None:
    scored("attic", 100, online_score=10)
    later = AS_OF + timedelta(days=3)
    assert "score" not in {each.label: each for each in fleet_state(known_nodes(), later)}["attic"].warnings


def test_a_suspended_node_is_to_be_looked_at(three_nodes: list[str]) -> None:
    scored("attic", 100, is_suspended=1)
    assert state_of("attic").warnings == "suspended by one"


def test_a_version_that_is_not_allowed_any_more_is_to_be_looked_at(three_nodes: list[str]) -> None:
    state("attic", version="1.100.1", allowed_version="1.120.0", up_to_date=None)
    assert state_of("attic").warnings == "version 1.100.1 is below the lowest allowed"


def test_an_api_that_does_not_answer_is_to_be_looked_at(three_nodes: list[str]) -> None:
    state("attic", down_since=AS_OF - timedelta(minutes=30))
    assert state_of("attic").warnings == "API does not answer"


def test_space_is_told_with_its_share(three_nodes: list[str]) -> None:
    stored("attic", 500_000_000_000)
    assert (state_of("attic").space, state_of("attic").warnings) == ("500 GB of 1 TB, 50 %", "")


def test_a_node_that_is_nearly_full_is_to_be_looked_at(three_nodes: list[str]) -> None:
    stored("attic", 960_000_000_000)
    assert state_of("attic").warnings == "nearly full"


def test_a_node_that_fell_silent_is_to_be_looked_at(three_nodes: list[str]) -> None:
    Event.objects.create(node_name="quiet", timestamp=AS_OF - timedelta(hours=3), action="GET", status="success")
    assert state_of("quiet").warnings == "quiet for over an hour"


def test_a_node_without_events_is_to_be_looked_at(three_nodes: list[str]) -> None:
    Node.objects.create(name="new", api_url="http://127.0.0.1:14002")
    assert (state_of("new").last_event, state_of("new").warnings) == ("–", "no events")


def test_hours_with_events_are_counted_rolled_up_or_not(three_nodes: list[str]) -> None:
    for hours in (5, 23, 30):
        Event.objects.create(node_name="attic", timestamp=AS_OF - timedelta(hours=hours, minutes=1))
    rollup_once()
    Event.objects.create(node_name="attic", timestamp=AS_OF - timedelta(seconds=1))
    assert state_of("attic").coverage == "3 of 24 hours"


def test_statements_do_not_grow_with_nodes(three_nodes: list[str]) -> None:
    counts = []
    for _ in range(2):
        nodes = known_nodes()
        with CaptureQueriesContext(connections["events_readonly"]) as captured:
            fleet_state(nodes, AS_OF)
        counts.append(len(captured))
        Event.objects.bulk_create(Event(node_name=f"more {number}", timestamp=AS_OF) for number in range(40))
    assert counts[0] == counts[1] <= 12


class TestTheFirstPage:
    def test_shows_a_line_of_each_node(self, three_nodes: list[str]) -> None:
        page = staff("view_node").get(INDEX).content.decode()
        assert "3 nodes: 3 to look at" in page
        assert all(f">{name}</a></th>" in page for name in three_nodes)

    def test_shows_those_to_look_at_first(self, three_nodes: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
        states = [
            replace(each, warnings="full" if place == 1 else "")
            for place, each in enumerate(fleet_state(known_nodes()))
        ]
        monkeypatch.setattr("comparison.templatetags.fleet_state.fleet_state", lambda nodes: states)
        page = staff("view_node").get(INDEX).content.decode()
        first, second, third = (each.label for each in states)
        assert (
            page.index(f">{second}</a></th><td>full")
            < page.index(f">{first}</a></th>")
            < page.index(f">{third}</a></th>")
        )

    def test_shows_none_to_who_may_not_see_the_nodes(self, three_nodes: list[str]) -> None:
        assert "attic" not in staff("view_apitoken").get(INDEX).content.decode()

    def test_escapes_names(self, three_nodes: list[str]) -> None:
        Event.objects.create(node_name="<b>", timestamp=AS_OF)
        assert "<b>" not in staff("view_node").get(INDEX).content.decode()
