"""How the risk of nodes is told, from results made by hand."""

from typing import Any

import pytest
from django.template.loader import render_to_string

from comparison.risk_view import HEAD, SATELLITE_HEAD, RiskLine, folded, risk_lines
from comparison.summary import summary
from comparison.terminal import table_text
from nodes.satellites import EU1, US1
from tests.comparison.samples import node, result


def satellite(**changed: Any) -> dict[str, Any]:
    usual = {
        "satellite": US1,
        "name": "us1",
        "audit_score": 99.9,
        "suspension_score": 100.0,
        "online_score": 98.5,
        "audit_failures_left": 40,
        "offline_hours_left": 288,
        "disqualified": False,
        "suspended": False,
        "vetted": True,
        "vetting_percent": 100.0,
        "joined": "2025-01-01T00:00:00+00:00",
        "audits": 5000,
        "hours": 9000,
        "as_of": "2026-11-23T11:00:00+00:00",
    }
    return usual | changed


def risk(*satellites: dict[str, Any], **changed: Any) -> dict[str, Any]:
    usual = {
        "as_of": "2026-11-23T11:58:00+00:00",
        "version": "1.162.3",
        "allowed_version": "1.160.0",
        "up_to_date": True,
        "last_ping": "2026-11-23T11:53:00+00:00",
        "quic": "OK",
        "started": "2026-11-14T12:00:00+00:00",
        "reachable": True,
        "down_since": None,
        "satellites": list(satellites) or [satellite()],
    }
    return usual | changed


def with_risk(**risks: dict[str, Any] | None) -> dict[str, Any]:
    made = result(*(node(name) for name in risks))
    for each in made["nodes"]:
        each["risk"] = risks[each["name"]]
    return made


def line(*satellites: dict[str, Any], **changed: Any) -> RiskLine:
    return risk_lines(with_risk(a=risk(*satellites, **changed), b=None), {"a": "The attic"})[0]


def told(heading: str, *satellites: dict[str, Any], **changed: Any) -> tuple[str, bool]:
    cell = line(*satellites, **changed).cells[HEAD.index(heading)]
    return cell.text, cell.bad


def test_a_node_that_is_well() -> None:
    found = line()
    assert found.label == "The attic"
    assert [(cell.text, cell.bad) for cell in found.cells] == [
        ("answers", False),
        ("1.162.3", False),
        ("7 min before", False),
        ("40 (us1)", False),
        ("288 h (us1)", False),
        ("all 1 in good standing", False),
        ("by all", False),
    ]


def test_each_satellite_has_its_line() -> None:
    table = line().satellites
    assert len(table.head) == len(table.lines[0].cells) == len(SATELLITE_HEAD)
    assert (table.lines[0].name, table.lines[0].full) == ("us1", US1)
    assert table.lines[0].cells == [
        *("99.90 %", "100.00 %", "98.50 %", "40", "288", "good", "yes", "1 Jan 2025", "23 Nov 2026")
    ]


@pytest.mark.parametrize(
    ("heading", "changed", "text", "bad"),
    [
        (
            "API",
            {"reachable": False, "down_since": "2026-11-23T07:00:00+00:00"},
            "no answer since 23 Nov 2026 07:00",
            True,
        ),
        ("API", {"reachable": None}, "unknown, last answer 23 Nov 2026 11:58", False),
        ("API", {"reachable": None, "as_of": None}, "–", False),
        ("Version", {"up_to_date": False, "version": "1.9"}, "1.9, allowed from 1.160.0", True),
        ("Version", {"version": None}, "unknown", False),
        ("Last contact", {"last_ping": "2026-11-23T02:30:00+00:00"}, "9 h before", True),
        ("Last contact", {"last_ping": None, "as_of": None}, "–", False),
    ],
)
def test_the_state_of_a_node(heading: str, changed: dict[str, Any], text: str, bad: bool) -> None:
    assert told(heading, **changed) == (text, bad)


