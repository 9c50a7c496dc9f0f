"""The command where the terminal's encoding lacks what it prints."""

import json
from pathlib import Path

import pytest

from tests.processes import manage

pytestmark = pytest.mark.sqlite_files

COMPARE = ("compare", "Großmutters Rechner", "colo fra #2", "--type", "overall", "--as-of", "2026-11-20T12:00:00Z")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    made = manage(folder, "demo", "--events-per-node", "400", "--days", "1", "--as-of", "2026-11-20T12:00:00Z")
    assert made.returncode == 0, made.stderr
    return folder


def printed(folder: Path, *arguments: str, encoding: str = "ascii") -> str:
    # Read as UTF-8 by `manage`, of which ASCII is a part.
    done = manage(folder, *COMPARE, *arguments, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_table_shows_a_likeness_of_what_cannot_be_printed(folder: Path) -> None:
    text = printed(folder)
    assert text.isascii()
    assert "Gro?mutters" in text
    assert " * 100.00 %" in text
    assert "-----" in text


def test_json_is_escaped_and_the_same(folder: Path) -> None:
    text = printed(folder, "--format", "json")
    assert text.isascii()
    assert [node["name"] for node in json.loads(text)["nodes"]] == ["Großmutters Rechner", "colo fra #2"]
    assert "Großmutters" in printed(folder, "--format", "json", encoding="utf-8")


def test_csv_is_utf_8_as_its_mark_says(folder: Path) -> None:
    text = printed(folder, "--format", "csv")
    assert text.startswith("\ufeffMetric,Key,Unit,Großmutters Rechner,")


def test_an_error_is_a_sentence_all_the_same(folder: Path) -> None:
    done = manage(folder, "compare", "Küche", "attic-pi4", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (
        1,
        'There is no node "K?che": it is neither in the events nor entered by hand.\n',
    )
