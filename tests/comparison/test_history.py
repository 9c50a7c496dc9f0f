"""The monitor's hourly sums against naive Python: random and broken rows, other nodes' rows, edges of the spans."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from comparison.history import History, notes, read
from nodes.reading import reading
from nodes.soundness import HOURLY_ATTEMPTS, MAX_AN_HOUR
from tests.comparison.oracle import Row
from tests.comparison.strategies import NAMES, rarely
from tests.comparison.tables import insert
from tests.nodes.monitor_files import HOURLY_STATS
from tests.opened import Opened

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
random_examples = settings(
    max_examples=40, deadline=None, suppress_health_check=SHARED, phases=[Phase.explicit, Phase.generate]
)
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
NOON = (datetime(2026, 11, 20, 12, tzinfo=UTC) - _1970) // timedelta(hours=1)
DAYS = 3
SUMS = (*HOURLY_ATTEMPTS, "total_download_size", "total_upload_size")
USED = (*HOURLY_ATTEMPTS, "total_upload_size")
Spans = dict[str, tuple[int, int]]


def stamp(hour: int) -> str:
    return (_1970 + timedelta(hours=hour)).isoformat()


def row(hour: int, name: str = "attic", **sums: Any) -> Row:
    return {"hour_timestamp": stamp(hour), "node_name": name} | dict.fromkeys(SUMS, 0) | sums


def fill(rows: list[Row]) -> None:
    with connections["events"].cursor() as cursor:
        cursor.execute("DELETE FROM hourly_stats")
    insert("hourly_stats", rows)


def histories(spans: Mapping[str, tuple[int, int]]) -> dict[str, History]:
    with reading() as connection:
        return read(connection, spans)


# --- Random rows --------------------------------------------------------------------------------------

hours = st.integers(NOON - 24 * DAYS, NOON + 24 * DAYS)
spans = st.dictionaries(st.sampled_from([*NAMES, "never seen"]), st.tuples(hours, hours), max_size=4)
odd_stamps = st.one_of(
    hours.map(lambda hour: stamp(hour).replace("T", " ")),
    hours.map(lambda hour: stamp(hour).replace("+00:00", "Z")),
    hours.map(lambda hour: stamp(hour).replace(":00:00+", ":30:00+")),
    hours.map(lambda hour: stamp(hour).replace("+00:00", ".000001+00:00")),
    hours.map(lambda hour: stamp(hour).replace("+00:00", "+01:00")),
    hours.map(lambda hour: stamp(hour)[:13]),
    st.sampled_from(
        [
            "2026-11-31T10:00:00+00:00",
            "2026-11-20T24:00:00+00:00",
            "2026-11-20T99:00:00+00:00",
            "2026-11-2xT10:00:00+00:00",
            "2026-11-20é",
            "2026-11-20T1é:00:00+00:00",
            "",
            "yesterday",
        ]
    ),
)
no_number = st.sampled_from(["12abc", "", "nan", b"7", 1.5, 0.25, float("inf")])
no_sum = st.sampled_from([None, -1, MAX_AN_HOUR + 1, 2**62, 2**63 - 1])


def tables(anything: bool) -> st.SearchStrategy[list[Row]]:
    """With `anything` as only SQLite's columns take it."""
    usual = st.integers(0, 100_000) | st.just(MAX_AN_HOUR)
    value = rarely(st.one_of(no_sum, no_number) if anything else no_sum, rarely(st.just(0), usual))
    odd = st.one_of(odd_stamps, st.none(), st.just(b"2026-11-20T10:00:00+00:00")) if anything else odd_stamps
    rows = st.fixed_dictionaries(
        {
            "hour_timestamp": rarely(odd, hours.map(stamp)),
            "node_name": st.sampled_from(NAMES),
            **{column: st.just(0) for column in SUMS},
        }
    )
    changes = st.dictionaries(st.sampled_from(SUMS), value, max_size=4)
    changed = st.tuples(rows, changes).map(lambda parts: parts[0] | parts[1])
    return st.lists(changed, max_size=60, unique_by=lambda row: (row["hour_timestamp"], row["node_name"]))


def naive(rows: list[Row], name: str, first: int, last: int) -> History:
    """Row by row, without a look at the code."""
    operations = ingress = broken = 0
    masks: dict[int, int] = {}
    for one in rows:
        text = one["hour_timestamp"]
        if one["node_name"] != name or not isinstance(text, str) or not stamp(first) <= text < stamp(last):
            continue
        hour = full_hour(text)
        if hour is None or not all(type(one[c]) is int and 0 <= one[c] <= MAX_AN_HOUR for c in USED):
            broken += 1
            continue
        operations += sum(one[column] for column in HOURLY_ATTEMPTS)
        ingress += one["total_upload_size"]
        masks[hour - hour % 24] = masks.get(hour - hour % 24, 0) + (1 << hour % 24)
    return History(operations, ingress, masks, broken)


