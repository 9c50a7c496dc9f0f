"""The page over a real comparison: who gets it, what it asks and what it answers."""

import gzip
import json
from html import unescape

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import override_script_prefix
from django.urls import reverse
from pytest_django import Settings

from comparison.metrics import TYPES
from nodes.known import known_nodes
from nodes.models import Event, Node
from storj_site.failures import unavailable
from tests.comparison.conftest import AS_OF

PAGE, CSV, JSON = (reverse(name) for name in ("compare", "comparison-csv", "comparison-json"))


def address(*ids: object, path: str = PAGE, **fields: str) -> str:
    pairs = [*(("node", str(id)) for id in ids), *fields.items()]
    return f"{path}?{'&'.join(f'{name}={value}' for name, value in pairs)}"


@pytest.fixture
def ids(three_nodes: list[str]) -> list[int]:
    return [node.pk for node in known_nodes()]


@pytest.fixture
def as_of() -> str:
    return AS_OF.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("path", [PAGE, JSON])
def test_the_page_and_json_are_compressed_for_who_takes_that(
    ids: list[int], viewer_client: Client, as_of: str, path: str
) -> None:
    there = address(*ids, path=path, as_of=as_of)
    plain, packed = viewer_client.get(there), viewer_client.get(there, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) * 3 < len(plain.content)
    assert b"attic" in gzip.decompress(packed.content)


@pytest.mark.parametrize("path", [PAGE, CSV, JSON])
def test_the_anonymous_are_sent_to_the_login_and_back(databases: None, client: Client, path: str) -> None:
    response = client.get(f"{path}?type=earnings")
    assert (response.status_code, response["Location"]) == (302, f"/login/?next={path}%3Ftype%3Dearnings")


@pytest.mark.parametrize("path", [PAGE, CSV, JSON])
def test_an_account_without_the_permission_is_told_what_to_do(databases: None, client: Client, path: str) -> None:
    client.force_login(User.objects.create_user("nobody"))
    response = client.get(path)
    assert response.status_code == 403
    assert "Ask an administrator for the permission" in response.content.decode()


@pytest.mark.parametrize("path", [PAGE, CSV, JSON])
def test_public_read_opens_page_and_exports_to_everybody(
    ids: list[int], client: Client, settings: Settings, path: str
) -> None:
    settings.PUBLIC_READ = True
    assert client.get(address(*ids, path=path)).status_code == 200


def test_signing_in_leads_back_to_the_page(viewer: User, client: Client) -> None:
    data = {"username": "viewer", "password": "a good password", "next": "/?type=earnings"}
    assert client.post(reverse("login"), data)["Location"] == "/?type=earnings"


def test_the_first_visit_compares_all_of_a_few_nodes(ids: list[int], viewer_client: Client) -> None:
    page = viewer_client.get(PAGE)
    assert page.status_code == 200
    assert [column.name for column in page.context["sheet"].columns] == ["attic", "cellar", "shed"]
    assert page.content.decode().count(" checked>") == 3


def test_the_first_visit_lets_choose_among_many_nodes(databases: None, viewer_client: Client) -> None:
    Event.objects.bulk_create(Event(node_name=f"n{number}", timestamp=AS_OF) for number in range(7))
    page = viewer_client.get(PAGE).content.decode()
    assert "Choose between 2 and 200 nodes, then press Compare." in page
    assert "<table" not in page


@pytest.mark.parametrize("type", TYPES)
def test_showing_a_stored_result_does_not_change_it(
    ids: list[int], as_of: str, viewer_client: Client, memory_cache: None, type: str
) -> None:
    """All who ask get the same object, which refuses to be changed."""
    viewer_client.get(address(*ids, type=type, as_of=as_of))
    shown = [viewer_client.get(address(*ids, path=path, type=type, as_of=as_of)) for path in (JSON, PAGE, CSV, JSON)]
    assert [answer.status_code for answer in shown] == [200] * 4
    assert shown[0].json()["cached"]
    assert shown[0].content == shown[-1].content


def test_an_address_with_a_type_but_no_nodes_shows_the_form(ids: list[int], viewer_client: Client) -> None:
    page = viewer_client.get(address(type="earnings"))
    assert page.status_code == 200
    assert "sheet" not in page.context


def test_a_single_known_node_cannot_be_compared_and_the_page_says_so(databases: None, viewer_client: Client) -> None:
    Event.objects.create(node_name="alone", timestamp=AS_OF)
    assert "Only one node is known so far" in viewer_client.get(PAGE).content.decode()


