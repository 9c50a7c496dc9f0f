from comparison.detailed import detailed
from comparison.details_view import LONGEST_REASON, MOST_SATELLITES, Line, Part, part_of, parts
from comparison.multiples import MOST_DRAWN
from tests.comparison.details_samples import US1, detailed_result, details, with_details
from tests.comparison.samples import node, result


def part(**found: object) -> Part:
    return part_of(detailed(detailed_result({"a": details(**found)}), {})[0])  # type: ignore[arg-type]


def test_actions_have_a_line_each_with_counts_rate_bytes_and_latencies() -> None:
    actions = part().tables[0]
    assert [line.name for line in actions.lines] == [
        "Downloads",
        "Uploads",
        "Repair downloads",
        "Repair uploads",
        "Audits",
    ]
    assert actions.lines[0].cells == ["9,800", "120", "80", "98.00 %", "1.23 GB", "12 ms", "–"]
    assert len(actions.head) == len(actions.lines[0].cells)


def test_satellites_have_a_short_name_or_the_first_characters_of_their_id() -> None:
    satellites = part().tables[1]
    assert [line.name for line in satellites.lines] == ["us1", "121RTSDpyNZ…", "not recorded"]
    assert satellites.lines[0] == Line("us1", ["1,234", "98.10 %", "97.25 %", "–", "5.00 GB", "0 B"], US1)
    assert len(satellites.head) == len(satellites.lines[0].cells)


def test_of_very_many_satellites_those_with_the_most_operations_are_shown() -> None:
    satellites = part(satellites=tuple((f"{number:013}", "") for number in range(MOST_SATELLITES + 7))).tables[1]
    assert ([line.full for line in satellites.lines][-1], satellites.more) == (f"{MOST_SATELLITES - 1:013}", 7)


def test_a_node_without_satellites_has_no_table_of_them() -> None:
    assert [table.title for table in part(satellites=()).tables] == ["Action"]


def test_reasons_are_one_line_and_not_too_long() -> None:
    assert part(reasons=("", "two\nlines", "x" * 999)).errors == [
        ("1,000", "no reason recorded"),
        ("999", "two\N{REPLACEMENT CHARACTER}lines"),
        ("998", "x" * (LONGEST_REASON - 1) + "…"),
    ]


def test_uploads_without_recorded_cancels_say_what_they_mean() -> None:
    whole = with_details(result(node("a", cancels_recorded=False), node("b")), {"a": details()})
    actions, satellites = part_of(detailed(whole, {})[0]).tables
    assert [line.cells[1] for line in actions.lines] == ["120", "not recorded", "120", "not recorded", "120"]
    assert actions.lines[1].cells[3] == "did not fail 98.00 %"
    assert satellites.lines[0].cells[2] == "did not fail 97.25 %"


def test_of_many_nodes_those_with_the_least_coverage_are_in_sight_in_the_order_of_the_page() -> None:
    hours = {f"n{number:02}": (number * 7) % 20 for number in range(20)}
    shown = parts(detailed_result({name: details(hours=covered) for name, covered in hours.items()}), {})
    least = sorted(hours.values())[:MOST_DRAWN]
    assert sorted(hours[part.label] for part in shown.shown) == least
    assert [part.label for part in shown.shown] == sorted(part.label for part in shown.shown)
    assert len(shown.folded) == 20 - MOST_DRAWN


def test_results_without_details_have_no_parts() -> None:
    shown = parts(result(node("a"), node("b")), {})
    assert (shown.shown, shown.folded) == ([], [])