def full_hour(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.isoformat() != text or not text.endswith("+00:00"):
        return None
    hour, rest = divmod(moment - _1970, timedelta(hours=1))
    return None if rest else hour


def check(rows: list[Row], asked: Spans) -> None:
    fill(rows)
    assert histories(asked) == {name: naive(rows, name, *span) for name, span in asked.items()}


WHOLE = dict.fromkeys(NAMES, (NOON - 24 * DAYS, NOON + 24 * DAYS))
STAGGERED = {name: (NOON - 20 - 7 * at, NOON + 20 + 3 * at) for at, name in enumerate(NAMES)}
FULL = [row(hour, name, dl_success=hour) for hour in range(NOON - 30, NOON + 30) for name in NAMES]


@given(rows=tables(anything=False), asked=spans | st.just(WHOLE))
@example(rows=FULL, asked=WHOLE)
@example(rows=FULL, asked=STAGGERED)
@example(rows=[row(NOON) | dict.fromkeys(SUMS, 2**62)], asked=WHOLE)
@random_examples
def test_histories_are_those_of_naive_python(databases: None, rows: list[Row], asked: Spans) -> None:
    check(rows, asked)


@pytest.mark.sqlite_files
@given(rows=tables(anything=True), asked=spans | st.just(WHOLE))
@random_examples
def test_whatever_sqlite_keeps_is_skipped_and_counted(databases: None, rows: list[Row], asked: Spans) -> None:
    check(rows, asked)


# --- One thing each -----------------------------------------------------------------------------------


def test_a_span_has_its_first_hour_and_not_its_last(databases: None) -> None:
    fill([row(hour, ul_success=10**at) for at, hour in enumerate(range(NOON, NOON + 5))])
    history = histories({"attic": (NOON + 1, NOON + 4)})["attic"]
    assert (history.operations, history.first, history.last) == (1110, NOON + 1, NOON + 3)
    assert history.count_of_hours == 3


def test_the_first_and_last_hour_are_found_over_days(databases: None) -> None:
    fill([row(NOON - 24 - 11), row(NOON + 24 + 5)])
    history = histories({"attic": (NOON - 100, NOON + 100)})["attic"]
    assert (history.first, history.last, history.count_of_hours) == (NOON - 35, NOON + 29, 2)


def test_spans_that_end_in_the_same_day_are_kept_apart(databases: None) -> None:
    fill([row(hour, name, dl_fail=1) for hour in range(NOON - 24, NOON + 24) for name in NAMES])
    asked = {name: (NOON - 3 * at, NOON + at) for at, name in enumerate(NAMES)}
    assert [history.operations for history in histories(asked).values()] == [0, 4, 8]


def test_no_node_has_no_history(databases: None) -> None:
    assert histories({}) == {}


def test_an_empty_history_has_no_first_hour(databases: None) -> None:
    history = histories({"attic": (NOON, NOON + 1)})["attic"]
    assert (history, history.first, history.last, history.count_of_hours) == (History(), None, None, 0)


def test_a_thousand_nodes_can_each_have_a_span_of_their_own(databases: None) -> None:
    names = [f"node {number}" for number in range(1000)]
    fill([row(NOON + number, name, audit_fail=1) for number, name in enumerate(names)])
    asked = {name: (NOON - number, NOON + number + number % 2) for number, name in enumerate(names)}
    found = histories(asked)
    assert [found[name].operations for name in names] == [number % 2 for number in range(1000)]


@pytest.mark.parametrize("text", ["2026-W47-1T10:00:00+00:00", "2026-13-01T10:00:00+00:00"])
def test_a_day_of_another_calendar_is_counted(databases: None, text: str) -> None:
    fill([row(NOON), row(NOON) | {"hour_timestamp": text}])
    assert histories({"attic": (NOON, NOON + 24 * 99)})["attic"].broken == 1


@pytest.mark.sqlite_files
@pytest.mark.parametrize("text", [b"2026-11-20\xff", b"2026-11-2\xffT10:00:00+00:00"])
def test_a_time_stamp_that_is_not_utf_8_is_counted(databases: None, text: bytes) -> None:
    fill([row(NOON)])
    with connections["events"].cursor() as cursor:
        cursor.execute(f"UPDATE hourly_stats SET hour_timestamp = CAST(x'{text.hex()}' AS TEXT)")
    assert histories({"attic": (NOON - 100, NOON + 300)})["attic"] == History(broken=1)


@pytest.mark.sqlite_files
def test_a_table_that_lost_its_key_makes_no_hour_that_is_not_there(tmp_path: Path, opened: Opened) -> None:
    with closing(sqlite3.connect(tmp_path / "events.db")) as file, file:
        file.execute(HOURLY_STATS.replace(", PRIMARY KEY (hour_timestamp, node_name)", ""))
    connection = opened(tmp_path / "events.db")
    insert("hourly_stats", [row(NOON), row(NOON)])
    assert read(connection, {"attic": (NOON - 9, NOON + 9)})["attic"].hours == {NOON - 12: 1 << 12}


def test_all_nodes_are_one_statement_that_uses_the_key(databases: None) -> None:
    fill([row(NOON + hour, f"node {n}") for hour in range(-200, 200) for n in range(20)])
    with reading() as connection, CaptureQueriesContext(connection) as captured:
        read(connection, {f"node {n}": (NOON + n, NOON + n + 5) for n in range(3)})
    (sent,) = [query["sql"] for query in captured.captured_queries if "hourly_stats" in query["sql"]]
    plan = explained(sent)
    assert "sqlite_autoindex_hourly_stats_1 (hour_timestamp>? AND hour_timestamp<?)" in plan or (
        "hourly_stats_pkey" in plan and "Index Cond: ((hour_timestamp >=" in plan
    )


def explained(sent: str) -> str:
    connection = connections["events"]
    with transaction.atomic(using="events"), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE hourly_stats")
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sent}")
        return "\n".join(str(line[-1]) for line in cursor.fetchall())


# --- Notes --------------------------------------------------------------------------------------------


def test_a_note_says_since_when_more_than_sums_is_known() -> None:
    assert notes(History(1, 1, {NOON - 12: 0b111}), NOON) == [
        "Operations and ingress before 2026-11-20 12:00 UTC are the monitor's hourly sums (3 hours); "
        "rates and latencies begin there."
    ]


def test_skipped_sums_are_told_without_any_that_counts() -> None:
    assert notes(History(broken=1), NOON) == [
        "1 hourly sum of the monitor was skipped: the time stamp or a value is broken."
    ]


def test_nothing_is_said_of_nothing() -> None:
    assert notes(History(), NOON) == []
