"""Hosts and groups of nodes in the admin."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from nodes.known import ensure_nodes
from nodes.models import Host, Node, NodeGroup

pytestmark = pytest.mark.usefixtures("databases")

ADD = reverse("admin:nodes_host_add")
LIST = reverse("admin:nodes_host_changelist")
RACK = {
    "name": "rack",
    "currency": "eur",
    "usd_rate": "1.08",
    "fixed_per_month": "5",
    "watts": "20.5",
    "price_per_kwh": "0.31",
    "purchase_price": "300",
    "purchased_on": "2026-01-15",
}


def page_of(host: Host) -> str:
    return reverse("admin:nodes_host_change", args=[host.pk])


def may(client: Client, *permissions: str) -> None:
    user = User.objects.create(username="some", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    client.force_login(user)


class TestHost:
    def test_is_entered_with_its_nodes(self, admin_client: Client) -> None:
        attic, _ = ensure_nodes(["attic", "cellar"])
        assert admin_client.post(ADD, {**RACK, "chosen": [attic.pk]}).status_code == 302
        host = Host.objects.get()
        assert (host.currency, host.usd_rate, host.watts) == ("EUR", Decimal("1.08"), Decimal("20.5"))
        assert [node.name for node in host.nodes.all()] == ["attic"]

    def test_gives_up_nodes_that_are_chosen_no_more(self, admin_client: Client) -> None:
        host = Host.objects.create(name="rack")
        attic, cellar = ensure_nodes(["attic", "cellar"])
        Node.objects.filter(pk=attic.pk).update(host=host)
        admin_client.post(page_of(host), {**RACK, "chosen": [cellar.pk]})
        assert [node.name for node in host.nodes.all()] == ["cellar"]

    def test_cannot_take_the_node_of_another(self, admin_client: Client) -> None:
        other = Host.objects.create(name="other")
        (attic,) = ensure_nodes(["attic"])
        Node.objects.filter(pk=attic.pk).update(host=other)
        page = admin_client.post(ADD, {**RACK, "chosen": [attic.pk]})
        assert "is not one of the available choices" in page.content.decode()
        assert list(other.nodes.all()) == [attic]

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("currency", "EURO", "at most 3 characters"),
            ("currency", "E1R", "three capital letters"),
            ("usd_rate", "0", "a rate above 0"),
            ("fixed_per_month", "-1", "greater than or equal to 0"),
            ("watts", "-1", "greater than or equal to 0"),
            ("price_per_kwh", "NaN", "Enter a number"),
            ("purchased_on", "", "the price and the date"),
            ("purchase_price", "", "the price and the date"),
            ("currency", "USD", "One US dollar is one US dollar"),
        ],
    )
    def test_is_refused_with_a_sentence_where_it_makes_no_sense(
        self, admin_client: Client, field: str, value: str, sentence: str
    ) -> None:
        assert sentence in admin_client.post(ADD, RACK | {field: value}).content.decode()
        assert not Host.objects.exists()

    def test_leaves_its_nodes_behind_when_it_is_deleted(self, admin_client: Client) -> None:
        host = Host.objects.create(name="rack")
        Node.objects.create(name="attic", host=host)
        admin_client.post(reverse("admin:nodes_host_delete", args=[host.pk]), {"post": "yes"})
        assert Node.objects.get().host is None

    def test_is_listed_with_costs_and_nodes_which_are_escaped(self, admin_client: Client) -> None:
        host = Host.objects.create(name="rack", currency="EUR", fixed_per_month=5, watts=20, price_per_kwh="0.30000")
        Node.objects.create(name="<script>alert(1)</script>", host=host)
        page = admin_client.get(LIST).content.decode()
        assert "5.00 EUR, 20.0 W at 0.3 per kWh" in page
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page


class TestPermissions:
    def test_who_may_not_change_nodes_cannot_move_them(self, client: Client) -> None:
        host = Host.objects.create(name="rack")
        attic, cellar = ensure_nodes(["attic", "cellar"])
        Node.objects.filter(pk=attic.pk).update(host=host)
        may(client, "view_host", "change_host")
        assert client.post(page_of(host), {**RACK, "chosen": [cellar.pk]}).status_code == 302
        assert Host.objects.get().currency == "EUR"
        assert [node.name for node in host.nodes.all()] == ["attic"]

    def test_who_may_only_view_hosts_sees_their_nodes(self, client: Client) -> None:
        host = Host.objects.create(name="rack")
        Node.objects.create(name="attic", host=host)
        may(client, "view_host")
        assert "attic" in client.get(page_of(host)).content.decode()
        assert client.post(page_of(host), RACK).status_code == 403


class TestNode:
    def test_has_a_host_and_groups(self, admin_client: Client) -> None:
        (node,) = ensure_nodes(["attic"])
        host, group = Host.objects.create(name="rack"), NodeGroup.objects.create(name="at home")
        no_terms = {"terms-TOTAL_FORMS": "0", "terms-INITIAL_FORMS": "0"}
        form = {"host": host.pk, "groups": [group.pk], "cost_per_month": "1.50"} | no_terms
        assert admin_client.post(reverse("admin:nodes_node_change", args=[node.pk]), form).status_code == 302
        node.refresh_from_db()
        assert (node.host, list(node.groups.all())) == (host, [group])

    def test_is_found_by_its_group(self, admin_client: Client) -> None:
        attic, _ = ensure_nodes(["attic", "cellar"])
        attic.groups.add(NodeGroup.objects.create(name="at home"))
        page = admin_client.get(reverse("admin:nodes_node_changelist"), {"groups__id__exact": attic.groups.get().pk})
        assert ">attic</a>" in page.content.decode()
        assert ">cellar</a>" not in page.content.decode()


class TestGroup:
    def test_has_no_comma(self, admin_client: Client) -> None:
        page = admin_client.post(reverse("admin:nodes_nodegroup_add"), {"name": "at home, old"})
        assert "Leave out the comma" in page.content.decode()

    def test_is_listed_with_its_number_of_nodes(self, admin_client: Client) -> None:
        group = NodeGroup.objects.create(name="at home")
        group.nodes.add(*ensure_nodes(["attic", "cellar"]))
        page = admin_client.get(reverse("admin:nodes_nodegroup_changelist")).content.decode()
        assert '<td class="field-number">2</td>' in page
