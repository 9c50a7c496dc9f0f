from typing import Any

import pytest

from comparison.terminal import table_text
from tests.comparison.details_samples import detailed_result, details, lifelike_result
from tests.comparison.samples import node, result


def lines(whole: dict[str, Any], *, asked: bool = True, width: int = 100) -> list[str]:
    return table_text(whole, width, colour=False, details=asked).splitlines()


def row(found: list[str], label: str) -> str:
    return next(" ".join(line.split()) for line in found if line.startswith(label))


def test_details_are_printed_for_each_node() -> None:
    gaps = [{"from": "2026-11-22T12:00:00+00:00", "to": "2026-11-22T15:00:00+00:00"}]
    found = lines(detailed_result({"a": details(hours=21, gaps=gaps, gap_count=3), "b": None}))
    text = " ".join("\n".join(found).split())
    assert "21 of 24 hours have events; first known event 1 Oct 2026 06:30" in text
    assert "3 gaps over an hour: 22 Nov 2026 12:00 to 15:00 UTC (3 h), and 2 more" in text
    assert row(found, "Repair downloads  ") == "Repair downloads 9,800 120 80 98.00 % 1.23 GB 12 ms –"
    assert row(found, "us1") == "us1 1,234 98.10 % 97.25 % – 5.00 GB 0 B"
    assert "1,000 × unexpected EOF" in text


def test_without_being_asked_for_nothing_but_low_coverage_is_told() -> None:
    whole = detailed_result({"a": details(), "b": details(hours=12)})
    bare = whole | {"nodes": [each | {"details": None} for each in whole["nodes"]]}
    told = [line for line in lines(whole, asked=False) if line not in lines(bare, asked=False)]
    assert told == ["Hours with events: b 12 of 24."]


def test_of_many_nodes_with_low_coverage_the_first_are_named() -> None:
    whole = detailed_result({f"n{number}": details(hours=0) for number in range(8)})
    assert row(lines(whole, asked=False, width=200), "Hours with events:").endswith("n4 0 of 24 and 3 more.")


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_value_is_broken_and_no_line_too_long(width: int) -> None:
    found = lines(lifelike_result(2, names=("a", "b\x1b[31m")), width=width)
    assert max(map(len, found)) <= width
    assert "\x1b" not in "\n".join(found)
    text = " ".join("\n".join(found).split())
    assert (text.count("1.23 GB"), text.count("9,800")) == (10, 10)


def test_results_without_details_have_none_to_print() -> None:
    older = result(node("a"), node("b"))
    assert lines(older) == lines(older, asked=False)
