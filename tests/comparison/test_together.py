import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nodes.known import known_nodes
from nodes.models import Host, Node, NodeGroup
from nodes.together import together


@pytest.fixture
def grouped(three_nodes: list[str]) -> list[Node]:
    nodes = list(known_nodes())
    group = NodeGroup.objects.create(name="old disks")
    group.nodes.set(nodes[:2])
    NodeGroup.objects.create(name="alone").nodes.set(nodes[:1])
    Host.objects.create(name="pi")
    Node.objects.filter(pk__in=[node.pk for node in nodes[1:]]).update(host=Host.objects.get())
    return nodes


def test_hosts_and_groups_with_two_nodes_or_more_can_be_compared(grouped: list[Node]) -> None:
    assert [(each.kind, each.name, len(each.ids)) for each in together(grouped)] == [
        ("host", "pi", 2),
        ("group", "old disks", 2),
    ]


def test_as_many_queries_for_any_number_of_groups(grouped: list[Node]) -> None:
    with CaptureQueriesContext(connection) as few:
        together(grouped)
    for number in range(20):
        NodeGroup.objects.create(name=f"group {number}").nodes.set(grouped)
    with CaptureQueriesContext(connection) as many:
        together(grouped)
    assert len(many) == len(few) == 4


def test_the_page_leads_to_the_nodes_of_each(grouped: list[Node], viewer_client: Client) -> None:
    text = viewer_client.get("/?type=overall").content.decode()
    ids = "&amp;".join(f"node={node.pk}" for node in grouped[:2])
    assert f'href="/?{ids}&amp;type=overall' in text
    assert "old disks" in text


class TestCommand:
    def test_compares_the_nodes_of_a_group(self, grouped: list[Node]) -> None:
        out = io.StringIO()
        call_command("compare", "--group", "old disks", stdout=out)
        assert grouped[0].name in out.getvalue()
        assert grouped[2].name not in out.getvalue()

    def test_says_which_groups_there_are(self, grouped: list[Node]) -> None:
        with pytest.raises(CommandError, match="called “new disks”; there are: “old disks”, “pi”"):
            call_command("compare", "--group", "new disks")

    def test_takes_nodes_or_a_group(self, grouped: list[Node]) -> None:
        with pytest.raises(CommandError, match="not both"):
            call_command("compare", grouped[0].name, "--group", "pi")
