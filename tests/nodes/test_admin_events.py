import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.db import connections
from django.test import Client
from django.urls import NoReverseMatch, reverse

from nodes import records
from nodes.known import ensure_nodes
from nodes.models import Event, Node
from nodes.places import places

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVENTS = reverse("admin:nodes_event_changelist")
READ_ONLY = ("event", "storagesnapshot", "reputation", "earningsestimate", "payout")


def event(name: str | None = "a", minutes_before: float = 0, **values: object) -> Event:
    return Event.objects.create(node_name=name, timestamp=NOON - timedelta(minutes=minutes_before), **values)


def node(name: str = "a") -> Node:
    return ensure_nodes([name])[0]


def listed(client: Client, **asked: str | int) -> list[int]:
    page = client.get(EVENTS, asked)
    assert page.status_code == 200
    return [int(pk) for pk in re.findall(rf'{EVENTS}([0-9]+)/"', page.content.decode())]


@pytest.mark.parametrize("model", READ_ONLY)
def test_the_list_of_every_model_opens(databases: None, admin_client: Client, model: str) -> None:
    assert admin_client.get(reverse(f"admin:nodes_{model}_changelist")).status_code == 200


@pytest.mark.parametrize("model", READ_ONLY)
@pytest.mark.parametrize("action", ["add", "delete", "history"])
def test_there_is_no_address_that_changes_anything(model: str, action: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:nodes_{model}_{action}", args=[] if action == "add" else [1])


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_lists_can_only_be_read(databases: None, admin_client: Client, method: str) -> None:
    assert getattr(admin_client, method)(EVENTS).status_code == 405


def test_events_are_filtered_by_node_action_and_status(databases: None, admin_client: Client) -> None:
    wanted = event(action="GET_AUDIT", status="failed")
    event(action="GET_AUDIT", status="success")
    event(action="GET", status="failed")
    event("b", action="GET_AUDIT", status="failed")
    assert listed(admin_client, node=node().pk, action="GET_AUDIT", status="failed") == [wanted.pk]


def test_events_are_filtered_by_time_in_utc(databases: None, admin_client: Client) -> None:
    event(minutes_before=0)
    inside = event(minutes_before=30)
    event(minutes_before=61)
    assert listed(admin_client, **{"from": "2026-11-20T11:00", "to": "2026-11-20T12:00"}) == [inside.pk]


def test_newest_events_come_first(databases: None, admin_client: Client) -> None:
    old, new = event(minutes_before=5), event(minutes_before=1)
    assert listed(admin_client, node=node().pk) == [new.pk, old.pk]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"node": "77777"}, "There is no such node"),
        ({"node": "'; DROP TABLE events"}, "There is no such node"),
        ({"action": "DELETE"}, "The action must be one of GET, PUT"),
        ({"status": "\0"}, "The status must be one of success"),
        ({"from": "yesterday"}, "Enter a time in UTC such as"),
        ({"to": "0001-01-01T00:00+14:00"}, "Enter a time in UTC such as"),
        ({"from": "2026-11-20T12:00", "to": "2026-11-20T12:00"}, "“From” must be before “to”."),
        ({"page": "0"}, "Pages go from 1 to 100"),
        ({"page": "101"}, "Pages go from 1 to 100"),
        ({"page": "9" * 5000}, "Pages go from 1 to 100"),
        ({"page": "last"}, "Pages go from 1 to 100"),
    ],
)
def test_what_cannot_be_asked_gets_a_sentence_and_no_rows(
    databases: None, admin_client: Client, asked: dict[str, str], sentence: str
) -> None:
    event(action="GET", status="success")
    page = admin_client.get(EVENTS, asked)
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert listed(admin_client, **asked) == []


def test_a_search_among_the_newest_rows_only_says_so_and_leads_further_back(
    databases: None, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "SEARCHED", 3)
    rare = event(minutes_before=10, status="failed")
    for minutes in range(9, 6, -1):
        event(minutes_before=minutes, status="success")
    asked = {"status": "failed", "node": str(node().pk)}
    page = admin_client.get(EVENTS, asked).content.decode()
    assert "Only the newest 3 rows were searched" in page
    link = re.search(r'<a href="([^"]+)">Search further back', page)
    assert link is not None
    assert f"{EVENTS}{rare.pk}/" in admin_client.get(EVENTS + link[1].replace("&amp;", "&")).content.decode()


def test_pages_keep_what_was_asked_for(databases: None, admin_client: Client) -> None:
    for minutes in range(records.ROWS_ON_A_PAGE + 1):
        event(minutes_before=minutes, status="failed")
    page = admin_client.get(EVENTS, {"status": "failed"}).content.decode()
    assert '<a href="?status=failed&amp;page=2" rel="next">' in page
    assert len(listed(admin_client, status="failed", page=2)) == 1


