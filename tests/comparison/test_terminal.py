import pytest

from comparison.terminal import table_text
from tests.comparison.samples import node, result

SILENT = node(
    "silent",
    {"success_rate_upload": 99.5, "cancel_rate_upload": 0.0},
    cancels_recorded=False,
    unranked=frozenset({"success_rate_upload", "cancel_rate_upload"}),
)


def lines(*nodes: object, width: int = 100, **whole: str) -> list[str]:
    return table_text(result(*nodes, **whole), width, colour=False).splitlines()  # type: ignore[arg-type]


def row(found: list[str], label: str) -> str:
    return next(" ".join(line.split()) for line in found if line.strip().startswith(label))


def test_each_node_has_a_line_that_says_on_what_it_rests() -> None:
    found = lines(node("a"), node("b", limited=True), node("gone", error="It cannot be read."))
    start = found.index("Events:")
    assert found[start + 1 : start + 3] == ["  - a: all 9 events", "  - b: only the newest 9 events"]
    assert not any("gone: " in line for line in found)


def test_values_that_mean_less_say_so_beside_them() -> None:
    found = lines(SILENT, node("b", {"success_rate_upload": 99.0, "cancel_rate_upload": 0.5}))
    assert row(found, "Uploads: success rate") == "Uploads: success rate did not fail 99.50 % 99.00 %"
    assert row(found, "Uploads: canceled") == "Uploads: canceled not recorded 0.00 % 0.50 %"


def test_notes_and_errors_are_printed_and_common_notes_once() -> None:
    found = lines(
        node("a", notes=("Both.", "Only a.")), node("b", notes=("Both.",)), node("c", notes=("Both.", "Only c."))
    )
    assert found[found.index("All nodes:") :] == [
        "All nodes:",
        "  - Both.",
        "a:",
        "  - Only a.",
        "c:",
        "  - Only c.",
    ]
    assert lines(node("a"), node("gone", error="It cannot be read."))[-2:] == ["gone:", "  - It cannot be read."]


def test_a_note_that_is_too_long_goes_on_below_its_beginning() -> None:
    found = lines(node("a", notes=("word " * 20,)), node("b"), width=60)
    start = found.index("a:")
    assert found[start + 1].startswith("  - word")
    assert found[start + 2].startswith("    word")


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_value_is_ever_broken(width: int) -> None:
    values = {"growth_bytes_per_day": -121_010_000_000, "storage_used_bytes": 8_800_000_000_000}
    found = lines(*(node(f"a node called {n}", values) for n in range(4)), width=width, type="efficiency")
    assert max(map(len, found)) <= width
    text = "\n".join(found)
    assert (text.count("−121.01 GB/day"), text.count("8.80 TB")) == (4, 4)


def test_names_are_broken_at_spaces_where_that_saves_a_table() -> None:
    found = lines(node("Großmutters Rechner"), node("Urgroßmutters Rechner"), width=62)
    assert sum("Metric" in line for line in found) == 1
