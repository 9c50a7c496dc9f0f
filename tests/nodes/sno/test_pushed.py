from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from nodes.known import known_names
from nodes.models import EarningsEstimate, Payout, Reputation, SnoNode, StorageSnapshot
from nodes.satellites import US1
from nodes.sno.pushed import BadPush, store_pushed
from tests.nodes.sno import stories
from tests.nodes.sno.stories import SATELLITES, Story

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STORY = Story(NOW)

pytestmark = pytest.mark.usefixtures("databases")


def test_the_dashboard_as_it_is_makes_a_known_node_with_space() -> None:
    summary = store_pushed("attic", stories.dashboard(STORY), NOW)
    assert asdict(summary) == {
        "node": "attic",
        "space": True,
        "satellites": 4,
        "scores": 0,
        "estimates": 0,
        "paystubs": 0,
        "trouble": "",
    }
    assert known_names() == ["attic"]
    assert StorageSnapshot.objects.get().node_name == "attic"


def test_dashboard_and_satellites_have_the_scores_of_all_satellites() -> None:
    body = {"sno": stories.dashboard(STORY), "satellites": stories.satellites(STORY)}
    assert store_pushed("attic", body, NOW).scores == 4
    assert Reputation.objects.count() == 4


def test_all_that_a_poll_reads_can_be_pushed() -> None:
    body = {
        "sno": stories.dashboard(STORY),
        "satellites": stories.satellites(STORY),
        "satellite": {of: stories.satellite(STORY, of) for of in SATELLITES},
        "estimated_payout": {of: stories.estimate(STORY, of) for of in SATELLITES},
        "paystubs": stories.paystubs(STORY, "2026-08", "2026-11"),
        "held_history": stories.held_history(STORY),
    }
    summary = store_pushed("attic", body, NOW)
    assert (summary.estimates, summary.paystubs, summary.trouble) == (4, 12, "")
    assert (EarningsEstimate.objects.count(), Payout.objects.count()) == (8, 12)


def test_estimates_alone_can_be_pushed() -> None:
    assert store_pushed("attic", {"estimated_payout": {US1: stories.estimate(STORY, US1)}}, NOW).estimates == 1
    assert set(EarningsEstimate.objects.values_list("satellite", flat=True)) == {US1}


def test_the_same_push_twice_adds_nothing() -> None:
    body = {"sno": stories.dashboard(STORY), "satellites": stories.satellites(STORY)}
    for _ in range(2):
        store_pushed("attic", body, NOW)
    assert (StorageSnapshot.objects.count(), Reputation.objects.count()) == (1, 4)


def test_what_could_not_be_read_is_in_the_summary() -> None:
    body = {"sno": stories.dashboard(STORY), "satellite": {US1: {"audits": {"auditScore": "good"}}}}
    assert "satellite.audits.auditScore" in store_pushed("attic", body, NOW).trouble


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([], "Send a JSON object"),
        (None, "Send a JSON object"),
        ("x", "Send a JSON object"),
        ({}, "The object is empty"),
        ({"snow": {}}, "'snow' is not a part of a push"),
        ({"sno": 5}, "Nothing in this can be stored. What the API says of everything cannot be read."),
        ({"sno": {"status": "ok"}}, "Nothing in this can be stored. Send what the API of a storagenode gives."),
        ({"satellite": {"id": US1}}, "Give satellite by satellite"),
        ({"satellite": [US1]}, "Give satellite by satellite"),
        ({"estimated_payout": {"currentMonth": {}}}, "Give estimated_payout by satellite"),
        ({"satellite": {f"{US1[:-2]}{n:02}".replace("0", "z"): {} for n in range(60)}}, "are the most"),
    ],
)
def test_a_bad_push_is_refused_with_a_sentence_and_nothing_is_stored(body: object, sentence: str) -> None:
    with pytest.raises(BadPush) as refused:
        store_pushed("attic", body, NOW)
    assert sentence in str(refused.value)
    assert not SnoNode.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "a" * 501])
def test_a_name_that_no_node_can_have_is_refused(name: str) -> None:
    with pytest.raises(BadPush, match="no name of a node"):
        store_pushed(name, stories.dashboard(STORY), NOW)
