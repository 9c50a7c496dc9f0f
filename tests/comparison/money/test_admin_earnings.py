"""The earnings of a node, and of all nodes together, in the admin."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from comparison import cache
from nodes.known import ensure_nodes
from nodes.models import EarningsEstimate, Node, Payout
from nodes.satellites import US1
from tests.comparison.money import month
from tests.comparison.money.month import NAME, START, event


@pytest.fixture
def node(databases: None) -> Node:
    cache.clear()
    month.events(event(START, "PUT", 1000), event(START, "PUT", 1000, node_name="cellar"))
    for name, gross in ((NAME, 4.0), ("cellar", 2.0)):
        row = {"node_name": name, "satellite": US1, "period": "2026-10", "timestamp": START}
        EarningsEstimate.objects.create(**row, total_earnings_gross=gross, node_age_months=20)
        Payout.objects.create(**row, actual_payout=gross - 0.5)
    return next(node for node in ensure_nodes([NAME, "cellar"]) if node.name == NAME)


def page(client: Client, *arguments: Any, **query: Any) -> str:
    name = "admin:nodes_node_earnings" if arguments else "admin:nodes_earnings"
    response = client.get(reverse(name, args=arguments), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_node_has_a_page_with_its_statement_and_its_months(node: Node, admin_client: Client) -> None:
    text = page(admin_client, node.pk, month="2026-10")
    assert "October 2026, in US dollars" in text
    assert ">us1</th>" in text
    assert '<th scope="row">Oct 2026</th><td>4.00</td><td>0.00</td><td>4.00</td><td>3.50</td><td>−0.50</td>' in text
    assert "cellar" not in text


def test_all_nodes_have_one_with_their_totals(node: Node, admin_client: Client) -> None:
    text = page(admin_client, month="2026-10")
    assert '<th scope="row">Oct 2026</th><td>6.00</td><td>0.00</td><td>6.00</td><td>5.00</td><td>−1.00</td>' in text
    assert '<th scope="row">Oct 2026</th><td>3.50</td><td>1.50</td>' in text


def test_the_list_of_nodes_leads_to_both(node: Node, admin_client: Client) -> None:
    text = admin_client.get(reverse("admin:nodes_node_changelist")).content.decode()
    assert reverse("admin:nodes_node_earnings", args=[node.pk]) in text
    assert reverse("admin:nodes_earnings") in text


def test_a_month_that_makes_no_sense_is_told(node: Node, admin_client: Client) -> None:
    assert "The month must be written as 2026-10." in page(admin_client, node.pk, month="yesterday")


def test_a_node_that_the_events_do_not_know_has_an_empty_page(node: Node, admin_client: Client) -> None:
    stranger = Node.objects.create(name="sold")
    assert "knows nothing of this node" in page(admin_client, stranger.pk)


def test_a_node_that_is_none_is_not_found(node: Node, admin_client: Client) -> None:
    assert admin_client.get(reverse("admin:nodes_node_earnings", args=[10**6])).status_code == 404
