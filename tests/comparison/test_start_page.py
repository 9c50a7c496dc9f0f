import pytest
from django.contrib.auth.models import User
from django.test import Client

from nodes.known import known_nodes
from nodes.models import StartPage


@pytest.fixture
def ids(three_nodes: list[str]) -> list[int]:
    return [node.pk for node in known_nodes()]


def query(*ids: int) -> str:
    return "&".join([*(f"node={id}" for id in ids), "type=overall", "range=7d"])


def test_a_comparison_that_is_kept_is_what_its_user_sees_first(ids: list[int], viewer_client: Client) -> None:
    viewer_client.post("/start-page", {"query": query(*ids[:2])})
    assert viewer_client.get("/")["Location"] == f"/?{query(*ids[:2])}"
    assert "Forget my start page" in viewer_client.get("/?type=overall").content.decode()


def test_it_is_of_that_user_alone(ids: list[int], viewer_client: Client, client: Client) -> None:
    viewer_client.post("/start-page", {"query": query(*ids[:2])})
    client.force_login(User.objects.create_superuser("other"))
    assert client.get("/").status_code == 200


def test_the_latest_one_counts_and_is_forgotten_when_asked(ids: list[int], viewer_client: Client) -> None:
    for kept in (query(*ids), query(*ids[1:])):
        viewer_client.post("/start-page", {"query": kept})
    assert StartPage.objects.get().query == query(*ids[1:])
    viewer_client.post("/start-page")
    assert viewer_client.get("/").status_code == 200


def test_nodes_that_are_gone_are_left_out_and_it_says_so(ids: list[int], viewer_client: Client) -> None:
    viewer_client.post("/start-page", {"query": query(*ids[:2], 4711)})
    answer = viewer_client.get("/", follow=True)
    assert answer.redirect_chain == [(f"/?{query(*ids[:2])}", 302)]
    assert "1 node of your start page is not known any more" in answer.content.decode()


def test_only_what_an_address_can_have_is_kept(ids: list[int], viewer_client: Client) -> None:
    viewer_client.post("/start-page", {"query": f"{query(*ids[:2])}&next=//evil&type=x"})
    assert StartPage.objects.get().query == query(*ids[:2])


def test_it_needs_an_account_also_where_everybody_may_read(databases: None, client: Client, settings: object) -> None:
    settings.PUBLIC_READ = True  # type: ignore[attr-defined]
    assert client.post("/start-page", {"query": query(1, 2)}).status_code == 403


def test_it_is_no_link_that_somebody_could_be_sent(ids: list[int], viewer_client: Client) -> None:
    assert viewer_client.get(f"/start-page?query={query(*ids)}").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="viewer"))
    assert strict.post("/start-page", {"query": query(*ids)}).status_code == 403
