import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.urls import reverse

from comparison import cache
from nodes.adopt import adopt
from nodes.display import with_commands
from nodes.models import Event, Node
from nodes.places import places
from nodes.rollups.roll import rollup_once
from storj_site import housekeeper
from storj_site.status import Part, parts
from tests.comparison.told_rows import skipped
from tests.nodes.rollups import tables
from tests.nodes.rollups.lifelike import some_events
from tests.storj_site.running import wait_until

pytestmark = pytest.mark.usefixtures("databases")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def part(title: str) -> Part:
    return next(part for part in parts() if part.title == title)


def value(title: str, label: str) -> str:
    return next(row[1] for row in part(title).rows if row[0] == label)


def test_the_page_shows_every_part(admin_client: Client) -> None:
    page = admin_client.get(reverse("status")).content.decode()
    assert all(f"<h2>{with_commands(part.title)}</h2>" in page for part in parts())


@pytest.mark.parametrize("name", ["status", "admin:index", "admin:nodes_node_changelist", "compare"])
def test_no_page_has_commands_in_backticks(admin_client: Client, name: str) -> None:
    Node.objects.create(name="attic", log_path="/var/log/attic.log")
    assert "`" not in admin_client.get(reverse(name)).content.decode()


def test_what_operators_look_for_comes_first() -> None:
    first = ["Health", "Events per node", "Node APIs", "Collector", "Lines that could not be read"]
    assert [part.title for part in parts()][:5] == first


def test_health_says_in_a_line_each_how_all_is() -> None:
    Node.objects.create(name="attic", api_url="http://10.0.0.1:14002")
    assert {row[0]: row[1] for row in part("Health").rows} == {
        "Events database": "well",
        "Counting of events": "off in this process",
        "Node APIs": "1, 1 in trouble: see below",
        "Logs": "none entered",
        "Collector": "has no log to follow",
    }


def test_the_admin_leads_to_it(admin_client: Client) -> None:
    assert f'href="{reverse("status")}"' in admin_client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize(("is_staff", "answer"), [(False, 403), (True, 200)])
def test_it_is_for_staff_only(client: Client, is_staff: bool, answer: int) -> None:
    client.force_login(User.objects.create_user("someone", is_staff=is_staff))
    assert client.get(reverse("status")).status_code == answer


def test_the_anonymous_are_sent_to_the_login(client: Client) -> None:
    assert client.get(reverse("status"))["Location"].startswith(reverse("login"))


def test_hits_and_misses_of_the_cache_are_counted() -> None:
    title = "Cache of comparisons"
    hits, misses = (int(value(title, label).replace(",", "")) for label in ("Hits", "Misses"))
    cache.put("key", {"nodes": []}, time.time())
    cache.get("key")
    cache.get("other key")
    assert [int(value(title, label).replace(",", "")) for label in ("Hits", "Misses")] == [hits + 1, misses + 1]


def test_places_in_use_are_told() -> None:
    before = places.use().in_use
    places.take()
    try:
        assert value("Places for reads of the events", "In use") == f"{before + 1} of 20"
    finally:
        places.give_back()


