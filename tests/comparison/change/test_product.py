"""From rows of the monitor to verdicts on every surface: of five nodes, one takes half the time since its change."""

import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from comparison.change.engine import change
from comparison.change.request import ChangeRequest
from comparison.change.view import change_shown
from comparison.metrics import by_key
from comparison.request import ComparisonRequest
from nodes.known import known_nodes
from tests.comparison.change.conftest import CHANGED, DAYS, NAMES, happened
from tests.comparison.change.fleet import CHANGED_AT
from tests.comparison.change.truth import judged_of

AS_OF = (CHANGED_AT + timedelta(days=DAYS)).isoformat()
AT = CHANGED_AT.isoformat()
FASTER = "latency_download_p50_ms"


def output(*arguments: str) -> str:
    out = io.StringIO()
    call_command("compare", *arguments, stdout=out)
    return out.getvalue()


def change_of(*arguments: str, at: str = AT, changed: str = CHANGED) -> Any:
    asked = ("--as-of", AS_OF, "--change-at", at, "--changed", changed, "--format", "json")
    return json.loads(output(*asked, *arguments))["change"]


class TestCommand:
    def test_a_node_that_became_faster_is_said_to_be_better(self, faster_node: list[str]) -> None:
        (node,) = change_of()["nodes"]
        told = node["metrics"][FASTER]
        assert (node["name"], told["verdict"], node["worse"]) == (CHANGED, "better", [])
        assert FASTER in node["better"]
        assert told["change"] - told["others_change"] == pytest.approx(told["effect"], abs=0.11)
        assert told["low"] < told["effect"] < told["high"] < 0
        assert told["others"] == 4

    def test_before_and_after_are_what_a_comparison_of_that_window_says(self, faster_node: list[str]) -> None:
        told = change_of()["nodes"][0]["metrics"]
        compared = json.loads(output("--as-of", AT, "--range", f"{DAYS}d", "--format", "json", CHANGED, "node0"))
        metrics = compared["nodes"][0]["metrics"]
        same = [key for key, each in told.items() if each["before"] is not None]
        assert FASTER in same
        assert {key: told[key]["before"] for key in same} == {key: metrics[key] for key in same}

    def test_it_says_the_windows_and_their_length(self, faster_node: list[str]) -> None:
        change = change_of()
        assert (change["length"], change["unit"]) == ("4 days", "days")
        assert change["before"]["end"] == change["after"]["start"] == AT
        assert change["untouched"] == [name for name in NAMES if name != CHANGED]

    def test_hours_after_the_change_can_be_left_out(self, faster_node: list[str]) -> None:
        change = change_of("--settle", "24h")
        assert change["after"]["start"] == (CHANGED_AT + timedelta(days=1)).isoformat()
        assert change["length"] == "3 days"

    def test_without_untouched_nodes_it_is_the_plain_difference(self, faster_node: list[str]) -> None:
        change = change_of("--changed", "node0", "--", "node0", CHANGED)
        told = change["nodes"][0]["metrics"][FASTER]
        assert change["untouched"] == []
        assert told["change"] is not None
        assert (told["effect"], told["verdict"]) == (None, "cannot tell")
        assert told["reason"].startswith("no other node")

    def test_too_soon_after_the_change_it_says_what_is_missing(self, faster_node: list[str]) -> None:
        change = change_of(at=(CHANGED_AT + timedelta(days=DAYS, hours=-2)).isoformat())
        assert change["nodes"] == []
        assert change["reason"].startswith("Events are needed of at least three hours")

    def test_the_table_has_verdicts_in_words(self, faster_node: list[str]) -> None:
        text = output("--as-of", AS_OF, "--change-at", AT, "--changed", CHANGED)
        assert "Did the change at 2026-11-09 00:00 UTC help?" in text
        assert "better: " in text
        assert "verdict cannot tell" in " ".join(text.split())

    def test_the_interval_is_around_the_effect_that_is_shown(self, faster_node: list[str]) -> None:
        told = [each for each in change_of()["nodes"][0]["metrics"].values() if each["low"] is not None]
        assert told
        for each in told:
            assert each["low"] <= each["effect"] <= each["high"]
            assert each["effect"] == pytest.approx(each["change"] - each["others_change"], abs=0.11)

    def test_the_table_has_the_unit_of_each_difference(self, faster_node: list[str]) -> None:
        result = json.loads(output("--as-of", AS_OF, "--change-at", AT, "--changed", CHANGED, "--format", "json"))
        shown = change_shown(result, {})
        assert shown is not None
        lines = {line.name: line.cells for line in shown.nodes[0].table.lines}
        assert shown.nodes[0].table.head[-1] == "Interval of the effect"
        assert all(cell.endswith(" ms") for cell in lines[by_key()[FASTER].label][1:])
        assert all(cell.endswith(" pp") for cell in lines["Downloads: success rate"][3:])

    def test_the_window_before_is_a_plain_difference(self, faster_node: list[str]) -> None:
        asked = ("--as-of", AS_OF, "--range", "4d", "--against", "previous", "--format", "json", *NAMES)
        result = json.loads(output(*asked))
        told = result["previous"]["nodes"][2]["metrics"][FASTER]
        assert result["previous"]["window"]["end"] == AT
        assert told["now"] == result["nodes"][2]["metrics"][FASTER]
        assert told["difference"] == told["now"] - told["before"] < 0

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--change-at", "yesterday"),
            ("--change-at", AS_OF),
            ("--change-at", AT, "--changed", "nowhere"),
            ("--change-at", AT, "--settle", "soon"),
            ("--changed", "attic"),
            ("--against", "next"),
            ("--change-at", AT, "--format", "csv"),
        ],
    )
    def test_a_wrong_argument_is_one_sentence(self, three_nodes: list[str], arguments: tuple[str, ...]) -> None:
        with pytest.raises(CommandError, match=r"\.$"):
            output("--as-of", AS_OF, *arguments)

    def test_a_change_before_the_first_event_cannot_be_judged(self, three_nodes: list[str]) -> None:
        assert change_of(changed="attic")["reason"].startswith("Events are needed of at least three hours")