def test_a_database_without_nodes_is_explained(databases: None, viewer_client: Client) -> None:
    page = viewer_client.get(PAGE)
    assert page.status_code == 200
    assert "No nodes yet" in page.content.decode()
    assert "<code>manage.py add_node NAME URL</code>" in page.content.decode()


def test_the_values_are_those_of_the_window(ids: list[int], as_of: str, viewer_client: Client) -> None:
    page = viewer_client.get(address(*ids, as_of=as_of)).content.decode()
    assert "22 Nov 2026 12:00 to 23 Nov 2026 12:00 UTC" in page
    assert '<span class="number">50.00</span>' in page
    assert "all 60 events" in page


def test_a_sample_is_called_one(ids: list[int], as_of: str, viewer_client: Client, settings: Settings) -> None:
    settings.MAX_EVENTS_FOR_COMPARISON = 30
    page = viewer_client.get(address(*ids, as_of=as_of)).content.decode()
    assert "newest events only" in page
    assert "only the newest 30 events" in page
    assert "describe only the newest events: the last" in page


@pytest.mark.parametrize("type", ["performance", "earnings", "efficiency", "overall"])
def test_every_type_has_a_table_and_its_links(ids: list[int], as_of: str, viewer_client: Client, type: str) -> None:
    page = viewer_client.get(address(*ids, type=type, range="36h", as_of=as_of))
    text = unescape(page.content.decode())
    query = f"node={ids[0]}&node={ids[1]}&node={ids[2]}&type={type}&range=36h&as_of=2026-11-23T12%3A00%3A00Z"
    assert f'href="{CSV}?{query}"' in text
    assert f'href="{JSON}?{query}"' in text
    assert f'href="{PAGE}?{query}"' in text
    assert '<table class="sheet' in text


def test_the_permanent_link_of_now_leads_to_the_same_window(ids: list[int], viewer_client: Client) -> None:
    first = viewer_client.get(address(*ids))
    again = viewer_client.get(f"{PAGE}?{first.context['permanent_query']}")
    assert again.context["result"]["window"] == first.context["result"]["window"]


def test_a_time_without_a_zone_is_in_utc(ids: list[int], viewer_client: Client) -> None:
    pages = [viewer_client.get(address(*ids, as_of=text)) for text in ("2026-11-23T12:00", "2026-11-23T12:00Z")]
    assert pages[0].context["result"]["window"] == pages[1].context["result"]["window"]


def test_every_wrong_field_gets_its_sentence_beside_it(ids: list[int], viewer_client: Client) -> None:
    page = viewer_client.get(address(ids[0], type="pretty", range="9y", as_of="yesterday"))
    text = page.content.decode()
    assert page.status_code == 400
    for sentence in (
        "Choose between 2 and 200 nodes; 1 given.",
        "The type must be one of",
        "The range must be a number of hours or days",
        "The time must be ISO 8601 with a time of day",
    ):
        assert sentence in text
    assert 'value="9y"' in text
    assert 'value="yesterday"' in text


def test_a_window_that_begins_long_before_the_first_event_says_how_far_back_the_events_reach(
    ids: list[int], as_of: str, viewer_client: Client
) -> None:
    oldest = Event.objects.order_by("timestamp").values_list("timestamp", flat=True).first()
    assert oldest is not None
    long, short = (viewer_client.get(address(*ids, as_of=as_of, range=span)) for span in ("30d", "1h"))
    assert "Events are known of the last " in long.content.decode()
    assert long.context["summary"].begun == oldest
    assert short.context["summary"].begun is None


def test_a_wrong_field_is_told_once_at_the_top_and_the_rest_stays_as_it_was(
    ids: list[int], viewer_client: Client
) -> None:
    text = viewer_client.get(address(*ids, range="9y", as_of="2026-11-23T12:00")).content.decode()
    assert "Nothing was compared: correct the field that is marked below." in text
    assert text.count(" checked>") == len(ids)
    assert 'value="2026-11-23T12:00"' in text
    assert "then press Compare" not in text


@pytest.mark.parametrize("stranger", ["999999", "abc", "%00", "%F0%9F%98%80", "-1", "1e3", "<script>"])
def test_numbers_that_are_no_nodes_are_refused(ids: list[int], viewer_client: Client, stranger: str) -> None:
    page = viewer_client.get(address(*ids, stranger))
    assert page.status_code == 400
    assert "No node of the list has the number" in page.content.decode()
    assert "<script>" not in page.content.decode()


def test_a_node_that_the_events_do_not_know_any_more_is_refused(ids: list[int], viewer_client: Client) -> None:
    gone = Node.objects.create(name="gone")
    assert viewer_client.get(address(*ids, gone.pk)).status_code == 400