def test_lines_that_could_not_be_read_have_a_row_for_each_reason_with_an_example(admin_client: Client) -> None:
    skipped("attic", "no piece id", 12)
    skipped("attic", "not JSON", 3400, example="<script>alert(1)</script>\x1b[31m")
    found = part("Lines that could not be read")
    assert found.columns == ("Node", "Reason", "Lines", "Example")
    assert [row[:3] for row in found.rows] == [("attic", "not JSON", "3,400"), ("attic", "no piece id", "12")]
    page = admin_client.get(reverse("status")).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\N{REPLACEMENT CHARACTER}[31m" in page


def test_there_are_no_such_lines_in_a_database_that_is_not_adopted() -> None:
    with connections["events"].cursor() as cursor:
        cursor.execute("ALTER TABLE intake_skipped RENAME TO intake_skipped_away")
        try:
            assert (part("Lines that could not be read").rows, part("Lines that could not be read").trouble) == (
                [],
                None,
            )
        finally:
            cursor.execute("ALTER TABLE intake_skipped_away RENAME TO intake_skipped")


@pytest.mark.sqlite_files
@pytest.mark.parametrize("title", ["Events database", "Site database"])
def test_size_and_journal_mode_of_both_databases_are_told(title: str) -> None:
    assert value(title, "Journal mode") == "wal"
    assert value(title, "Size").endswith((" kB", " MB"))
    assert value(title, "Kind").startswith("SQLite 3.")


def test_events_of_each_node_are_told_with_oldest_and_newest() -> None:
    for hours in (1, 2, 3):
        Event.objects.create(node_name="a <b>", timestamp=NOON - timedelta(hours=hours))
    expected = ("a <b>", "3", "2026-11-20 09:00:00 UTC", "2026-11-20 11:00:00 UTC")
    assert part("Events per node").rows == [expected, ("All nodes", "at most 3, by the first and last id", "", "")]


@pytest.mark.parametrize("may_see", [False, True])
def test_names_of_nodes_are_for_staff_that_may_see_nodes(client: Client, may_see: bool) -> None:
    Event.objects.create(node_name="hidden name", timestamp=NOON)
    staff = User.objects.create_user("someone", is_staff=True)
    if may_see:
        staff.user_permissions.add(Permission.objects.get(codename="view_node"))
    client.force_login(staff)
    page = client.get(reverse("status")).content.decode()
    assert "<h2>Events per node</h2>" in page
    assert ("hidden name" in page) == may_see
    assert ("may not view nodes" in page) != may_see


@pytest.fixture
def without_an_index() -> Iterator[None]:
    with connections["events"].cursor() as cursor:
        cursor.execute("DROP INDEX idx_earnings_latest")
    yield
    adopt(connections["events"], lambda _: None)


def test_a_missing_index_is_told_with_what_adds_it(without_an_index: None) -> None:
    states = {row[0]: row[2] for row in part("Indexes of the events database").rows}
    assert states.pop("earnings_estimates (node_name, period, satellite, timestamp)") == "missing"
    assert set(states.values()) == {"exists"}
    ((step,),) = part("What `make adopt` would add").rows
    assert "earnings_estimates (node_name, period, satellite, timestamp)" in step


def test_an_adopted_database_lacks_nothing() -> None:
    assert part("What `make adopt` would add").rows == [("Nothing: all that is needed is there.",)]


def test_how_far_the_events_are_counted_is_told() -> None:
    events = some_events(first=1, count=30)
    tables.insert(events)
    rollup_once(20)
    stamps = sorted(event["timestamp"] for event in events[:20])
    first, last = (f"{stamp[:10]} {stamp[11:19]} UTC" for stamp in (stamps[0], stamps[-1]))
    rows = {row[0]: row[1] for row in part("Roll-ups").rows}
    assert (rows["Counted up to id"], rows["Ids that are still ahead"]) == ("20", "10")
    assert (rows["First counted event"], rows["Last counted event"]) == (first, last)
    assert rows["Counting in this process"] == "off"


def test_what_the_housekeeper_did_is_told(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    tables.insert(some_events(first=1, count=30))
    housekeeper.start()
    try:
        wait_until(lambda: value("Roll-ups", "Events counted by this process") == "30")
        assert value("Roll-ups", "Last counting in this process").endswith(" UTC")
        assert value("Roll-ups", "Trouble with counting") == "none"
    finally:
        housekeeper.stop()


def test_a_database_without_roll_ups_is_told_what_adds_them(fresh: BaseDatabaseWrapper) -> None:
    assert value("Roll-ups", "Roll-ups") == "none: `make adopt` adds their tables"


def test_limits_are_told_as_they_are_in_force(settings: object) -> None:
    settings.MAX_NODES = 3  # type: ignore[attr-defined]
    assert value("Limits", "MAX_NODES") == "3"


@pytest.mark.sqlite_files
def test_without_the_events_its_parts_say_why_and_the_others_stay(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing = (tmp_path / "missing.db").as_uri() + "?mode=ro"
    monkeypatch.setitem(connections["events_readonly"].settings_dict, "NAME", missing)
    troubled = {part.title for part in parts() if part.trouble}
    assert troubled == {
        "Events database",
        "Events per node",
        "Indexes of the events database",
        "What `make adopt` would add",
        "Roll-ups",
        "Node APIs",
        "Collector",
        "Lines that could not be read",
    }
    page = admin_client.get(reverse("status"))
    assert page.status_code == 200
    assert "cannot be opened" in page.content.decode()
    assert str(tmp_path) not in page.content.decode()


@pytest.mark.sqlite_files
def test_without_the_sites_database_a_sentence_is_the_answer(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(connections["default"].settings_dict, "NAME", str(tmp_path / "missing" / "site.db"))
    connections["default"].close()
    page = admin_client.get(reverse("status"))
    assert page.status_code == 503
    assert "check DATABASE_URL" in page.content.decode()


def test_it_holds_no_place_afterwards(admin_client: Client) -> None:
    before = places.use().in_use
    admin_client.get(reverse("status"))
    assert places.use().in_use == before
