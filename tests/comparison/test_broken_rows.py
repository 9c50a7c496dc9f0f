"""Broken rows are skipped and counted in the notes, and never fail a comparison."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from comparison.engine import compare
from tests.comparison.conftest import AS_OF, NAMES, request_for
from tests.comparison.tables import insert

BEFORE = (AS_OF - timedelta(hours=1)).isoformat()
LATER = "2026-11-23T11:59:61+00:00"  # sorts as the newest, but no clock shows it


def notes(type_: str) -> list[str]:
    attic = compare(request_for(*NAMES, type=type_))["nodes"][0]
    assert attic["error"] is None
    return list(attic["notes"])


def score(stamp: str, **values: Any) -> dict[str, Any]:
    return {"timestamp": stamp, "node_name": "attic", "satellite": "s", "audit_score": 99.0} | values


def estimate(stamp: str, **values: Any) -> dict[str, Any]:
    row = {"timestamp": stamp, "node_name": "attic", "satellite": "s", "period": "2026-11"}
    return row | {"total_earnings_gross": 1.5, "storage_bytes_hour": 720 * 10**12} | values


def test_a_score_with_an_impossible_time_is_counted(three_nodes: list[str]) -> None:
    insert("reputation_history", [score(BEFORE), score(LATER, audit_score=10.0)])
    assert any(note.startswith("1 satellites' scores were skipped") for note in notes("earnings"))
    assert compare(request_for())["nodes"][0]["metrics"]["audit_score"] == 99.0


@pytest.mark.parametrize("value", [-5.0, 100.5, 1e300])
def test_a_score_that_is_no_per_cent_is_no_value(three_nodes: list[str], value: float) -> None:
    insert("reputation_history", [score(BEFORE, audit_score=value)])
    assert compare(request_for())["nodes"][0]["metrics"]["audit_score"] is None
    assert any("skipped" in note for note in notes("earnings"))


def test_an_estimate_with_an_impossible_time_is_counted(three_nodes: list[str]) -> None:
    insert("earnings_estimates", [estimate(BEFORE), estimate(LATER, total_earnings_gross=9.0)])
    assert any(note.startswith("1 earnings estimates were skipped") for note in notes("earnings"))
    assert compare(request_for(type="earnings"))["nodes"][0]["metrics"]["total_earnings"] == 1.5


def test_an_amount_beyond_all_bounds_is_counted(three_nodes: list[str]) -> None:
    insert("earnings_estimates", [estimate(BEFORE, total_earnings_gross=1e308, satellite=s) for s in "ab"])
    assert any(note.startswith("2 earnings estimates were skipped") for note in notes("earnings"))


def test_an_event_with_an_impossible_time_is_counted_and_begins_nothing(three_nodes: list[str]) -> None:
    row = {"action": "GET", "status": "success", "size": 1, "node_name": "attic"}
    insert("events", [{"timestamp": stamp} | row for stamp in (LATER, "2026-02-30T00:00:00+00:00")])
    assert any(note.startswith("2 events are in no window") for note in notes("performance"))
    # 30 of 60 downloads of 1,000 bytes succeeded in the hour that is known.
    assert compare(request_for())["nodes"][0]["metrics"]["egress_bytes_per_day"] == 30 * 1000 * 24


def test_a_satellite_that_is_gone_does_not_hide_an_equal_fresh_score(three_nodes: list[str]) -> None:
    gone = (AS_OF - timedelta(days=90)).isoformat()
    insert("reputation_history", [score(gone, satellite="old"), score(BEFORE)])
    assert compare(request_for())["rankings"]["audit_score"] == [["attic"]]


@pytest.mark.sqlite_files
def test_text_that_is_not_utf_8_fails_nothing(three_nodes: list[str]) -> None:
    with connections["events"].cursor() as cursor:
        cursor.execute("UPDATE events SET action = CAST(x'ff47' AS TEXT) WHERE id = (SELECT MIN(id) FROM events)")
    assert any(note.startswith("1 events in the window were skipped") for note in notes("performance"))
