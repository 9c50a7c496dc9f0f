import csv
import io

import pytest

from comparison.export import csv_text
from tests.comparison.samples import node, result


def rows(text: str) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")))}


def test_csv_has_a_row_for_each_metric_and_a_column_for_each_node() -> None:
    found = rows(csv_text(result(node("a", {"total_operations": 12_000, "success_rate_download": 98.5}), node("b"))))
    assert found["Metric"] == ["Key", "Unit", "a", "b"]
    assert found["Operations"] == ["total_operations", "", "12000", ""]
    assert found["Downloads: success rate"] == ["success_rate_download", "%", "98.5", ""]


def test_csv_begins_with_the_mark_that_makes_excel_read_umlauts() -> None:
    assert csv_text(result(node("Käthe"), node("b"))).encode().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_name_or_note_can_become_a_formula(start: str) -> None:
    found = rows(csv_text(result(node(f"{start}cmd|' /C calc'!A0", notes=(f"{start}1+1",)), node("b"))))
    assert found["Metric"][2].startswith(f"'{start}")
    assert found["Notes"][2].startswith(f"'{start}")


def test_negative_numbers_stay_numbers() -> None:
    shrinks = node("a", {"growth_bytes_per_day": -5})
    assert rows(csv_text(result(shrinks, node("b"), type="efficiency")))["Growth a day"][2] == "-5"


def test_csv_says_on_what_each_node_rests_and_what_went_wrong() -> None:
    limited = node("a", limited=True, cancels_recorded=False, notes=("One.", "Two."))
    found = rows(csv_text(result(limited, node("gone", error="It cannot be read."))))
    assert found["Window end"][2:] == ["2026-11-23T12:00:00+00:00"] * 2
    assert found["Only the newest events"][2:] == ["yes", "no"]
    assert found["Canceled uploads recorded"][2:] == ["no", "yes"]
    assert found["Notes"][2:] == ["One. Two.", ""]
    assert found["Error"][2:] == ["", "It cannot be read."]
