from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nodes.known import ensure_nodes
from nodes.models import Event, Node, Reputation, StorageSnapshot
from nodes.places import places

LIST = reverse("admin:nodes_node_changelist")


def known(*names: str) -> None:
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    Event.objects.bulk_create([Event(node_name=name, timestamp=hour_ago) for name in names])


def test_opening_the_list_makes_the_rows_of_known_nodes(databases: None, admin_client: Client) -> None:
    known("b", "a")
    page = admin_client.get(LIST)
    assert list(Node.objects.values_list("name", flat=True)) == ["a", "b"]
    assert page.status_code == 200


def test_the_list_shows_the_figures_of_each_node(databases: None, admin_client: Client) -> None:
    now = datetime.now(UTC)
    Event.objects.create(node_name="a", timestamp=now - timedelta(hours=30))
    Event.objects.create(node_name="a", timestamp=now - timedelta(hours=3))
    StorageSnapshot.objects.create(node_name="a", timestamp=now, used_bytes=1_500_000_000_000, total_bytes=2 * 10**12)
    Reputation.objects.create(
        node_name="a", satellite="eu1", timestamp=now - timedelta(days=3), online_score=98.765, audit_score=100.0
    )
    page = admin_client.get(LIST).content.decode()
    assert f"{now - timedelta(hours=3):%Y-%m-%d %H:%M:%S} UTC" in page
    assert '<td class="field-events_last_day">1</td>' in page
    assert "1.5 TB" in page
    assert f"98.77 % (as of {now - timedelta(days=3):%Y-%m-%d})" in page


def test_nodes_are_listed_in_their_natural_order_unless_another_is_asked_for(
    databases: None, admin_client: Client
) -> None:
    known("n10", "n2", "n1")
    assert [node.name for node in admin_client.get(LIST).context["cl"].result_list] == ["n1", "n2", "n10"]
    assert [node.name for node in admin_client.get(LIST, {"o": "-1"}).context["cl"].result_list] == ["n2", "n10", "n1"]


def queries(client: Client) -> int:
    client.get(LIST)  # makes the rows
    with CaptureQueriesContext(connections["default"]) as site, CaptureQueriesContext(connections["events"]) as rest:
        connections["events_readonly"].force_debug_cursor = True
        connections["events_readonly"].queries_log.clear()
        client.get(LIST)
        reads = len(connections["events_readonly"].queries_log)
    assert len(rest) == 0
    return len(site) + reads


def test_the_number_of_queries_does_not_depend_on_the_number_of_nodes(databases: None, admin_client: Client) -> None:
    known("a", "b", "c")
    few = queries(admin_client)
    known(*(f"node {number}" for number in range(57)))
    assert queries(admin_client) == few
    assert Node.objects.count() == 60


def test_the_list_opens_without_the_events_with_a_sentence_and_dashes(
    databases: None, admin_client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ensure_nodes(["a"])
    readonly = connections["events_readonly"]
    missing = str(tmp_path / "missing" / "events.db") if readonly.vendor == "sqlite" else "storj_missing"
    monkeypatch.setitem(readonly.settings_dict, "NAME", missing)
    page = admin_client.get(LIST)
    assert page.status_code == 200
    assert page.content.decode().count("The events database") == 1
    assert '<td class="field-last_event">–</td>' in page.content.decode()


def test_the_list_holds_no_place_afterwards(databases: None, admin_client: Client) -> None:
    known("a")
    before = places.use().in_use
    admin_client.get(LIST)
    assert places.use().in_use == before


def test_the_name_stays_as_it_is_in_the_events(databases: None, admin_client: Client) -> None:
    (node,) = ensure_nodes(["a"])
    change = reverse("admin:nodes_node_change", args=[node.pk])
    no_terms = {"terms-TOTAL_FORMS": "0", "terms-INITIAL_FORMS": "0"}
    admin_client.post(change, {"name": "b", "label": "Attic", "cost_per_month": "4.50", "notes": ""} | no_terms)
    node.refresh_from_db()
    assert (node.name, node.label) == ("a", "Attic")


def delete(client: Client, node: Node) -> int:
    return client.post(reverse("admin:nodes_node_delete", args=[node.pk]), {"post": "yes"}).status_code


def change_page(client: Client, node: Node) -> str:
    return client.get(reverse("admin:nodes_node_change", args=[node.pk])).content.decode()


def test_a_node_that_is_still_in_the_events_cannot_be_deleted_and_its_page_says_why(
    databases: None, admin_client: Client
) -> None:
    known("a")
    (node,) = ensure_nodes(["a"])
    page = change_page(admin_client, node)
    assert "still in the events database, so it would be made again" in page
    assert 'class="deletelink"' not in page
    assert delete(admin_client, node) == 403
    assert Node.objects.get() == node


def test_a_node_of_an_earlier_database_can_be_deleted(databases: None, admin_client: Client) -> None:
    known("a")
    _, old = ensure_nodes(["a", "old"])
    assert 'class="deletelink"' in change_page(admin_client, old)
    assert delete(admin_client, old) == 302
    assert [node.name for node in Node.objects.all()] == ["a"]


def test_no_node_is_deleted_while_the_events_cannot_be_read(
    databases: None, admin_client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (node,) = ensure_nodes(["a"])
    readonly = connections["events_readonly"]
    missing = str(tmp_path / "missing" / "events.db") if readonly.vendor == "sqlite" else "storj_missing"
    monkeypatch.setitem(readonly.settings_dict, "NAME", missing)
    assert "Not possible now: The events database" in change_page(admin_client, node)
    assert delete(admin_client, node) == 403


def test_nodes_are_not_deleted_in_bulk(databases: None, admin_client: Client) -> None:
    known("a")
    (old,) = ensure_nodes(["old"])
    assert "delete_selected" not in admin_client.get(LIST).content.decode()
    admin_client.post(LIST, {"action": "delete_selected", "_selected_action": [old.pk], "post": "yes"})
    assert old in Node.objects.all()


def test_the_list_tells_nodes_of_earlier_databases(databases: None, admin_client: Client) -> None:
    known("a")
    ensure_nodes(["old"])
    rows = admin_client.get(LIST).content.decode().split("<tr>")
    told = {name: next(row for row in rows if f">{name}</a>" in row) for name in ("a", "old")}
    assert "icon-yes" in told["a"]
    assert "icon-no" in told["old"]


def test_a_cost_below_zero_is_refused(databases: None, admin_client: Client) -> None:
    (node,) = ensure_nodes(["a"])
    form = {"terms-TOTAL_FORMS": "0", "terms-INITIAL_FORMS": "0", "cost_per_month": "-1"}
    page = admin_client.post(reverse("admin:nodes_node_change", args=[node.pk]), form)
    assert "greater than or equal to 0" in page.content.decode()


def test_names_from_the_events_are_escaped(databases: None, admin_client: Client) -> None:
    known("<script>alert(1)</script>")
    assert b"<script>alert(1)" not in admin_client.get(LIST).content
