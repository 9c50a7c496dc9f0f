"""The stream of a comparison: what it sends, in which order, and who may have how many."""

import json
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse

from comparison.engine import compare
from nodes.known import known_nodes
from nodes.places import places
from tests.comparison.conftest import NAMES, request_for
from tests.comparison.halted import Halted, halting

Event = tuple[str, dict[str, Any]]
AS_OF = "2026-11-23T12:00:00Z"


def address(**fields: object) -> str:
    nodes = "&".join(f"node={node.pk}" for node in known_nodes())
    return f"{reverse('compare-stream')}?{nodes}&" + "&".join(
        f"{k}={v}" for k, v in ({"as_of": AS_OF} | fields).items()
    )


def opened(client: Client, **fields: object) -> StreamingHttpResponse:
    response = client.get(address(**fields))
    assert isinstance(response, StreamingHttpResponse), response.content
    return response


def parsed(parts: Iterator[bytes]) -> Iterator[Event]:
    for part in filter(None, parts):
        if not part.startswith(b":"):
            name, data = part.decode().rstrip("\n").split("\n")
            yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def events(response: StreamingHttpResponse) -> list[Event]:
    found = list(parsed(iter(response)))
    response.close()
    return found


@pytest.fixture
def halted(three_nodes: list[str], settings: LazySettings) -> Iterator[Halted]:
    with halting(settings, request_for()) as halted:
        yield halted


def test_nodes_come_one_by_one_then_the_rankings_and_the_page(three_nodes: list[str], viewer_client: Client) -> None:
    found = events(opened(viewer_client))
    assert [name for name, _ in found] == ["start", "node", "node", "node", "rankings", "page", "end"]
    told = [data for name, data in found if name == "node"]
    assert [(data["done"], data["total"]) for data in told] == [(1, 3), (2, 3), (3, 3)]
    assert sorted(data["name"] for data in told) == NAMES
    assert ["50.00", "%"] in next(data["cells"] for data in told if data["name"] == "attic")
    assert found[-3][1]["rankings"]["success_rate_download"] == [["shed"], ["cellar"], ["attic"]]
    assert found[-2][1]["title"] == "Performance, 24h: 3 nodes – Storj node comparison"
    assert '<article class="result' in found[-2][1]["html"]
    assert '<section class="multiples"' in found[-1][1]["html"]


def test_the_page_and_what_comes_behind_its_figures_are_the_page_that_others_get(
    three_nodes: list[str], viewer_client: Client
) -> None:
    events(opened(viewer_client))
    for _ in range(2):  # made, and kept
        _, _, (_, page), (_, rest) = events(opened(viewer_client))
        whole = viewer_client.get(address().replace(reverse("compare-stream"), reverse("compare"))).content.decode()
        *_, article = page["html"].partition("<article")
        assert rest["html"] in whole
        assert article.partition("</article>")[0] + rest["html"] in whole


def test_the_figures_of_a_node_stand_where_the_page_has_them(three_nodes: list[str], viewer_client: Client) -> None:
    start, *_ = found = events(opened(viewer_client))
    rows = start[1]["html"].count('<th scope="row"')
    assert all(len(data["cells"]) == rows for name, data in found if name == "node")
    assert found[-2][1]["html"].count('<th scope="row"') >= rows


def test_the_empty_sheet_is_called_as_the_page_calls_it(three_nodes: list[str], viewer_client: Client) -> None:
    found = dict(events(opened(viewer_client)))
    calls = [re.search(r"<caption[^>]*>(.*?)</caption>", found[name]["html"]) for name in ("start", "page")]
    assert all(calls)
    assert len({call[1] for call in calls if call}) == 1


