"""“Same satellites only” wherever a comparison is asked for and shown."""

import csv
import io
import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from comparison import cache, recent
from comparison.change.engine import with_beside
from comparison.change.request import Beside
from comparison.engine import compare
from comparison.request import ComparisonRequest
from nodes.known import known_nodes
from nodes.models import Event, StartPage
from nodes.rollups.roll import rollup_once
from nodes.satellites import EU1, US1
from tests.comparison.conftest import AS_OF

SENTENCE = "Only satellites that all of these nodes serve: us1."
TIME = AS_OF.isoformat().replace("+00:00", "Z")


def fill(name: str, *satellites: str, before: timedelta = timedelta()) -> None:
    Event.objects.bulk_create(
        Event(
            timestamp=AS_OF - before - timedelta(minutes=minute + 1),
            action="GET",
            status="success",
            size=1000,
            node_name=name,
            satellite_id=satellite,
        )
        for satellite in satellites
        for minute in range(40)
    )


@pytest.fixture
def query(databases: None) -> str:
    """The address of `attic`, which serves us1 and eu1, and `cellar`, which serves us1 alone."""
    fill("attic", US1, EU1)
    fill("cellar", US1)
    rollup_once()
    return f"{'&'.join(f'node={node.pk}' for node in known_nodes())}&as_of={TIME}&same_satellites=yes"


def request(same: bool = True, **fields: Any) -> ComparisonRequest:
    return ComparisonRequest(("attic", "cellar"), "performance", 24, AS_OF, same_satellites=same, **fields)


class TestTheEngine:
    def test_keeps_results_of_all_and_of_the_same_satellites_apart(self, query: str) -> None:
        assert cache.key_of(request()) != cache.key_of(request(same=False))
        assert compare(request(same=False))["same_satellites"] is None
        assert compare(request())["same_satellites"] == [{"satellite": US1, "name": "us1"}]
        again = compare(request())
        assert (again["cached"], again["nodes"][0]["metrics"]["total_operations"]) == (True, 40)

    def test_remembers_both_as_asked_for_lately(self) -> None:
        recent.forget_all()
        for same in (True, False):
            recent.asked_for(ComparisonRequest(("attic", "cellar"), "performance", 24, same_satellites=same))
        assert len(recent.recent()) == 2

    def test_tells_of_each_node_with_restricted_figures(self, query: str) -> None:
        told: list[Any] = []
        compare(request(), told.append)
        assert [node.metrics["total_operations"] for node in told] == [40, 40]


class TestTheApi:
    def asked(self, client: Client, **fields: Any) -> Any:
        body = {"nodes": ["attic", "cellar"], "asOf": TIME, **fields}
        return client.post("/api/comparison", json.dumps(body), content_type="application/json")

    def test_has_a_field_for_it(self, query: str, viewer_client: Client) -> None:
        found = self.asked(viewer_client, sameSatellites=True).json()
        assert found["same_satellites"] == [{"satellite": US1, "name": "us1"}]
        assert self.asked(viewer_client, sameSatellites=False).json()["same_satellites"] is None

    @pytest.mark.parametrize("value", ["perhaps", 1, ["yes"], {}])
    def test_other_values_have_their_sentence(self, query: str, viewer_client: Client, value: Any) -> None:
        response = self.asked(viewer_client, sameSatellites=value)
        assert response.status_code == 400
        assert "must be true or false" in response.json()["errors"]["sameSatellites"]

    def test_a_change_is_not_judged_on_them(self, query: str, viewer_client: Client) -> None:
        change_at = (AS_OF - timedelta(hours=9)).isoformat()
        response = self.asked(viewer_client, sameSatellites=True, changeAt=change_at)
        assert response.status_code == 400
        assert "by what the nodes do for all satellites" in response.json()["errors"]["changeAt"]


