import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client

from comparison.engine import compare
from nodes.tokens import create_token
from tests.comparison.conftest import request_for

URL = "/api/comparison"
BODY = {"nodes": ["attic", "cellar"], "timeRange": 24, "asOf": "2026-11-23T12:00:00Z"}


def post(client: Client, body: object = BODY, **headers: str) -> Any:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(URL, text, content_type="application/json", headers=headers)


def fields(response: Any) -> dict[str, str]:
    assert response.status_code == 400, response.content
    errors: dict[str, str] = json.loads(response.content).get("errors", {})
    return errors


class TestAnswer:
    def test_it_is_the_comparison_that_the_engine_gives(self, three_nodes: list[str], viewer_client: Client) -> None:
        answer = json.loads(post(viewer_client).content)
        assert answer == compare(request_for("attic", "cellar")) | {"cached": False}

    def test_the_nodes_keep_the_order_asked_for(self, three_nodes: list[str], viewer_client: Client) -> None:
        answer = json.loads(post(viewer_client, BODY | {"nodes": ["cellar", "attic"]}).content)
        assert [node["name"] for node in answer["nodes"]] == ["cellar", "attic"]

    @pytest.mark.parametrize("given", [168, "168", "168h", "7d"])
    def test_a_range_can_be_given_in_hours_or_days(
        self, three_nodes: list[str], viewer_client: Client, given: object
    ) -> None:
        assert json.loads(post(viewer_client, BODY | {"timeRange": given}).content)["range"] == "7d"

    def test_nodes_lists_the_known_nodes(self, three_nodes: list[str], viewer_client: Client) -> None:
        assert viewer_client.get("/api/nodes").json() == {"nodes": ["attic", "cellar", "shed"]}


class TestAccess:
    def test_an_anonymous_request_is_told_to_sign_in(self, three_nodes: list[str]) -> None:
        response = post(Client())
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"

    def test_a_token_acts_as_its_user(self, three_nodes: list[str], viewer: User) -> None:
        secret = create_token(viewer, "script")
        client = Client(enforce_csrf_checks=True)
        assert post(client, Authorization=f"Bearer {secret}").status_code == 200

    @pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer \udcff"])
    def test_a_wrong_token_is_refused(self, three_nodes: list[str], header: str) -> None:
        assert post(Client(), Authorization=header).status_code == 401

    def test_a_wrong_token_is_refused_even_with_a_session(self, three_nodes: list[str], viewer_client: Client) -> None:
        assert post(viewer_client, Authorization="Bearer wrong").status_code == 401

    def test_a_user_without_the_permission_is_refused(self, three_nodes: list[str]) -> None:
        client = Client()
        client.force_login(User.objects.create_user("nobody"))
        assert post(client).status_code == 403

    def test_a_session_needs_a_csrf_token(self, three_nodes: list[str], viewer: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(viewer)
        response = post(client)
        assert response.status_code == 403
        assert "CSRF" in response.json()["error"]

    def test_public_read_opens_the_api(self, three_nodes: list[str], settings: LazySettings) -> None:
        settings.PUBLIC_READ = True
        assert post(Client()).status_code == 200


class TestBadInput:
    @pytest.mark.parametrize(
        ("nodes", "says"),
        [
            (["attic", "nowhere"], "no node “nowhere”"),
            (["attic", "attic"], "more than once"),
            (["attic"], "between 2 and 200"),
            ([], "between 2 and 200"),
            (["attic"] * 201, "between 2 and 200"),
            ("attic", "must be a list"),
            ([1, 2], "must be a list"),
            (None, "must be a list"),
            (["attic", "<script>alert(1)</script>"], "no node"),
            (["attic", "100% \"quoted\" 'x'"], "no node"),
            (["attic", "a\0b"], "no node"),
            (["attic", "\ud800"], "no node"),
            (["attic", "\u202eedoc"], "no node"),
            (["attic", "x" * 10_000], "no node"),
        ],
    )
    def test_every_wrong_list_of_nodes_has_its_sentence(
        self, three_nodes: list[str], viewer_client: Client, nodes: object, says: str
    ) -> None:
        sentence = fields(post(viewer_client, BODY | {"nodes": nodes}))["nodes"]
        assert says in sentence
        assert len(sentence) < 300
        assert sentence.isprintable()

    @pytest.mark.parametrize("given", [0, -1, 8761, "366d", "0h", "week", 1.5, True, None, [], {}, "9" * 5000, "٣h"])
    def test_a_wrong_range_has_its_sentence(self, three_nodes: list[str], viewer_client: Client, given: object) -> None:
        assert "range must be" in fields(post(viewer_client, BODY | {"timeRange": given}))["timeRange"]

    @pytest.mark.parametrize("given", ["best", "", 1, None, ["performance"], {"a": 1}])
    def test_a_wrong_type_has_its_sentence(self, three_nodes: list[str], viewer_client: Client, given: object) -> None:
        assert "must be one of" in fields(post(viewer_client, BODY | {"type": given}))["type"]

    @pytest.mark.parametrize(
        "given",
        [
            "yesterday",
            "2026-11-23",
            1,
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        ],
    )
    def test_a_wrong_time_has_its_sentence(self, three_nodes: list[str], viewer_client: Client, given: object) -> None:
        assert "time must" in fields(post(viewer_client, BODY | {"asOf": given}))["asOf"]

    @pytest.mark.parametrize("given", ["2026-11-23T12:00", "2026-11-23 12:00:00", "2026-11-23T14:00+02:00"])
    def test_a_time_without_a_zone_is_in_utc(self, three_nodes: list[str], viewer_client: Client, given: str) -> None:
        expected = post(viewer_client, BODY).json()["window"]
        assert post(viewer_client, BODY | {"asOf": given}).json()["window"] == expected

    def test_every_wrong_field_has_its_own_sentence(self, three_nodes: list[str], viewer_client: Client) -> None:
        wrong = {"nodes": [], "timeRange": 0, "type": "x", "asOf": "x"}
        assert set(fields(post(viewer_client, wrong))) == set(wrong)

    @pytest.mark.parametrize(
        "body",
        [" ", "{", "[]", "null", b"\xff\xfe", "[" * 100_000, '{"nodes": NaN', '{"other": 1}', "1" * 5000],
        ids=range(9),
    )
    def test_a_body_that_is_no_request_is_a_400(
        self, three_nodes: list[str], viewer_client: Client, body: str | bytes
    ) -> None:
        assert post(viewer_client, body).status_code == 400

    def test_a_huge_body_is_a_413(self, three_nodes: list[str], viewer_client: Client) -> None:
        assert post(viewer_client, " " * 1_000_001).status_code == 413

    def test_another_content_type_is_a_415(self, three_nodes: list[str], viewer_client: Client) -> None:
        assert viewer_client.post(URL, {"nodes": "a"}).status_code == 415

    def test_another_method_is_a_405_that_names_the_right_one(
        self, three_nodes: list[str], viewer_client: Client
    ) -> None:
        response = viewer_client.get(URL)
        assert (response.status_code, response["Allow"]) == (405, "POST")

    @pytest.mark.parametrize("body", [BODY | {"nodes": []}, "{"])
    def test_errors_are_json_with_a_sentence(self, three_nodes: list[str], viewer_client: Client, body: Any) -> None:
        response = post(viewer_client, body)
        assert response["Content-Type"] == "application/json"
        assert response.json()["error"].endswith((".", "?"))
