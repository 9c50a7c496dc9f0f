"""A file of payouts in the admin: looked at first, then taken over."""

import html
import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from nodes.models import Node, Payout
from nodes.satellites import US1

pytestmark = pytest.mark.usefixtures("databases")

PAGE = reverse("admin:nodes_payout_import")
LIST = reverse("admin:nodes_payout_changelist")
TEXT = "attic,2025-10,us1,12.34\r\nshed,2025-10,us1,1\r\n"


@pytest.fixture(autouse=True)
def nodes() -> None:
    Node.objects.create(name="attic")


def look(client: Client, content: str | bytes) -> str:
    data = content if isinstance(content, bytes) else content.encode()
    response = client.post(PAGE, {"file": SimpleUploadedFile("payouts.csv", data)})
    assert response.status_code == 200
    return response.content.decode()


def held_text(page: str) -> str:
    found = re.search(r'name="text" value="([^"]*)"', page)
    assert found
    return html.unescape(found[1])


def paid() -> list[float]:
    return list(Payout.objects.values_list("actual_payout", flat=True))


class TestLook:
    def test_shows_what_would_change_and_writes_nothing(self, admin_client: Client) -> None:
        Payout.objects.create(
            timestamp=datetime(2025, 11, 9, tzinfo=UTC),
            node_name="attic",
            satellite=US1,
            period="2025-10",
            actual_payout=12.0,
        )
        page = look(admin_client, TEXT)
        assert "Nothing is written yet: 0 new, 1 changed, 0 the same as before; 1 line left out" in page
        assert "<td>12.00</td><td>12.34</td>" in page
        assert "Line 2: there is no node “shed”." in page
        assert paid() == [12.0]

    def test_offers_nothing_to_confirm_where_nothing_changes(self, admin_client: Client) -> None:
        admin_client.post(PAGE, {"text": TEXT})
        assert 'name="text"' not in look(admin_client, TEXT)

    def test_refuses_a_file_of_which_nothing_can_be_read(self, admin_client: Client) -> None:
        page = look(admin_client, b"\xff\xfe\0\0bad")
        assert "No line of the file can be read" in page
        assert 'name="text"' not in page

    def test_refuses_a_file_that_is_too_long(self, admin_client: Client) -> None:
        assert "divide it" in look(admin_client, b" " * 1_000_001)

    def test_without_a_file_says_so(self, admin_client: Client) -> None:
        assert "This field is required" in admin_client.post(PAGE, {}).content.decode()

    def test_escapes_what_is_in_the_file(self, admin_client: Client) -> None:
        page = look(admin_client, '"<script>alert(1)</script>",2025-10,us1,1\nattic,2025-10,us1,1\n')
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


class TestConfirming:
    def test_takes_over_what_was_shown(self, admin_client: Client) -> None:
        page = look(admin_client, TEXT)
        response = admin_client.post(PAGE, {"text": held_text(page)}, follow=True)
        assert response.redirect_chain == [(LIST, 302)]
        assert "Payouts: 1 new, 0 changed, 0 the same as before; 1 line left out" in response.content.decode()
        assert paid() == [12.34]

    def test_twice_changes_nothing_more(self, admin_client: Client) -> None:
        for _ in range(2):
            admin_client.post(PAGE, {"text": TEXT})
        assert paid() == [12.34]

    def test_refuses_a_text_of_which_nothing_can_be_read(self, admin_client: Client) -> None:
        page = admin_client.post(PAGE, {"text": "bad"}).content.decode()
        assert "No line of the file can be read" in page

    def test_of_another_site_is_refused(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(User.objects.create_superuser("root"))
        assert strict.post(PAGE, {"text": TEXT}).status_code == 403
        assert paid() == []


class TestPermissions:
    @pytest.mark.parametrize("missing", ["add_payout", "change_payout"])
    def test_both_are_needed(self, client: Client, missing: str) -> None:
        wanted = {"view_payout", "add_payout", "change_payout"} - {missing}
        user = User.objects.create(username="some", is_staff=True)
        user.user_permissions.add(*Permission.objects.filter(codename__in=wanted))
        client.force_login(user)
        assert client.get(PAGE).status_code == client.post(PAGE, {"text": TEXT}).status_code == 403
        assert PAGE not in client.get(LIST).content.decode()
        assert paid() == []

    def test_the_list_leads_to_it(self, admin_client: Client) -> None:
        assert PAGE in admin_client.get(LIST).content.decode()
        assert admin_client.get(PAGE).status_code == 200

    def test_other_methods_are_refused(self, admin_client: Client) -> None:
        assert admin_client.delete(PAGE).status_code == 405
