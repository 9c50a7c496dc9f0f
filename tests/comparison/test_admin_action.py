import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from nodes.known import known_nodes
from nodes.models import Node

LIST = reverse("admin:nodes_node_changelist")


def select(client: Client, *ids: object, across: bool = False) -> tuple[str, list[str]]:
    """Where the action leads, and the messages that are shown there."""
    data = {"action": "compare_selected", "_selected_action": [str(id) for id in ids], "select_across": int(across)}
    response = client.post(LIST, data, follow=True)
    return response.redirect_chain[-1][0], [str(message) for message in response.context["messages"]]


def staff(codename: str) -> Client:
    user = User.objects.create_user(codename, password="a good password", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename=codename))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ids(three_nodes: list[str]) -> list[int]:
    return [node.pk for node in known_nodes()]


def test_the_action_leads_to_the_page_with_the_selected_nodes(ids: list[int]) -> None:
    address, said = select(staff("view_node"), ids[0], ids[2])
    assert address == f"{reverse('compare')}?node={ids[0]}&node={ids[2]}"
    assert said == []


def test_one_node_gets_a_message(ids: list[int]) -> None:
    address, said = select(staff("view_node"), ids[0])
    assert address == LIST
    assert said == ["Select at least two nodes to compare."]


def test_more_nodes_than_fit_get_a_message(ids: list[int], settings: Settings) -> None:
    settings.MAX_NODES = 2
    address, said = select(staff("view_node"), *ids)
    assert address == LIST
    assert said == ["Select at most 2 nodes (MAX_NODES); 3 are selected."]


def test_select_all_across_pages_over_too_many_gets_a_message(ids: list[int]) -> None:
    Node.objects.bulk_create(Node(name=f"old {number}") for number in range(300))
    address, said = select(staff("view_node"), ids[0], across=True)
    assert address == LIST
    assert said == ["Select at most 200 nodes (MAX_NODES); 303 are selected."]


def test_nodes_that_are_no_longer_known_are_left_out_with_a_message(ids: list[int]) -> None:
    gone = Node.objects.create(name="gone <b>")
    address, said = select(staff("view_node"), *ids[:2], gone.pk)
    assert address == f"{reverse('compare')}?node={ids[0]}&node={ids[1]}"
    assert said == ["Left out, because the events database does not know them any more: “gone <b>”."]


def test_too_few_known_nodes_are_not_compared(ids: list[int]) -> None:
    gone = Node.objects.create(name="gone")
    address, said = select(staff("view_node"), ids[0], gone.pk)
    assert address == LIST
    assert said[-1] == "Select at least two nodes to compare."


def test_who_may_change_nodes_but_not_view_them_is_refused_with_a_message(ids: list[int]) -> None:
    address, said = select(staff("change_node"), *ids)
    assert address == LIST
    assert said == ["Comparing nodes needs the permission “Nodes | node | Can view node”."]


def test_the_action_is_in_the_list_of_actions(ids: list[int]) -> None:
    assert "Compare selected nodes" in staff("view_node").get(LIST).content.decode()