class TestPageAndApi:
    def test_the_page_has_a_table_of_the_change_and_keeps_the_fields(
        self, faster_node: list[str], viewer_client: Client
    ) -> None:
        text = page(viewer_client, change_at=AT.replace("+00:00", "Z"), changed=number(CHANGED), against="previous")
        assert "Did the change help?" in text
        assert "metrics, corrected for so many (Holm): better: " in text
        assert "Against the window before" in text
        assert f'value="{AT.replace("+00:00", "Z")}"' in text

    def test_a_wrong_field_has_its_sentence_beside_it(self, three_nodes: list[str], viewer_client: Client) -> None:
        text = page(viewer_client, status=400, change_at="soon", settle="x")
        assert 'id="change_at-error"' in text
        assert 'id="settle-error"' in text

    def test_what_the_form_leaves_behind_is_no_mistake(self, three_nodes: list[str], viewer_client: Client) -> None:
        assert "Did the change help?" not in page(viewer_client, changed=number("attic"), settle="24h")

    def test_the_api_takes_it_and_names_its_own_fields(self, faster_node: list[str], viewer_client: Client) -> None:
        asked = {"nodes": NAMES, "asOf": AS_OF, "changeAt": AT, "changed": [CHANGED], "against": "previous"}
        answer = post(viewer_client, asked)
        assert answer.json()["change"]["nodes"][0]["metrics"][FASTER]["verdict"] == "better"
        assert len(answer.json()["previous"]["nodes"]) == len(NAMES)
        assert list(post(viewer_client, asked | {"changeAt": "x"}).json()["errors"]) == ["changeAt"]


class TestReading:
    def test_what_is_read_of_the_rows_is_what_happened(self, faster_node: list[str]) -> None:
        """The whole product against the pure functions alone."""
        asked = ChangeRequest(CHANGED_AT, (CHANGED,))
        told = change(ComparisonRequest(tuple(NAMES), "performance", 24, datetime.fromisoformat(AS_OF)), asked)
        assert told.windows is not None
        assert told.judged[CHANGED] == judged_of(happened(), told.windows, NAMES.index(CHANGED))

    def test_a_node_that_is_far_behind_is_no_figure_but_a_reason(
        self, faster_node: list[str], settings: LazySettings
    ) -> None:
        settings.MAX_EVENTS_FOR_COMPARISON = 1
        with connections["events"].cursor() as cursor:
            cursor.execute("UPDATE rollup_state SET watermark = 0")
            cursor.execute("DELETE FROM rollup_batches")
        change = change_of()
        assert change["nodes"] == []
        assert "sums per hour" in change["reason"]

    def test_it_reads_all_nodes_at_once(self, faster_node: list[str]) -> None:
        few, many = (statements(names) for names in (NAMES[:3], NAMES))
        # The texts of reasons are read only where an attempt failed.
        assert many - few <= 1


def statements(names: list[str]) -> int:
    with CaptureQueriesContext(connections["events_readonly"]) as queries:
        change_of("--", *names)
    return len(queries)


def number(name: str) -> str:
    return str(next(node.pk for node in known_nodes() if node.name == name))


def page(client: Client, status: int = 200, **fields: str) -> str:
    nodes = [str(node.pk) for node in known_nodes()]
    asked = {"node": nodes, "as_of": AS_OF.replace("+00:00", "Z"), **fields}
    response = client.get(reverse("compare"), asked, follow=True)
    assert response.status_code == status
    return response.content.decode()


def post(client: Client, body: object) -> Any:
    return client.post("/api/comparison", json.dumps(body), content_type="application/json")