def test_the_page_of_one_event_shows_every_column(databases: None, admin_client: Client) -> None:
    shown = event(action="GET", status="failed", error_reason="broken <pipe>", size=2319360, piece_id="PIECE")
    page = admin_client.get(f"{EVENTS}{shown.pk}/").content.decode()
    assert all(text in page for text in ("2319360", "PIECE", "broken &lt;pipe&gt;", "2026-11-20 12:00:00 UTC"))


@pytest.mark.parametrize("pk", ["0", "x", "-1", "9" * 30, "%00"])
def test_an_event_that_does_not_exist_is_not_found(databases: None, admin_client: Client, pk: str) -> None:
    assert admin_client.get(f"{EVENTS}{pk}/").status_code == 404


BROKEN = "INSERT INTO events (id, timestamp, node_name, action, status, size, latitude) VALUES (%s,%s,%s,%s,%s,%s,%s)"


def test_rows_without_values_and_with_broken_time_stamps_are_shown(databases: None, admin_client: Client) -> None:
    rows: list[tuple[Any, ...]] = [
        (1, None, None, None, None, None, None),
        (2, "not a time", "", "?", "", -5, None),
        (3, "2026-13-45T99:99:99+00:00", "\ufffd", "GET", "failed", 2**62, 0.1),
        (-4, "2026-11-20 12:00:00", "a\nb", "<b>", "failed", 0, 1e300),
    ]
    with connections["events"].cursor() as cursor:
        cursor.executemany(BROKEN, rows)
    assert admin_client.get(EVENTS).content.decode().count('<th scope="row">') == len(rows)
    for pk, *_ in rows:
        assert admin_client.get(f"{EVENTS}{pk}/").status_code == 200


@pytest.mark.sqlite_files
def test_text_and_bytes_in_columns_of_numbers_are_shown(databases: None, admin_client: Client) -> None:
    rows: list[tuple[Any, ...]] = [
        (1, b"\xff\xfe", b"\x00", "GET", "failed", "12abc", "north"),
        (2, 1763640000, 7, 8, 9, b"\x80\x81", b""),
        (3, 1.5, "a", "GET", "failed", "", ""),
    ]
    with connections["events"].cursor() as cursor:
        cursor.executemany(BROKEN, rows)
        cursor.execute("INSERT INTO events (id, node_name) VALUES (4, CAST(x'ff41' AS TEXT))")
    page = admin_client.get(EVENTS).content.decode()
    assert "12abc" in page
    assert "(binary, 2 bytes)" in page
    for pk in range(1, 5):
        assert admin_client.get(f"{EVENTS}{pk}/").status_code == 200


def test_names_that_are_markup_are_escaped(databases: None, admin_client: Client) -> None:
    event("<script>alert(1)</script>")
    assert b"<script>alert(1)" not in admin_client.get(EVENTS).content


@pytest.mark.sqlite_files
def test_without_the_events_database_a_sentence_is_the_answer(
    databases: None, admin_client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    readonly = connections["events_readonly"].settings_dict
    monkeypatch.setitem(readonly, "NAME", (tmp_path / "missing.db").as_uri() + "?mode=ro")
    page = admin_client.get(EVENTS)
    assert page.status_code == 503
    assert "cannot be opened: check that EVENTS_DATABASE_URL" in page.content.decode()
    assert str(tmp_path) not in page.content.decode()


def test_a_real_request_gives_its_place_back(
    databases: None, live_server: object, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    event()
    before = places.use().in_use
    session = admin_client.cookies[settings.SESSION_COOKIE_NAME].value
    request = Request(f"{live_server}{EVENTS}", headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"})
    with urlopen(request, timeout=10) as answer:
        assert answer.status == 200
        assert b"result_list" in answer.read()
    assert places.use().in_use == before


def test_the_permissions_for_the_monitors_tables_exist_in_the_sites_database(databases: None) -> None:
    codes = set(Permission.objects.using("default").values_list("codename", flat=True))
    assert {f"view_{model}" for model in READ_ONLY} <= codes


def test_events_are_shown_to_staff_with_the_permission_only(databases: None, client: Client) -> None:
    user = User.objects.create_user("watcher", is_staff=True)
    client.force_login(user)
    shown = event()
    addresses = [EVENTS, f"{EVENTS}{shown.pk}/"]
    assert [client.get(address).status_code for address in addresses] == [403, 403]
    user.user_permissions.add(Permission.objects.get(codename="view_event"))
    assert [client.get(address).status_code for address in addresses] == [200, 200]
