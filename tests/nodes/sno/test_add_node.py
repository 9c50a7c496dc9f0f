from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from nodes.known import known_names
from nodes.models import Node
from tests.nodes.sno import fake
from tests.nodes.sno.fake import Fake, serving
from tests.nodes.sno.stories import TB, Story

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("databases")


def add_node(*arguments: str) -> str:
    out = StringIO()
    call_command("add_node", *arguments, stdout=out)
    return out.getvalue()


def test_it_says_what_it_found_and_enters_the_address() -> None:
    node = Fake(Story(NOW, (1, 142, 7), total=8 * TB, pieces=5 * TB, trash=TB))
    with serving(node):
        said = add_node("attic pi", node.url, "--log", "/var/log/storj/*.log")
    assert said.splitlines() == [
        "The API answers: storagenode v1.142.7, 4 satellites, 6 TB of 8 TB used.",
        "No file matches the pattern of the log: check it, or wait until the node has written one.",
        "Entered for “attic pi”: it is asked while the site or `manage.py collect` runs.",
        "Its log is read while `manage.py collect` or `make run COLLECT=1` runs.",
    ]
    entered = Node.objects.get()
    assert (entered.name, entered.api_url, entered.log_path) == ("attic pi", node.url, "/var/log/storj/*.log")
    assert known_names() == ["attic pi"]


def test_a_node_that_exists_gets_the_new_address_and_keeps_its_log() -> None:
    Node.objects.create(name="attic", log_path="docker:attic", label="Attic")
    node = Fake(Story(NOW))
    with serving(node):
        add_node("attic", node.url)
    entered = Node.objects.get()
    assert (entered.api_url, entered.log_path, entered.label) == (node.url, "docker:attic", "Attic")


def test_one_that_does_not_answer_is_not_entered() -> None:
    node = Fake(Story(NOW), fake.html)
    with serving(node), pytest.raises(CommandError, match=r"is a web page.* Nothing was entered; --force does"):
        add_node("attic", node.url)
    assert not Node.objects.exists()


def test_one_that_does_not_answer_is_entered_with_force() -> None:
    node = Fake(Story(NOW), fake.failing)
    with serving(node):
        assert "HTTP status 500" in add_node("attic", node.url, "--force")
    assert Node.objects.get().api_url == node.url


def test_other_json_is_not_taken_for_a_storagenode() -> None:
    node = Fake(Story(NOW), fake.other_json)
    with serving(node), pytest.raises(CommandError, match="not that of a storagenode's API"):
        add_node("attic", node.url)


@pytest.mark.parametrize(
    ("name", "url", "sentence"),
    [
        (" ", "http://pi:14002", "name must have"),
        ("attic", "pi:14002", "begin it with http://"),
        ("attic", "http://pi:14002/" + "a" * 500, "at most 500 characters"),
    ],
)
def test_what_cannot_be_entered_is_refused_even_with_force(name: str, url: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        add_node(name, url, "--force")
    assert not Node.objects.exists()
