import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from comparison.engine import compare
from comparison.metrics import TYPES
from nodes.models import Event, Node
from tests.comparison.conftest import AS_OF, request_for

AT = ("--as-of", AS_OF.isoformat())


def output(*arguments: str) -> str:
    out = io.StringIO()
    call_command("compare", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("type_", TYPES)
def test_json_is_the_result_and_nothing_else(three_nodes: list[str], type_: str) -> None:
    printed = json.loads(output("--format", "json", "--type", type_, *AT))
    assert printed | {"cached": True} == compare(request_for(type=type_))


def test_all_known_nodes_are_compared_when_none_is_named(three_nodes: list[str]) -> None:
    assert [node["name"] for node in json.loads(output("--format", "json", *AT))["nodes"]] == three_nodes


def test_a_time_without_a_zone_is_in_utc(three_nodes: list[str]) -> None:
    windows = [
        json.loads(output("--format", "json", "--as-of", text))["window"]
        for text in ("2026-11-23T12:00", "2026-11-23T12:00Z")
    ]
    assert windows[0] == windows[1]


def test_a_name_that_begins_with_a_dash_comes_after_two_dashes(three_nodes: list[str]) -> None:
    Event.objects.create(node_name="-")
    printed = json.loads(output("--format", "json", *AT, "--", "-", "attic"))
    assert [node["name"] for node in printed["nodes"]] == ["-", "attic"]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_table_fits_the_terminal(three_nodes: list[str], monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = output(*AT).splitlines()
    assert max(len(line.rstrip()) for line in lines) <= max(width, 45)
    assert all(any(name in line for line in lines) for name in three_nodes)


def test_the_best_value_is_marked_without_colour(three_nodes: list[str]) -> None:
    line = next(line for line in output(*AT).splitlines() if line.strip().startswith("Downloads: 50 %"))
    assert line.count("★") == 1
    assert "\x1b" not in line


def test_details_are_an_option_of_the_table(three_nodes: list[str]) -> None:
    short, long = (output(*AT, *asked).splitlines() for asked in ((), ("--details",)))
    assert [line for line in long if line and line in short] == list(filter(None, short))
    assert sum(line.startswith("Repair downloads  ") for line in long) == len(three_nodes)


def test_csv_has_a_column_for_each_node(three_nodes: list[str]) -> None:
    header = next(csv.reader(io.StringIO(output("--format", "csv", *AT))))
    assert header[-3:] == three_nodes


def test_output_writes_the_whole_file(three_nodes: list[str], tmp_path: Path) -> None:
    assert output("--format", "json", *AT, "--output", str(tmp_path / "result.json")) == ""
    assert json.loads((tmp_path / "result.json").read_text())["type"] == "performance"
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


def test_an_output_that_cannot_be_written_is_one_sentence(three_nodes: list[str], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="could not be written"):
        output(*AT, "--output", str(tmp_path / "missing" / "result.json"))


@pytest.mark.parametrize("arguments", [("nowhere", "attic"), ("attic", "attic"), ("--range", "0h"), ("--as-of", "x")])
def test_a_wrong_argument_is_one_sentence(three_nodes: list[str], arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=r"\.$"):
        output(*arguments)


def test_a_database_without_nodes_is_one_sentence(databases: None) -> None:
    with pytest.raises(CommandError, match="no nodes yet"):
        output()


def test_a_node_that_never_answered_is_one_to_compare(three_nodes: list[str]) -> None:
    Node.objects.create(name="silent", api_url="http://10.0.0.1:14002")
    assert "silent" in output(*AT, "attic", "silent")