def test_addresses_are_tidied_and_the_first_of_two_values_counts(ids: list[int], viewer_client: Client) -> None:
    untidy = address(*ids, range="7d", type="earnings", as_of="", other="1") + "&range=24h&type=performance"
    assert viewer_client.get(untidy)["Location"] == address(*ids, type="earnings", range="7d")


def test_more_fields_than_django_reads_are_a_bad_request(databases: None, viewer_client: Client) -> None:
    response = viewer_client.get(address(*range(1001)))
    assert response.status_code == 400
    assert "Bad request" in response.content.decode()


@pytest.mark.parametrize("path", [PAGE, CSV, JSON])
def test_only_reading_methods_are_allowed(viewer_client: Client, path: str) -> None:
    assert viewer_client.post(path).status_code == 405


def test_csv_is_a_file_with_the_values(ids: list[int], as_of: str, viewer_client: Client) -> None:
    response = viewer_client.get(address(*ids, path=CSV, as_of=as_of))
    name = "nodes-performance-24h-20261123T1200Z.csv"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "success_rate_download,%,50.0," in response.content.decode("utf-8-sig")


def test_json_is_the_result(ids: list[int], as_of: str, viewer_client: Client) -> None:
    result = json.loads(viewer_client.get(address(*ids, path=JSON, as_of=as_of)).content)
    assert [node["name"] for node in result["nodes"]] == ["attic", "cellar", "shed"]
    assert result["nodes"][0]["metrics"]["success_rate_download"] == 50.0


def test_wrong_exports_are_refused_with_sentences(ids: list[int], viewer_client: Client) -> None:
    csv, json = (viewer_client.get(address(*ids, path=path, range="9y")) for path in (CSV, JSON))
    assert (csv.status_code, json.status_code) == (400, 400)
    assert csv.content.decode().startswith("The range must be")
    assert list(json.json()["errors"]) == ["range"]


def test_no_page_has_inline_styles_or_scripts(ids: list[int], client: Client, viewer_client: Client) -> None:
    pages = [viewer_client.get(address(*ids)), viewer_client.get(address(ids[0])), client.get(reverse("login"))]
    for page in pages:
        text = page.content.decode()
        assert 'style="' not in text
        assert "<style" not in text
        assert "<script>" not in text
        assert " onclick" not in text


def test_addresses_keep_the_path_prefix(ids: list[int], viewer_client: Client) -> None:
    with override_script_prefix("/nodes/"):
        text = viewer_client.get(address(*ids)).content.decode()
    assert 'action="/nodes/"' in text
    assert 'action="/nodes/logout/"' in text
    assert 'href="/nodes/comparison.csv?' in text


ODD_NAMES = [
    "<script>alert(1)</script>",
    "{{ 7*7 }} {% now 'Y' %}",
    "\"double\" & 'single'",
    "\u202egnirts ltr",
    "שרת צומת",
    "😀" * 240,
    "x" * 300,
    "=cmd|' /C calc'!A0",
    "  padded  ",
    "two\nlines",
]


def test_odd_names_are_shown_as_text(databases: None, viewer_client: Client) -> None:
    Event.objects.bulk_create(Event(node_name=name, timestamp=AS_OF) for name in ODD_NAMES)
    page = viewer_client.get(address(*(node.pk for node in known_nodes())))
    text = page.content.decode()
    assert page.status_code == 200
    assert "<script>alert" not in text
    for name in ODD_NAMES:
        assert f"<bdi>{name}</bdi>" in unescape(text)


def test_labels_are_shown_with_the_name_in_the_basis(ids: list[int], viewer_client: Client) -> None:
    Node.objects.filter(pk=ids[0]).update(label="Under the roof")
    text = viewer_client.get(address(*ids)).content.decode()
    assert text.count("Under the roof") > text.count("attic") > 0


def test_two_hundred_nodes_fit_one_page(databases: None, viewer_client: Client) -> None:
    Event.objects.bulk_create(Event(node_name=f"n{number:03}", timestamp=AS_OF) for number in range(200))
    page = viewer_client.get(address(*(node.pk for node in known_nodes())))
    assert page.status_code == 200
    assert len(page.context["sheet"].columns) == configured.MAX_NODES


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_error_pages_need_no_database(client: Client, status: int) -> None:
    assert "<h1>" in render_to_string(f"{status}.html")


def test_the_page_for_troubled_databases_needs_none(client: Client) -> None:
    response = unavailable(client.get("/nothing").wsgi_request, "It is <locked>.")
    assert (response.status_code, b"It is &lt;locked&gt;." in response.content) == (503, True)