class TestThePage:
    def test_says_so_near_the_heading_and_leads_back_to_all(self, query: str, viewer_client: Client) -> None:
        text = viewer_client.get(f"/?{query}").content.decode()
        assert f"<b>{SENTENCE}</b>" in text
        assert 'name="same_satellites" value="yes" checked' in text
        assert text.count("same_satellites=yes") > 5  # links that keep it
        back = re.search(r'<a href="/\?([^"]+)">All satellites</a>', text)
        assert back
        assert viewer_client.get(f"/?{unescape(back[1])}").context["result"]["same_satellites"] is None

    def test_says_nothing_of_it_without(self, query: str, viewer_client: Client) -> None:
        text = viewer_client.get(f"/?{query.replace('&same_satellites=yes', '')}").content.decode()
        assert "Only satellites" not in text
        assert 'name="same_satellites" value="yes">' in text

    def test_nodes_as_rows_have_it_too(self, query: str, viewer_client: Client) -> None:
        text = viewer_client.get(f"/?{query}&view=fleet&column=total_operations").content.decode()
        assert f"<b>{SENTENCE}</b>" in text
        assert text.count('<span class="number">40</span>') == 3  # both nodes, and their median
        assert "same_satellites=yes&amp;view=fleet&amp;sort=total_operations" in text

    def test_draws_no_course_and_no_hours_of_other_satellites(self, query: str, viewer_client: Client) -> None:
        text = viewer_client.get(f"/?{query}").content.decode()
        assert "attic: " not in text[text.index('id="hours-heading"') :].split("</section>")[0]
        assert "40 of 80 events" in text

    def test_another_value_is_explained(self, query: str, viewer_client: Client) -> None:
        response = viewer_client.get(f"/?{query.replace('=yes', '=perhaps')}")
        assert response.status_code == 400
        assert "must be true or false; in an address, “yes”" in response.content.decode()

    def test_it_is_kept_in_a_start_page(self, query: str, viewer: User, viewer_client: Client) -> None:
        viewer_client.post(reverse("start-page"), {"query": query})
        assert "same_satellites=yes" in StartPage.objects.get(user=viewer).query

    def test_the_stream_sends_restricted_figures(self, query: str, viewer_client: Client) -> None:
        response = viewer_client.get(f"{reverse('compare-stream')}?{query}")
        sent = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
        assert '["40", ""]' in sent
        assert '["80", ""]' not in sent
        assert SENTENCE in sent


class TestTakeAway:
    def test_csv_has_a_row_and_a_name_for_it(self, query: str, viewer_client: Client) -> None:
        response = viewer_client.get(f"{reverse('comparison-csv')}?{query}")
        rows = {row[0]: row for row in csv.reader(io.StringIO(response.content.decode("utf-8-sig")))}
        assert rows["Same satellites only"] == ["Same satellites only", "", "", "us1", "us1"]
        assert "-same-satellites-" in response["Content-Disposition"]
        plain = viewer_client.get(f"{reverse('comparison-csv')}?{query.replace('&same_satellites=yes', '')}")
        assert "same" not in plain.content.decode() + plain["Content-Disposition"]

    def test_json_names_the_satellites(self, query: str, viewer_client: Client) -> None:
        found = viewer_client.get(f"{reverse('comparison-json')}?{query}").json()
        assert found["same_satellites"] == [{"satellite": US1, "name": "us1"}]

    @pytest.mark.parametrize("mask", ["", "&mask=1"])
    def test_markdown_says_so_below_the_heading(self, query: str, viewer_client: Client, mask: str) -> None:
        lines = viewer_client.get(f"{reverse('comparison-markdown')}?{query}{mask}").content.decode().splitlines()
        assert lines[2] == SENTENCE


class TestTheCommand:
    def printed(self, *arguments: str) -> str:
        out = io.StringIO()
        call_command("compare", "attic", "cellar", "--as-of", TIME, *arguments, stdout=out)
        return out.getvalue()

    def test_has_an_option_for_it(self, query: str) -> None:
        assert self.printed("--same-satellites").splitlines()[1] == SENTENCE
        assert "Only satellites" not in self.printed()

    def test_json_names_the_satellites(self, query: str) -> None:
        found = json.loads(self.printed("--same-satellites", "--format", "json"))
        assert found["same_satellites"] == [{"satellite": US1, "name": "us1"}]

    def test_a_change_is_not_judged_on_them(self, query: str) -> None:
        with pytest.raises(CommandError, match="by what the nodes do for all satellites"):
            self.printed("--same-satellites", "--change-at", (AS_OF - timedelta(hours=9)).isoformat())


class TestTheWindowBefore:
    def test_has_differences_where_the_satellites_in_common_are_the_same(self, query: str) -> None:
        fill("attic", US1, EU1, before=timedelta(hours=30))
        fill("cellar", US1, before=timedelta(hours=30))
        previous = with_beside(compare(request()), request(), Beside(previous=True))["previous"]
        assert previous["same_satellites"] == [{"satellite": US1, "name": "us1"}]
        assert previous["nodes"][0]["metrics"]["total_operations"]["difference"] == 0

    def test_has_none_where_they_are_others(self, query: str) -> None:
        fill("attic", EU1, before=timedelta(hours=30))
        fill("cellar", EU1, before=timedelta(hours=30))
        previous = with_beside(compare(request()), request(), Beside(previous=True))["previous"]
        for node in previous["nodes"]:
            assert node["metrics"] == {}
            assert "had other satellites in common" in node["error"]


def test_the_admin_has_an_action_that_leads_there(query: str) -> None:
    user = User.objects.create_user("staff", password="a good password", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_node"))
    client = Client()
    client.force_login(user)
    ids = [node.pk for node in known_nodes()]
    chosen = {"action": "compare_on_same_satellites", "_selected_action": ids}
    response = client.post(reverse("admin:nodes_node_changelist"), chosen)
    assert response["Location"] == f"/?node={ids[0]}&node={ids[1]}&same_satellites=yes"
