"""What the status page and the admin say of the nodes' APIs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from comparison.engine import compute
from comparison.request import ComparisonRequest
from nodes.known import known_names
from nodes.models import IntakeState, Node, SnoNode
from nodes.sno.answer import Documents, understood
from nodes.sno.poller import Poller
from nodes.sno.pushed import store_pushed
from nodes.sno.store import forget_silence, store, store_silence
from nodes.standings import ASKING_IS_OFF, NOBODY_ASKS, NOT_ASKED, SENT, api_standings
from storj_site.status import parts
from tests.nodes.sno import stories

pytestmark = pytest.mark.usefixtures("databases")

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
URL = "http://10.0.0.1:14002"
DASHBOARD = stories.dashboard(stories.Story(NOW))


@pytest.fixture(autouse=True)
def own_folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path  # for the lock


def entered(name: str = "attic") -> Node:
    return Node.objects.create(name=name, api_url=URL)


def answers(at: datetime, trouble: str = "") -> None:
    store("attic", understood(Documents(dashboard=DASHBOARD)), at, trouble)


def trouble_at(now: datetime) -> str:
    return api_standings(as_of=now)["attic"].trouble


def test_an_address_that_nobody_has_asked_yet_is_shown() -> None:
    entered()
    assert trouble_at(NOW) == NOT_ASKED


def test_one_that_is_never_asked_says_why(settings: LazySettings) -> None:
    settings.API_POLL_INTERVAL = 0
    entered()
    assert trouble_at(NOW) == ASKING_IS_OFF


def test_an_api_that_answers_has_no_trouble() -> None:
    entered()
    answers(NOW)
    found = api_standings(as_of=NOW + HOUR / 2)["attic"]
    assert (found.source, found.last_seen, found.trouble) == (URL, "2026-11-23 12:00:00 UTC", "")


def test_one_that_never_answered_says_since_when_and_why() -> None:
    entered()
    store_silence("attic", NOW - HOUR, "Nothing listens.")
    store_silence("attic", NOW, "Nothing listens.")
    found = api_standings(as_of=NOW)["attic"]
    assert (found.last_seen, found.trouble) == ("–", "Nothing listens. Since 2026-11-23 11:00:00 UTC.")


def test_one_that_nobody_asks_any_more_says_so() -> None:
    entered()
    answers(NOW)
    assert trouble_at(NOW + 2 * HOUR) == f"{NOBODY_ASKS} It was asked last at 2026-11-23 12:00:00 UTC."


def test_what_is_sent_is_shown_without_an_address() -> None:
    store_pushed("attic", {"sno": DASHBOARD}, NOW)
    found = api_standings(as_of=NOW)["attic"]
    assert (found.source, found.last_seen, found.trouble) == (SENT, "2026-11-23 12:00:00 UTC", "")


def test_the_status_page_and_the_admin_show_it(admin_client: Client) -> None:
    node = entered()
    store_silence("attic", datetime.now(UTC), "Nothing <listens>.")
    rows = next(part for part in parts() if part.title == "Node APIs").rows
    assert [row[:3] for row in rows] == [("attic", URL, "–")]
    for page in (reverse("admin:nodes_node_changelist"), reverse("admin:nodes_node_change", args=[node.pk])):
        assert "Nothing &lt;listens&gt;. Since 20" in admin_client.get(page).content.decode()


class TestAnAddressThatWasTakenAway:
    def look(self) -> None:
        poller = Poller(3600.0)
        poller.step()
        poller.close()

    def test_of_a_node_that_never_answered_nothing_is_left(self) -> None:
        store_silence("attic", NOW, "Nothing listens.")
        self.look()
        assert not SnoNode.objects.exists()
        assert not IntakeState.objects.exists()
        assert known_names() == []

    def test_a_node_that_answered_is_silent_no_more(self) -> None:
        answers(NOW - HOUR)
        store_silence("attic", NOW, "Nothing listens.")
        self.look()
        assert SnoNode.objects.values_list("down_since", "trouble").get() == (None, None)
        node = compute(ComparisonRequest(("attic",), "efficiency", 24, NOW)).nodes[0]
        assert node.risk is not None
        assert (node.risk["reachable"], node.risk["down_since"]) == (True, None)
        assert api_standings(as_of=NOW) == {}

    def test_the_silence_of_those_that_are_asked_stays(self) -> None:
        store_silence("attic", NOW, "Nothing listens.")
        forget_silence(["attic"])
        assert SnoNode.objects.filter(down_since__isnull=False).exists()
        assert IntakeState.objects.exists()

    def test_what_was_sent_stays(self) -> None:
        store_pushed("attic", {"sno": DASHBOARD}, NOW)
        self.look()
        assert IntakeState.objects.filter(node="attic", kind="api").exists()
