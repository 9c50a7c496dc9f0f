import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import islice
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from nodes.demo import fill, money, scores, space
from nodes.demo.stories import SATELLITES, Story, stories
from nodes.demo.traffic import DAY, MOST_IN_CHUNK, Dealer, Row, bytes_per_event, deck, deck_size, drift, slices
from nodes.fields import from_stored
from nodes.models import (
    EarningsEstimate,
    Event,
    HourlyStats,
    Reputation,
    SnoAuditWindow,
    SnoNode,
    SnoSatellite,
    StorageSnapshot,
)
from nodes.satellites import SALTLAKE
from nodes.schema import INDEXES
from nodes.sql import EVENT_COLUMNS
from storj_site.settings import BASE_DIR
from tests.processes import environment, heed_ctrl_c, manage

AS_OF = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
ATTIC, BASEMENT, COLO, GRANDMA = NAMES = ("attic-pi4", "basement-nas", "colo fra #2", "Großmutters Rechner")
END = int(AS_OF.timestamp())


def made(nodes: int = 4, events: int = 4000, days: int = 2, seed: int = 1) -> list[dict[str, Any]]:
    plan = fill.Plan(nodes, events, days, AS_OF, seed)
    dealer = Dealer(plan.stories, plan.decks, seed)
    rows: list[Row] = [row for part in plan.slices for row in dealer.rows(part)]
    return [dict(zip(EVENT_COLUMNS, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def events() -> list[dict[str, Any]]:
    return made()


Events = list[dict[str, Any]]


def of(events: Events, name: str, **wanted: tuple[str, ...]) -> Events:
    return [e for e in events if e["node_name"] == name and all(e[key] in values for key, values in wanted.items())]


def share(events: Events, name: str, status: str, actions: tuple[str, ...]) -> float:
    attempts = of(events, name, action=actions)
    return len([e for e in attempts if e["status"] == status]) / len(attempts)


def story(name: str) -> Story:
    return next(one for one in stories(4, 1) if one.name == name)


def snapshots(name: str) -> list[Any]:
    return list(space.snapshots(story(name), AS_OF, 1))


def latest_scores(name: str) -> list[Any]:
    return list(scores.reputation(story(name), AS_OF, 1))[-len(SATELLITES) :]


def demo(*arguments: str) -> str:
    out = StringIO()
    defaults = ("--nodes", "4", "--events-per-node", "600", "--days", "2", "--as-of", AS_OF.isoformat())
    call_command("demo", *defaults, *arguments, stdout=out)
    return out.getvalue()


# --- the events -----------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_events() -> None:
    assert made(events=500, seed=7) == made(events=500, seed=7)


def test_another_seed_makes_other_events() -> None:
    assert made(events=500, seed=7) != made(events=500, seed=8)


def test_each_node_has_exactly_its_events(events: Events) -> None:
    assert Counter(e["node_name"] for e in events) == dict.fromkeys(NAMES, 4000)


def test_moments_rise_are_in_the_stored_form_and_end_before_as_of(events: Events) -> None:
    moments = [moment for e in events if (moment := from_stored(e["timestamp"]))]
    assert len(moments) == len(events)
    assert moments == sorted(moments)
    assert AS_OF - timedelta(days=2, seconds=1) <= moments[0]
    assert moments[-1] < AS_OF


def test_about_two_per_cent_fall_on_whole_seconds_without_a_fraction(events: Events) -> None:
    whole = [e for e in events if "." not in e["timestamp"]]
    assert 0.01 < len(whole) / len(events) < 0.03
    assert not [e for e in events if ".000000" in e["timestamp"]]


def test_piece_ids_are_base32_of_32_bytes_and_differ(events: Events) -> None:
    assert all(re.fullmatch("[A-Z2-7]{51}[AQ]", e["piece_id"]) for e in events)
    assert len({e["piece_id"] for e in events}) == len(events)


def test_all_satellites_actions_and_statuses_occur_in_lifelike_shares(events: Events) -> None:
    by_satellite = Counter(e["satellite_id"] for e in events)
    assert {key: round(n / len(events), 1) for key, n in by_satellite.items()} == {
        key: round(part, 1) for key, part in SATELLITES.items()
    }
    assert {e["action"] for e in events} == {"GET", "PUT", "GET_REPAIR", "PUT_REPAIR", "GET_AUDIT"}
    assert {e["status"] for e in events} == {"success", "canceled", "failed"}


def test_failures_have_a_reason_and_successes_none(events: Events) -> None:
    assert all(e["error_reason"] for e in events if e["status"] == "failed")
    assert not any(e["error_reason"] for e in events if e["status"] == "success")


def test_one_node_loses_races_and_one_hardly_any(events: Events) -> None:
    lost = {name: share(events, name, "canceled", ("GET", "GET_REPAIR")) for name in NAMES}
    assert lost[COLO] < 0.025 < lost[BASEMENT] < lost[ATTIC] < 0.15 < lost[GRANDMA]


def test_canceled_uploads_are_recorded_for_all_nodes_but_one(events: Events) -> None:
    lost = {name: share(events, name, "canceled", ("PUT", "PUT_REPAIR")) for name in NAMES}
    assert lost[BASEMENT] == 0
    assert all(rate > 0 for name, rate in lost.items() if name != BASEMENT)


def test_audits_fail_on_the_weak_satellite_of_one_node_only() -> None:
    failed = [
        (card[9], card[3])
        for one in stories(4, 1)
        for card, _ in deck(one, 1, 8192)
        if card[0] == "GET_AUDIT" and card[1] == "failed"
    ]
    assert set(failed) == {(ATTIC, story(ATTIC).weak_satellite)}


def test_latencies_tell_the_nodes_apart_and_one_node_has_none(events: Events) -> None:
    durations = {
        name: [e["duration_ms"] for e in of(events, name, action=("GET",), status=("success",))] for name in NAMES
    }
    assert set(durations[GRANDMA]) == {None}
    known = {name: [ms for ms in durations[name] if ms is not None] for name in NAMES}
    assert 0.6 < len(known[BASEMENT]) / len(durations[BASEMENT]) < 0.8
    assert median(known[COLO]) * 2 < median(known[BASEMENT]) < median(known[ATTIC]) / 2


def test_latency_drifts_by_a_quarter_over_the_day() -> None:
    traffic = story(ATTIC).traffic
    assert drift(traffic, traffic.busiest_hour) == pytest.approx(1.25)
    assert drift(traffic, traffic.busiest_hour - 12) == pytest.approx(0.75)
    by_hour = defaultdict(list)
    for e in of(made(events=20_000), ATTIC, status=("success",)):
        if e["duration_ms"] is not None:
            by_hour[int(e["timestamp"][11:13])].append(e["duration_ms"])
    busy, quiet = mean(by_hour[18] + by_hour[19]), mean(by_hour[6] + by_hour[7])
    assert 1.3 < busy / quiet < 2.1


def test_a_node_that_is_switched_off_at_night_has_no_events_then(events: Events) -> None:
    hours = {int(e["timestamp"][11:13]) for e in of(events, GRANDMA)}
    assert hours == set(range(24)) - set(story(GRANDMA).traffic.off)


def test_chunks_stay_small_for_twenty_million_events() -> None:
    parts = slices(stories(5, 1), END - 2 * DAY, END, 4_000_000)
    assert max(sum(part.counts) for part in parts) < 3 * MOST_IN_CHUNK
    assert sum(sum(part.counts) for part in parts) == 20_000_000


def test_a_hundred_nodes_have_different_names_and_small_decks() -> None:
    assert len({one.name for one in stories(200, 1)}) == 200
    assert deck_size(200) == 1024


# --- the other tables --------------------------------------------------------------------------------


def test_storage_snapshots_add_up_and_show_each_nodes_story() -> None:
    newest = {}
    for name in NAMES:
        taken = snapshots(name)
        assert len(taken) == 35 * 24
        assert all(t.used_bytes + t.available_bytes == t.total_bytes and t.timestamp < AS_OF for t in taken)
        newest[name] = taken[-1]
    assert newest[BASEMENT].used_percent > 97
    assert newest[GRANDMA].trash_bytes == pytest.approx(newest[GRANDMA].used_bytes / 2, rel=0.05)


def test_one_node_grows_fast() -> None:
    taken = {name: snapshots(name) for name in NAMES}
    growth = {name: rows[-1].used_bytes - rows[0].used_bytes for name, rows in taken.items()}
    assert growth[COLO] > 10 * max(n for name, n in growth.items() if name != COLO)


def test_scores_show_a_weak_audit_score_and_a_low_online_score() -> None:
    latest = {name: latest_scores(name) for name in NAMES}
    audit = {name: min(row.audit_score for row in rows) for name, rows in latest.items()}
    online = {name: min(row.online_score for row in rows) for name, rows in latest.items()}
    assert 96 < audit[ATTIC] < 97
    assert {audit[name] for name in NAMES if name != ATTIC} == {100.0}
    assert 60 < online[GRANDMA] < 75
    assert all(online[name] > 99 for name in NAMES if name != GRANDMA)
    assert all(row.audit_success_count <= row.audit_total_count for rows in latest.values() for row in rows)


def earned(name: str) -> tuple[list[Any], list[Any]]:
    one = story(name)
    taken = list(space.snapshots(one, AS_OF, 1))
    daily = {key: amount * 10_000 for key, amount in bytes_per_event(deck(one, 1, 8192)).items()}
    return taken, list(money.estimates(one, taken, daily, AS_OF))


def test_byte_hours_of_this_month_are_those_of_the_snapshots() -> None:
    taken, rows = earned(ATTIC)
    latest = [row for row in rows if row.period == "2026-11"][-4:]
    in_month = [t for t in taken if t.timestamp >= datetime(2026, 11, 1, tzinfo=UTC)]
    assert sum(row.storage_bytes_hour for row in latest) == pytest.approx(
        sum(t.used_bytes - t.trash_bytes for t in in_month), abs=4
    )


def test_amounts_follow_from_the_rates() -> None:
    for row in earned(COLO)[1]:
        assert row.storage_earnings_gross == pytest.approx(row.storage_bytes_hour / 720 / 1e12 * 1.5)
        assert row.egress_earnings_gross == pytest.approx(row.egress_bytes / 1e12 * 2)
        assert row.repair_earnings_gross == pytest.approx(row.repair_bytes / 1e12 * 2)
        assert row.audit_earnings_gross == pytest.approx(row.audit_bytes / 1e12 * 2)
        assert row.total_earnings_gross == pytest.approx(
            row.storage_earnings_gross
            + row.egress_earnings_gross
            + row.repair_earnings_gross
            + row.audit_earnings_gross
        )
        assert row.held_amount == pytest.approx(row.total_earnings_gross * row.held_percentage)


def test_this_month_has_several_rows_per_satellite_that_rise() -> None:
    rows = [row for row in earned(BASEMENT)[1] if row.period == "2026-11"]
    for satellite in SATELLITES:
        totals = [row.total_earnings_gross for row in rows if row.satellite == satellite]
        assert len(totals) == 5
        assert totals == sorted(totals)
    assert not any(row.is_finalized for row in rows)


def test_six_months_before_are_finalized_and_those_that_are_due_are_paid() -> None:
    _, rows = earned(BASEMENT)
    finalized = [row for row in rows if row.is_finalized]
    months = ["2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10"]
    assert sorted({row.period for row in finalized}) == months
    paid: list[Any] = list(money.payouts(story(BASEMENT), rows, AS_OF, 1))
    assert sorted({row.period for row in paid}) == months
    assert all(row.variance == pytest.approx(row.actual_payout - row.estimated_payout) for row in paid)
    early = list(money.payouts(story(BASEMENT), rows, datetime(2026, 11, 3, tzinfo=UTC), 1))
    assert "2026-10" not in {row.period for row in early}


def test_a_young_node_has_no_months_from_before_it_joined_and_much_is_held_back() -> None:
    _, rows = earned(COLO)
    assert sorted({row.period for row in rows}) == ["2026-07", "2026-08", "2026-09", "2026-10", "2026-11"]
    assert {row.period: row.held_percentage for row in rows} == {
        "2026-07": 0.75,
        "2026-08": 0.75,
        "2026-09": 0.75,
        "2026-10": 0.5,
        "2026-11": 0.5,
    }


def test_the_first_seconds_of_a_month_have_estimates_too() -> None:
    start = datetime(2026, 11, 1, 0, 0, 5, tzinfo=UTC)
    one = story(ATTIC)
    rows = list(money.estimates(one, list(space.snapshots(one, start, 1)), {}, start))
    assert [row.period for row in rows[-4:]] == ["2026-11"] * 4


# --- in the database ------------------------------------------------------------------------------------


def test_the_command_fills_every_table_and_prints_one_line(databases: None) -> None:
    out = demo()
    assert out.count("\n") == 1
    assert "4 nodes with 2,400 events" in out
    assert all(model._default_manager.using("events").exists() for model in fill.FILLED)
    assert set(Event.objects.values_list("node_name", flat=True)) == set(NAMES)


def test_ids_rise_with_the_moments(databases: None) -> None:
    demo()
    moments: list[Any] = list(Event.objects.order_by("id").values_list("timestamp", flat=True))
    assert all(isinstance(moment, datetime) for moment in moments)
    assert moments == sorted(moments)


def test_what_is_stored_is_what_was_made(databases: None) -> None:
    demo()
    stored: Any = Event.objects.order_by("id").values(*EVENT_COLUMNS)
    wanted = made(events=600)
    assert [row | {"timestamp": row["timestamp"].isoformat()} for row in stored] == wanted


def test_all_time_stamps_of_the_other_tables_are_in_the_stored_form(databases: None) -> None:
    demo()
    for model in (StorageSnapshot, Reputation, EarningsEstimate):
        assert all(isinstance(one, datetime) for one in model._default_manager.values_list("timestamp", flat=True))
    hours: list[Any] = list(HourlyStats.objects.values_list("hour_timestamp", flat=True))
    assert all((hour.minute, hour.second, hour.microsecond) == (0, 0, 0) for hour in hours)


def test_hourly_stats_are_the_sums_of_the_events(databases: None) -> None:
    demo()
    sums: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    stored: list[Any] = list(Event.objects.all())
    for e in stored:
        kind = "audit" if e.action == "GET_AUDIT" else "dl" if e.action.startswith("GET") else "ul"
        bucket = sums[e.timestamp.isoformat()[:13], e.node_name]
        bucket[f"{kind}_{'success' if e.status == 'success' else 'fail'}"] += 1
        if e.status == "success" and kind != "audit":
            bucket["total_download_size" if kind == "dl" else "total_upload_size"] += e.size
    hourly = {
        (row.hour_timestamp.isoformat()[:13], row.node_name): Counter(
            {
                key: value
                for key, value in vars(row).items()
                if key.startswith(("dl_", "ul_", "audit_", "total_")) and value
            }
        )
        for row in HourlyStats.objects.all()
    }
    assert hourly == sums


def test_the_indexes_are_there_afterwards(databases: None) -> None:
    demo()
    connection = connections["events"]
    with connection.cursor() as cursor:
        there = connection.introspection.get_constraints(cursor, "events")
    assert {index.name for index in INDEXES if index.table == "events"} <= set(there)


def test_a_database_that_holds_data_is_refused_and_left_as_it_is(databases: None) -> None:
    Event.objects.create(node_name="mine")
    with pytest.raises(CommandError, match=r"already holds data: .* --force"):
        demo()
    assert Event.objects.count() == 1


def test_snapshots_alone_are_data_too(databases: None) -> None:
    StorageSnapshot.objects.create(node_name="mine", timestamp=AS_OF)
    with pytest.raises(CommandError, match="already holds data"):
        demo()


def test_force_adds_the_nodes_and_keeps_those_of_other_names(databases: None) -> None:
    Event.objects.create(node_name="mine")
    demo("--force")
    assert Event.objects.filter(node_name="mine").count() == 1
    assert Event.objects.count() == 2401


def test_the_api_of_each_node_tells_its_story(databases: None) -> None:
    demo()
    demo("--force")
    states = {row.node: row for row in SnoNode.objects.all()}
    assert {name for name, row in states.items() if row.down_since} == {GRANDMA}
    assert {name for name, row in states.items() if not row.up_to_date} == {ATTIC}
    unvetted = SnoSatellite.objects.filter(vetted=None).values_list("node", "satellite")
    assert set(unvetted) == {(COLO, SALTLAKE)}
    windows: Any = list(SnoAuditWindow.objects.all())
    assert {row.node for row in windows if row.online < row.total} == {GRANDMA}
    assert Counter(row.node for row in windows)[BASEMENT] == 4 * 61
    assert all(0 <= row.online <= row.total for row in windows)


def test_force_completes_what_was_broken_off(databases: None) -> None:
    plan = fill.Plan(4, 600, 2, AS_OF, 1)
    fill.prepare(plan, replace=False)
    fill.write_side_tables(plan)
    list(islice(fill.write_events(plan), 5))
    demo("--force")
    stored: Any = Event.objects.order_by("id").values(*EVENT_COLUMNS)
    assert [row | {"timestamp": row["timestamp"].isoformat()} for row in stored] == made(events=600)
    assert StorageSnapshot.objects.count() == 4 * 35 * 24


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--nodes", "0"), "--nodes must be at least 1"),
        (("--events-per-node", "-5"), "--events-per-node must be at least 1"),
        (("--days", "9999"), "--days must be at most 365"),
        (("--as-of", "yesterday"), "--as-of must be a time"),
        (("--as-of", "2026-11-20"), "with a time of day"),
        (("--as-of", "2999-01-01T00:00:00Z"), "not in the future"),
    ],
)
def test_a_wrong_argument_is_explained(arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        demo(*arguments)


@pytest.mark.sqlite_files
def test_a_new_file_is_filled_and_a_second_run_ends_with_one_sentence(tmp_path: Path) -> None:
    first, second = (manage(tmp_path, "demo", "--events-per-node", "300", "--days", "1") for _ in range(2))
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.count("\n") == 1
    assert (second.returncode, second.stdout) == (1, "")
    assert second.stderr.startswith("The events database already holds data")
    assert second.stderr.count("\n") == 1


@pytest.mark.sqlite_files
def test_a_folder_that_is_missing_is_one_sentence_about_writing(tmp_path: Path) -> None:
    done = manage(tmp_path, "demo", events=tmp_path / "nowhere" / "events.db")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The events database can be neither opened nor made: check that")
    assert done.stderr.count("\n") == 1


@pytest.mark.sqlite_files
def test_ctrl_c_ends_it_without_a_traceback(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--events-per-node", "5000000"],
        cwd=BASE_DIR,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_ctrl_c,  # noqa: PLW1509 - no thread runs here
    ) as running:
        try:
            wait_for_events(tmp_path / "events.db")
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=30)
        finally:
            running.kill()
    assert (running.returncode, out, err) == (130, "", "")


def wait_for_events(file: Path) -> None:
    end = time.monotonic() + 60
    while not (file.exists() and file.stat().st_size > 1_000_000):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.sqlite_files
def test_a_terminal_shows_a_progress_bar(tmp_path: Path) -> None:
    terminal, of_child = os.openpty()
    running = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--nodes", "2", "--events-per-node", "300", "--days", "1"],
        cwd=BASE_DIR,
        env=environment(tmp_path) | {"TERM": "xterm", "COLUMNS": "100"},
        stdout=of_child,
    )
    os.close(of_child)
    shown = b"".join(iter(lambda: read(terminal), b"")).decode()
    assert running.wait(timeout=60) == 0
    os.close(terminal)
    assert "Indexes" in shown
    assert "600/600" in shown
    assert "2 nodes with 600 events" in shown


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux's way to say that the other end is closed
        return b""
