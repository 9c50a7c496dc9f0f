from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from nodes.models import Node, SnoNode
from tests.nodes.sno import fake
from tests.nodes.sno.fake import Fake, serving
from tests.nodes.sno.stories import Story

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("databases")


def page_of(node: Node) -> str:
    return reverse("admin:nodes_node_change", args=[node.pk])


def button_of(node: Node) -> str:
    return reverse("admin:nodes_node_test_connection", args=[node.pk])


def press(client: Client, node: Node) -> str:
    response = client.post(button_of(node), follow=True)
    assert response.redirect_chain == [(page_of(node), 302)]
    return response.content.decode()


def test_the_button_says_what_answers_and_stores_nothing(admin_client: Client) -> None:
    played = Fake(Story(NOW))
    with serving(played):
        node = Node.objects.create(name="attic", api_url=played.url)
        assert button_of(node) in admin_client.get(page_of(node)).content.decode()
        assert "The API answers: storagenode v1.162.3, 4 satellites" in press(admin_client, node)
    assert not SnoNode.objects.exists()


def test_the_button_says_what_is_wrong_and_escapes_it(admin_client: Client) -> None:
    played = Fake(Story(NOW), fake.html)
    with serving(played):
        node = Node.objects.create(name="attic", api_url=played.url)
        assert "this is not a storagenode&#x27;s API" in press(admin_client, node)


def test_a_version_that_is_markup_stays_text(admin_client: Client) -> None:
    def lying(handler: fake.Handler, body: bytes) -> None:
        handler.send(200, b'{"nodeID": "x", "version": "<script>alert(1)</script>"}')

    played = Fake(Story(NOW), lying)
    with serving(played):
        page = press(admin_client, Node.objects.create(name="attic", api_url=played.url))
    assert "<script>alert(1)" not in page
    assert "storagenode v&lt;script&gt;" in page


def test_without_an_address_there_is_no_button_but_a_sentence(admin_client: Client) -> None:
    node = Node.objects.create(name="attic")
    assert "test-connection" not in admin_client.get(page_of(node)).content.decode()
    assert "has no API address" in press(admin_client, node)


def test_looking_does_not_press_it(admin_client: Client) -> None:
    node = Node.objects.create(name="attic", api_url="http://127.0.0.1:1")
    assert admin_client.get(button_of(node)).status_code == 405


def test_who_may_only_view_nodes_cannot_press_it(client: Client) -> None:
    viewer = User.objects.create(username="viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_node"))
    client.force_login(viewer)
    node = Node.objects.create(name="attic", api_url="http://127.0.0.1:1")
    assert client.post(button_of(node)).status_code == 403
    assert "test-connection" not in client.get(page_of(node)).content.decode()


def test_a_form_of_another_site_cannot_press_it() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_superuser("root"))
    node = Node.objects.create(name="attic", api_url="http://127.0.0.1:1")
    assert strict.post(button_of(node)).status_code == 403
