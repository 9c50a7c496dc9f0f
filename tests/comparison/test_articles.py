"""The article of a page is kept beside its result, and nobody gets another one than the page would be made with."""

import gzip
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.test.utils import override_script_prefix
from django.urls import reverse
from pytest_django import Settings

from comparison import cache
from comparison.articles import Article, Articles, articles
from nodes.known import known_nodes
from nodes.models import Event, Node
from tests.comparison.conftest import AS_OF

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture
def address(three_nodes: list[str]) -> str:
    as_of = AS_OF.isoformat().replace("+00:00", "Z")
    return f"{reverse('compare')}?{'&'.join(f'node={node.pk}' for node in known_nodes())}&as_of={as_of}"


@pytest.fixture
def kept(address: str, viewer_client: Client) -> str:
    """The page from the cache, whose article is kept since."""
    viewer_client.get(address)
    page = viewer_client.get(address).content.decode()
    assert articles.size
    return page


def article_of(page: str) -> str:
    return page[page.index("<article") : page.index("</article>")]


def test_a_page_that_was_computed_just_now_is_not_kept_and_one_from_the_cache_is(
    address: str, viewer_client: Client
) -> None:
    sizes = []
    for _ in range(3):
        viewer_client.get(address)
        sizes.append(articles.size)
    assert sizes[0] == 0
    assert sizes[1] == sizes[2] > 1000


def test_a_kept_article_is_shown_as_it_was_made(address: str, kept: str, viewer_client: Client) -> None:
    again = viewer_client.get(address)
    packed = viewer_client.get(address, headers={"Accept-Encoding": "gzip"})
    assert article_of(again.content.decode()) == article_of(kept)
    assert article_of(gzip.decompress(packed.content).decode()) == article_of(kept)


def test_a_renewed_result_has_its_own_article(address: str, kept: str, viewer_client: Client) -> None:
    Event.objects.create(
        timestamp=AS_OF - timedelta(minutes=5), action="GET", status="success", size=1000, node_name="attic"
    )
    assert article_of(viewer_client.get(address).content.decode()) == article_of(kept)
    cache.forget_node("attic")
    for _ in range(3):
        renewed = article_of(viewer_client.get(address).content.decode())
        assert ("50.00" in renewed, "50.82" in renewed) == (False, True)  # 31 of 61 and not 30 of 60 downloads


def test_other_labels_have_another_article(address: str, kept: str, viewer_client: Client) -> None:
    Node.objects.filter(name="attic").update(label="Under the roof")
    for _ in range(2):
        assert "Under the roof" in article_of(viewer_client.get(address).content.decode())
    assert "Under the roof" not in article_of(kept)


def test_the_same_comparison_asked_for_in_another_way_has_another_article(
    address: str, kept: str, viewer_client: Client
) -> None:
    for _ in range(2):
        assert 'class="sheet fleet"' in article_of(viewer_client.get(f"{address}&view=fleet").content.decode())
    assert 'class="sheet fleet"' not in article_of(viewer_client.get(address).content.decode())


def test_below_another_path_prefix_the_links_are_others(address: str, kept: str, viewer_client: Client) -> None:
    with override_script_prefix("/storj/"):
        assert 'href="/storj/comparison.csv?' in article_of(viewer_client.get(address).content.decode())
    assert 'href="/comparison.csv?' in article_of(viewer_client.get(address).content.decode())


def test_who_may_not_see_the_nodes_never_gets_it(address: str, kept: str, client: Client) -> None:
    assert client.get(address).status_code == 302
    client.force_login(User.objects.create_user("nobody"))
    refused = client.get(address)
    assert refused.status_code == 403
    assert "<article" not in refused.content.decode()


def test_nothing_of_who_asks_is_in_it_and_forms_have_a_token_of_their_own_each_time(
    address: str, kept: str, viewer_client: Client
) -> None:
    again = viewer_client.get(address).content.decode()
    tokens = [set(TOKEN.findall(page)) for page in (kept, again)]
    assert all(tokens)
    assert not tokens[0] & tokens[1]
    assert "viewer" in again
    for told in ("viewer", "csrf", *tokens[0]):
        assert told not in article_of(kept)


def test_another_account_gets_the_same_article_in_a_page_of_its_own(
    address: str, kept: str, admin_client: Client
) -> None:
    other = admin_client.get(address).content.decode()
    assert article_of(other) == article_of(kept)
    assert "viewer" not in other


def test_what_is_computed_beside_the_result_is_not_kept(address: str, viewer_client: Client) -> None:
    for _ in range(3):
        assert "Against the window before" in viewer_client.get(f"{address}&against=previous").content.decode()
    assert articles.size == 0


def test_without_a_cache_of_results_nothing_is_kept(address: str, viewer_client: Client, settings: Settings) -> None:
    settings.COMPARISON_CACHE_TTL = 0
    settings.CACHES = {name: each | {"TIMEOUT": 0} for name, each in settings.CACHES.items()}
    for _ in range(3):
        viewer_client.get(address)
    assert articles.size == 0


class TestArticles:
    def test_one_of_another_result_is_dropped(self) -> None:
        kept = Articles()
        kept.put("a", "first", Article("1", "2"))
        assert kept.get("a", "first") == Article("1", "2")
        assert kept.get("a", "second") is None
        assert kept.size == 0

    def test_the_least_recently_used_goes_first_when_all_together_are_too_long(self) -> None:
        kept = Articles(most=10)
        for name in "ab":
            kept.put(name, "now", Article("12", "34"))
        kept.get("a", "now")
        kept.put("c", "now", Article("12", "34"))
        assert [kept.get(name, "now") is not None for name in "abc"] == [True, False, True]

    def test_one_that_is_too_long_alone_is_not_kept(self) -> None:
        kept = Articles(most=3)
        kept.put("a", "now", Article("12", "34"))
        assert kept.size == 0

    def test_one_whose_result_has_run_out_goes_when_the_next_one_comes(self, settings: Settings) -> None:
        kept = Articles()
        kept.put("a", "now", Article("12", "34"))
        settings.COMPARISON_CACHE_TTL = -1  # all that was ever made has run out
        kept.put("b", "now", Article("12", "34"))
        settings.COMPARISON_CACHE_TTL = 60
        assert kept.get("a", "now") is None