def test_no_cache_and_no_proxy_holds_the_events_back(three_nodes: list[str], viewer_client: Client) -> None:
    response = opened(viewer_client)
    response.close()
    told = {name: response[name] for name in ("Content-Type", "Cache-Control", "X-Accel-Buffering")}
    assert told == {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def test_to_whom_takes_gzip_each_event_is_readable_as_it_comes(halted: Halted, viewer_client: Client) -> None:
    response = viewer_client.get(address(), headers={"Accept-Encoding": "br, gzip"})
    assert isinstance(response, StreamingHttpResponse)
    assert response["Content-Encoding"] == "gzip"
    reader = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    coming = parsed(map(reader.decompress, iter(response)))
    assert [next(coming)[0], next(coming)[1]["name"]] == ["start", "attic"]
    halted.let_go()
    assert [name for name, _ in coming] == ["node", "node", "rankings", "page", "end"]
    response.close()
    assert reader.eof


@pytest.mark.parametrize("accepted", ["", "identity", "br"])
def test_to_others_it_is_plain_text(three_nodes: list[str], viewer_client: Client, accepted: str) -> None:
    response = viewer_client.get(address(), headers={"Accept-Encoding": accepted})
    assert isinstance(response, StreamingHttpResponse)
    assert "Content-Encoding" not in response
    assert events(response)[0][0] == "start"


def test_a_cached_result_is_sent_at_once(three_nodes: list[str], viewer_client: Client) -> None:
    compare(request_for())
    found = events(opened(viewer_client))
    assert [name for name, _ in found] == ["start", "rankings", "page", "end"]
    assert found[1][1]["cached"] is True


def test_who_joins_a_comparison_under_way_hears_of_what_is_done_and_shares_the_rest(
    halted: Halted, viewer_client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    response = opened(viewer_client)
    coming = parsed(iter(response))
    assert [next(coming)[0], next(coming)[1]["name"]] == ["start", "attic"]
    halted.let_go()
    assert [name for name, _ in coming] == ["node", "node", "rankings", "page", "end"]
    response.close()
    assert not halted.result.result()["cached"]
    assert sum("Node comparison completed" in message for message in caplog.messages) == 1


def test_a_silent_comparison_sends_heartbeats(halted: Halted, viewer_client: Client) -> None:
    response = opened(viewer_client)
    parts = iter(response)
    assert [next(parts)[:6] for _ in range(4)] == [b"event:", b"event:", b": stil", b": stil"]
    response.close()


def test_a_stream_has_a_longest_life(halted: Halted, viewer_client: Client, settings: LazySettings) -> None:
    response = opened(viewer_client)
    settings.POOL_TIMEOUT, settings.CONNECTION_TIMEOUT = 1, 0
    found = events(response)
    assert found[-1] == ("error", {"error": "The comparison took longer than 1 s: ask again, or for fewer nodes."})


def test_more_streams_than_may_be_are_refused_with_a_sentence_until_one_ends(
    halted: Halted, viewer_client: Client, settings: LazySettings
) -> None:
    settings.STREAMS = 2
    open_ones = [opened(viewer_client) for _ in range(2)]
    refused = viewer_client.get(address())
    assert (refused.status_code, refused["Retry-After"]) == (503, "2")
    assert "STREAMS" in refused.content.decode()
    for each in open_ones:
        each.close()
        each.close()
    for _ in range(3):  # a place is given back once
        opened(viewer_client).close()


def test_trouble_with_the_events_is_an_event(
    three_nodes: list[str], viewer_client: Client, settings: LazySettings
) -> None:
    response = opened(viewer_client)
    settings.MAX_POOL_SIZE, settings.POOL_TIMEOUT = places.use().in_use, 0.2
    name, data = events(response)[-1]
    assert name == "error"
    assert "MAX_POOL_SIZE" in data["error"]


def test_wrong_fields_are_refused_with_their_sentences(three_nodes: list[str], viewer_client: Client) -> None:
    response = viewer_client.get(address(range="9y"))
    assert response.status_code == 400
    assert "The range must be" in response.content.decode()


def test_the_anonymous_are_sent_to_the_login(three_nodes: list[str], client: Client) -> None:
    assert client.get(address())["Location"].startswith(reverse("login"))
