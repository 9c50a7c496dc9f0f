import pytest
from django.test import Client

from comparison.markdown import escaped, markdown_text
from nodes.known import known_nodes
from nodes.models import Node
from tests.comparison.samples import node, result


def lines(*nodes: object, mask: bool = False) -> list[str]:
    return markdown_text(result(*nodes), {}, mask=mask).splitlines()  # type: ignore[arg-type]


def test_metrics_are_rows_and_nodes_are_columns() -> None:
    found = lines(node("a", {"success_rate_download": 98.5}), node("b", {"success_rate_download": 97}))
    assert found[0] == "## Performance, 24h: 22 Nov 2026 12:00 to 23 Nov 2026 12:00 UTC"
    assert "| Metric | a | b |" in found
    assert "| --- | ---: | ---: |" in found
    assert "| Downloads: success rate | ★ 98.50 % | 97.00 % (−1.50) |" in found


def test_every_row_has_a_cell_for_each_node_also_for_one_that_failed() -> None:
    found = lines(node("a"), node("b", error="It is gone."), node("c", {"total_operations": 1}))
    assert {line.count(" | ") for line in found if line.startswith("| ")} == {3}
    assert "- b: It is gone." in found


@pytest.mark.parametrize("name", ["a|b", "*bold*", "_a_", "`x`", "[a](http://evil)", "<b>", "~~a~~", "#1", "a\\b"])
def test_nothing_in_a_name_is_read_as_markdown(name: str) -> None:
    text = escaped(name).replace("&#58;", ":")
    for mark in "|*_`[]<>~#":
        assert text.count(mark) == text.count(f"\\{mark}")


def test_nobody_is_called_and_nothing_becomes_a_link() -> None:
    assert escaped("@admin http://a & b") == "&#64;admin http&#58;//a &amp; b"


class TestMasked:
    def test_nodes_are_called_by_their_places(self) -> None:
        found = lines(node("attic"), node("cellar", notes=("“attic” has more.",)), mask=True)
        assert "| Metric | node 1 | node 2 |" in found
        assert "- node 2: “node 1” has more." in found
        assert not any("attic" in line or "cellar" in line for line in found)

    def test_no_address_path_or_id_is_left(self) -> None:
        told = (
            "No answer at http://10.0.0.7:14002/api, nor at 192.168.1.9:28967.",
            "The log “/mnt/storj/node 1.log” is missing.",
            "12EayRS2V1kEsWESU9QMRseFhdxYxKicsiFmxrsLZHeLUtdps3S",
        )
        text = "\n".join(lines(node("a", error=told[0]), node("b", notes=told[1:]), mask=True))
        assert "10.0.0.7" not in text
        assert "192.168" not in text
        assert "/mnt" not in text
        assert "12Eay" not in text

    def test_a_node_whose_name_is_part_of_a_word_leaves_the_word_whole(self) -> None:
        assert "- node 2: Another event." in lines(node("a"), node("b", notes=("Another event.",)), mask=True)


def test_the_site_has_it_at_an_address_of_its_own(three_nodes: list[str], viewer_client: Client) -> None:
    known = known_nodes()
    Node.objects.filter(pk=known[0].pk).update(label="the old one")
    fields = {"node": [each.pk for each in known]}
    answer = viewer_client.get("/comparison.md", fields)
    assert answer.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert "the old one" in answer.content.decode()
    hidden = viewer_client.get("/comparison.md", fields | {"mask": "1"}).content.decode()
    assert "| Metric | node 1 | node 2 | node 3 |" in hidden
    assert "the old one" not in hidden


def test_what_is_wrong_with_the_request_is_said(databases: None, viewer_client: Client) -> None:
    assert viewer_client.get("/comparison.md").status_code == 400


@pytest.mark.usefixtures("databases")
def test_who_is_not_signed_in_is_sent_to_the_login() -> None:
    assert Client().get("/comparison.md").status_code == 302
