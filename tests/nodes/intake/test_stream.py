"""A stream of a log: its lines, what is written of them, and that nothing is lost or written twice."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodes.adopt import adopt
from nodes.fields import to_stored
from nodes.intake.identity import Source
from nodes.intake.sources import known_sources, state_before, state_of
from nodes.intake.stream import LONGEST_LINE, NO_TIME, TOO_LONG, Stream
from nodes.intake.write import STATES_KEPT, SourceMoved
from nodes.models import Event, IntakeSource
from tests.nodes.intake import logs, rows

NODE = "attic ü"
LOG = logs.lifelike(60)
ARRIVAL = int(datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC).timestamp()) * 1_000_000


def fed(parts: Iterable[bytes], source: Source | None = None, node: str = NODE) -> Stream:
    stream = Stream(node)
    for part in parts:
        done = stream.feed(part)
        if source is not None:
            source.prefix.update(done)
    return stream


def written(log: bytes, node: str = NODE) -> Source:
    source = Source("x.log")
    fed([log], source, node).commit(source)
    return source


def events(columns: str) -> list[tuple[object, ...]]:
    return rows.of("events", columns)


def test_an_event_has_what_its_line_says_and_no_country(databases: None) -> None:
    address: dict[str, Any] = {"Size": 700, "Remote Address": "[2a01:4f8::1]:4000"}
    fed([logs.started(1), logs.line(3, **address), logs.line(4.25, "PUT", "Q", "failed", error="x")]).commit()
    told = "timestamp, action, status, size, piece_id, satellite_id, remote_ip, error_reason, node_name, duration_ms"
    us1, first, second = logs.US1, "2026-11-20T12:00:03+00:00", "2026-11-20T12:00:04.250000+00:00"
    assert events(told) == [
        (first, "GET", "success", 700, "PIECE", us1, "2a01:4f8::1", None, NODE, 2000),
        (second, "PUT", "failed", None, "Q", us1, None, "x", NODE, None),
    ]
    assert events("country, latitude, longitude") == [(None, None, None)] * 2


def test_times_are_stored_as_the_monitor_stores_them(databases: None) -> None:
    fed([logs.line(3), logs.line(3.000001)]).commit()
    stamps = [stamp for (stamp,) in events("timestamp")]
    assert stamps == sorted(to_stored(event.timestamp) for event in Event.objects.using("events"))


def test_scores_compactions_and_coarse_durations_have_rows_of_their_own(databases: None) -> None:
    fed([logs.scores(1), logs.compaction(2), logs.compaction(2), logs.started(3), logs.line(4)]).commit()
    assert rows.of("reputation_history") == [
        ("2026-11-20T12:00:01+00:00", NODE, logs.US1, 100.0, 100.0, 99.9, 29, 30, None, None)
    ]
    ((node, satellite, store, at, duration, *_),) = rows.of("hashstore_compaction_history")
    assert (node, satellite, store, at, duration) == (NODE, logs.US1, "s0", "2026-11-20T12:00:02+00:00", 1.5)
    assert rows.of("intake_timings") == [(NODE, int(logs.START.timestamp()) // 3600, 1)]


def test_lines_that_are_left_aside_are_counted_with_an_example_unless_they_say_nothing(databases: None) -> None:
    broken = logs.line(1)[:120] + b"\x1b\xff\n"
    written_now = fed([logs.OTHER, broken, broken, b"\n"]).commit()
    ((node, _, lines, example),) = rows.of("intake_skipped")
    assert (node, lines) == (NODE, 2)
    assert example.startswith("2026-11-20T12:00:01Z")
    assert example.isprintable()
    assert sorted(written_now.skipped.values()) == [1, 2]


def test_a_line_without_a_time_takes_that_of_its_arrival_or_is_left_aside(databases: None) -> None:
    _, _, timeless = logs.line(1).partition(b"\t")
    stream = Stream(NODE)
    stream.feed(timeless)
    stream.feed(timeless, arrival=ARRIVAL)
    assert stream.commit().skipped == {NO_TIME: 1}
    assert events("timestamp") == [("2026-11-20T12:00:30+00:00",)]


def test_arrival_tells_durations_to_the_millisecond(databases: None) -> None:
    stream = Stream(NODE)
    stream.feed(logs.started(1), arrival=ARRIVAL)
    stream.feed(logs.line(2), arrival=ARRIVAL + 123_456)
    stream.commit()
    assert events("timestamp, duration_ms") == [("2026-11-20T12:00:02+00:00", 123)]
    assert rows.of("intake_timings") == []


def test_a_new_log_takes_the_states_of_those_that_were_not_read_for_long_and_these_stay_known(databases: None) -> None:
    names = ["old", "latest", "new"]
    for number, name in enumerate(names):
        source, stream = Source(name), Stream(NODE)
        source.prefix.update(stream.feed(logs.started(number)))
        stream.commit(source)
        moment = datetime.now(UTC) - STATES_KEPT - timedelta(days=1 if name == "old" else -1)
        IntakeSource.objects.using("events").filter(path=name).update(updated=to_stored(moment))
    kept = {path: bool(bytes(state)) for path, state in rows.of("intake_sources", "path, state")}
    assert kept == {"old": False, "latest": True, "new": True}
    assert len(known_sources(NODE)) == 3


def test_an_arrival_that_is_not_exact_tells_no_durations(databases: None) -> None:
    stream = Stream(NODE)
    stream.feed(logs.started(1), arrival=ARRIVAL)
    stream.feed(logs.line(2), arrival=ARRIVAL + 123_456, is_exact=False)
    stream.commit()
    assert events("duration_ms") == [(1_000,)]
    assert [coarse for _, _, coarse in rows.of("intake_timings")] == [1]


@given(st.lists(st.integers(0, len(LOG)), max_size=20))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_cut_anywhere_and_committed_at_any_time_give_the_same_rows(databases: None, cuts: list[int]) -> None:
    _empty()
    written(LOG)
    expected = rows.everything()
    _empty()
    source, stream, bounds = Source("y.log"), Stream(NODE), [0, *sorted(cuts), len(LOG)]
    for number, (start, end) in enumerate(pairwise(bounds)):
        source.prefix.update(stream.feed(LOG[start:end]))
        if number % 3 == 2:
            stream.commit(source)
    stream.commit(source)
    # An audit that is known to hang already is marked so in the state.
    assert _without_state(rows.everything()) == _without_state(expected)


def _without_state(found: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    return found | {"intake_sources": [row[:-1] for row in found["intake_sources"]]}


def _empty() -> None:
    with connections["events"].cursor() as cursor:
        for table in rows.everything():
            cursor.execute(f"DELETE FROM {table}")


def test_a_line_without_an_end_waits_for_it(databases: None) -> None:
    stream = Stream(NODE)
    assert stream.feed(logs.line(1)[:-1]) == b""
    assert stream.waiting == 0
    assert stream.feed(b"\n") == logs.line(1)
    assert stream.waiting == 1


def test_a_last_line_without_an_end_is_read_if_it_is_whole_all_the_same(databases: None) -> None:
    whole, half = Stream(NODE), Stream(NODE)
    whole.feed(logs.line(1)[:-1])
    assert whole.finish() == logs.line(1)[:-1]
    half.feed(logs.line(1)[:-9])
    assert half.finish() == b""
    assert (whole.waiting, half.waiting) == (1, 0)


@pytest.mark.parametrize("size", [1000, LONGEST_LINE, 10 * LONGEST_LINE])
def test_a_line_that_is_too_long_is_left_aside_whatever_is_fed_at_once(databases: None, size: int) -> None:
    log = logs.line(1) + b"x" * (2 * LONGEST_LINE) + b"\n" + logs.line(2)
    source = Source("x")
    stream = fed([log[at : at + size] for at in range(0, len(log), size)], source)
    assert source.prefix.length == len(log)
    done = stream.commit(source)
    assert (done.lines, done.events, done.skipped) == (3, 2, {TOO_LONG: 1})


def test_a_log_is_resumed_in_the_midst_of_a_line_that_is_too_long(databases: None) -> None:
    source = Source("x")
    fed([b"x" * LONGEST_LINE], source).commit(source)
    stream = Stream(NODE)
    stream.resume(state_of(NODE, source.key))
    source.prefix.update(stream.feed(b"x\n" + logs.line(2)))
    assert stream.commit(source).events == 1


def test_a_start_and_its_end_are_paired_over_a_restart_and_over_the_files_of_a_set(databases: None) -> None:
    first = written(logs.started(1, piece="A") + logs.started(2, piece="B"))
    stream = Stream(NODE)
    stream.resume(state_of(NODE, first.key))
    first.prefix.update(stream.feed(logs.line(5, piece="A")))
    stream.commit(first)
    stream.resume(state_before(NODE, ARRIVAL))
    stream.feed(logs.line(9, piece="B"))
    stream.commit(Source("z.log"))
    assert events("piece_id, duration_ms") == [("A", 4_000), ("B", 7_000)]


def test_a_set_of_another_time_has_nothing_to_go_on_from(databases: None) -> None:
    written(logs.started(1))
    assert state_before(NODE, ARRIVAL - 3_600_000_000) == b""
    assert state_before(NODE, ARRIVAL + 25 * 3_600_000_000) == b""
    assert state_before(NODE, None) == b""
    assert state_before("another", ARRIVAL) == b""


def test_an_audit_that_hangs_is_shown_until_it_ends(databases: None) -> None:
    source = written(logs.started(1, "GET_AUDIT", "A") + logs.line(700))
    assert rows.of("intake_audits") == [(NODE, "2026-11-20T12:00:01+00:00", logs.US1, "A")]
    stream = Stream(NODE)
    stream.resume(state_of(NODE, source.key))
    source.prefix.update(stream.feed(logs.line(800, "GET_AUDIT", "A", "failed")))
    stream.commit(source)
    assert rows.of("intake_audits") == []


def test_the_position_says_how_far_a_log_was_read(databases: None) -> None:
    source = written(LOG + b"half a line")
    (known,) = known_sources(NODE)
    assert (known.path, known.length, known.hash) == ("x.log", len(LOG), source.prefix.hash)
    assert (known.lines, known.events) == (LOG.count(b"\n"), len(rows.of("events")))
    assert source.prefix.is_of(known)


def test_of_two_who_read_the_same_new_log_one_is_refused(databases: None) -> None:
    other = Source("other.log")
    theirs = fed([LOG], other)
    written(LOG)
    expected = rows.everything()
    with pytest.raises(SourceMoved, match="reads the same log"):
        theirs.commit(other)
    assert rows.everything() == expected


def test_of_two_who_read_on_one_is_refused(databases: None) -> None:
    source = written(LOG)
    ours, theirs = (Source("x", source.prefix, source.key, source.stored) for _ in range(2))
    first, second = fed([logs.line(5000)], ours), fed([logs.line(5000)])
    first.commit(ours)
    with pytest.raises(SourceMoved):
        second.commit(theirs)


def test_what_else_is_written_in_the_same_transaction_is_undone_with_it(databases: None) -> None:
    def failing(connection: BaseDatabaseWrapper) -> None:
        Event.objects.using("events").create(node_name="also")
        raise DatabaseError("no")

    stream, source = Stream(NODE), Source("x")
    source.prefix.update(stream.feed(LOG))
    with pytest.raises(DatabaseError):
        stream.commit(source, also=failing)
    assert not any(rows.everything().values())
    stream.commit(source)
    expected = rows.everything()
    _empty()
    written(LOG)
    assert _without_state(rows.everything()) == _without_state(expected)


@pytest.mark.sqlite_files
def test_a_locked_database_and_a_full_disk_lose_nothing(fresh: BaseDatabaseWrapper, tmp_path: Path) -> None:
    adopt(fresh, lambda line: None)
    log = logs.lifelike(2_000)
    stream, source, said = Stream(NODE), Source("x"), []
    with closing(sqlite3.connect(tmp_path / "fresh.db", isolation_level=None)) as other:
        fresh.cursor().execute("PRAGMA busy_timeout = 20")
        other.execute("BEGIN IMMEDIATE")
        source.prefix.update(stream.feed(log[:5_000]))
        with pytest.raises(OperationalError, match="locked"):
            stream.commit(source)
    with fresh.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone()
    for start in range(5_000, len(log), 40_000):
        source.prefix.update(stream.feed(log[start : start + 40_000]))
        said += _committed_with_more_pages(fresh, stream, source, pages)
    assert set(said) == {"database or disk is full"}
    found = rows.everything()
    _empty()
    written(log)
    assert _without_state(rows.everything()) == _without_state(found)


def _committed_with_more_pages(fresh: BaseDatabaseWrapper, stream: Stream, source: Source, pages: int) -> list[str]:
    said = []
    for more in range(0, 5_000, 9):
        with fresh.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {pages + more}").fetchall()
        try:
            stream.commit(source)
            break
        except OperationalError as error:
            said.append(str(error))
    return said