@pytest.mark.parametrize(
    ("heading", "changed", "text", "bad"),
    [
        ("Audit failures left", {"audit_failures_left": 10}, "10 (eu1)", True),
        ("Audit failures left", {"audit_failures_left": 11}, "11 (eu1)", False),
        ("Hours left to be offline", {"offline_hours_left": 48}, "48 h (eu1)", True),
        ("Satellites", {"suspended": True}, "suspended by eu1", True),
        ("Satellites", {"disqualified": True, "suspended": True}, "disqualified by eu1", True),
        ("Satellites", {"suspended": None}, "unknown", False),
        ("Vetted", {"vetted": False, "vetting_percent": 42.857}, "not yet: eu1 42.86 %", True),
    ],
)
def test_the_worst_satellite_of_a_node(heading: str, changed: dict[str, Any], text: str, bad: bool) -> None:
    assert told(heading, satellite(satellite=EU1, name="eu1", **changed), satellite()) == (text, bad)


def test_scores_that_are_too_old_are_unknown_with_their_date() -> None:
    old = satellite(audit_score=None, audit_failures_left=None, as_of="2026-11-03T11:00:00+00:00", suspended=None)
    cells = dict(zip(SATELLITE_HEAD, line(old).satellites.lines[0].cells, strict=True))
    assert (cells["Audit score"], cells["Audit failures left"], cells["State"]) == ("unknown",) * 3
    assert cells["Scores of"] == "3 Nov 2026"
    assert told("Audit failures left", old) == ("unknown", False)


def test_a_node_of_which_nothing_is_known_says_so() -> None:
    found = risk_lines(with_risk(a=risk(), b=None), {})[1]
    assert (found.cells, found.satellites.lines) == ([], [])


def test_results_without_any_risk_have_no_lines() -> None:
    assert risk_lines(with_risk(a=None, b=None), {}) == []
    assert risk_lines(result(node("a"), node("b")), {}) == []


def test_of_many_nodes_those_of_which_nothing_bad_is_known_are_folded_away() -> None:
    well = {f"n{number}": risk() for number in range(11)}
    lines = risk_lines(with_risk(**well, bad=risk(down_since="2026-11-23T07:00:00+00:00", reachable=False)), {})
    assert folded(lines) == (lines, [])
    lines = risk_lines(with_risk(**well, bad=risk(up_to_date=False), silent=None), {})
    shown, others = folded(lines)
    assert [line.label for line in shown] == ["bad"]
    assert [line.label for line in others] == [*well, "silent"]


@pytest.mark.parametrize(("bad", "said"), [(0, "Nothing bad is known of any node."), (1, "12 more nodes, of which")])
def test_the_page_says_what_it_folds_away(bad: int, said: str) -> None:
    nodes = {f"n{number}": risk(up_to_date=number >= bad) for number in range(13)}
    shown, others = folded(risk_lines(with_risk(**nodes), {}))
    text = render_to_string("compare/_risk.html", {"risk_lines": shown, "risk_folded": others, "risk_head": HEAD})
    assert said in text
    assert text.count("Nothing is known.") == 0
    assert all(f">{name}<" in text for name in nodes)


def test_the_page_escapes_what_an_api_told() -> None:
    lines = risk_lines(with_risk(a=risk(satellite(name="<b>", satellite="<i>"), version="<script>")), {})
    text = render_to_string("compare/_risk.html", {"risk_lines": lines, "risk_head": HEAD})
    assert "<script>" not in text
    assert "<b>" not in text
    assert "&lt;script&gt;" in text


def test_the_terminal_has_it_with_the_details() -> None:
    made = with_risk(a=risk(), b=None)
    text = table_text(made, 120, colour=False, details=True)
    assert "a, risk:" in text
    assert "Hours left to be offline: 288 h (us1)" in text
    assert "b, risk:\n  - Nothing is known." in text
    assert "risk:" not in table_text(made, 120, colour=False)


def test_the_summary_names_nodes_that_are_nearly_suspended_and_those_that_are_down() -> None:
    made = with_risk(a=risk(down_since="2026-11-23T07:00:00+00:00", reachable=False), b=risk())
    made["nodes"][0]["metrics"]["offline_hours_left"] = 0
    made["nodes"][1]["metrics"]["offline_hours_left"] = 49
    found = summary(made, {"a": "The attic"})
    assert found.offline == [("The attic", 0)]
    assert [(label, f"{since:%H:%M}") for label, since in found.down] == [("The attic", "07:00")]
