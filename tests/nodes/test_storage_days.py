"""Days of storage snapshots as rows: read together with the snapshots behind them, they are as the snapshots alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodes import storage_days
from nodes.fields import to_stored
from nodes.models import StorageDay, StorageSnapshot
from nodes.reading import reading
from nodes.rollups.roll import rollup_once
from nodes.sql import storage_days as sql
from nodes.sql.snapshots import stored_days
from tests.comparison.tables import insert

pytestmark = pytest.mark.usefixtures("databases")

START = datetime(2026, 11, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SPAN = START - 3 * DAY, START + 20 * DAY
NAMES = ["attic", "cellar"]
WEIRD = ["2026-11-05 08:00", "2026-11-31T00:00:00+00:00", "2026-W45-2", "2026-11-05T", "garbage", "2026-11-1"]

TIMES = st.one_of(
    st.integers(-4 * 86_400, 21 * 86_400).map(lambda seconds: to_stored(START + timedelta(seconds=seconds))),
    st.integers(-3, 20).map(lambda day: to_stored(START + day * DAY)),
    st.sampled_from(WEIRD),
)
SIZES = st.one_of(st.none(), st.integers(0, 10**16), st.sampled_from([-1, 2**62]))
SNAPSHOTS = st.lists(st.tuples(st.sampled_from(NAMES), TIMES, SIZES, SIZES, SIZES), max_size=40)


def write(*snapshots: tuple[str, str, int | None, int | None, int | None]) -> None:
    columns = "node_name", "timestamp", "used_bytes", "total_bytes", "trash_bytes"
    with transaction.atomic(using="events"):
        insert("storage_snapshots", [dict(zip(columns, snapshot, strict=True)) for snapshot in snapshots])


def hourly(name: str, first: datetime, number: int, used: int = 10) -> None:
    write(*((name, to_stored(first + n * HOUR), used, 100, 1) for n in range(number)))


def keep(now: datetime = START) -> bool:
    return storage_days.keep(connections["events"], now)


def empty() -> None:
    with transaction.atomic(using="events"), connections["events"].cursor() as cursor:
        for table in ("storage_snapshots", *storage_days.TABLES):
            cursor.execute(f"DELETE FROM {table}")


def both(end: datetime, span: tuple[datetime, datetime] = SPAN) -> tuple[Any, Any]:
    """What is read by way of the rows, and from the snapshots alone; nodes without snapshots left out."""
    with reading() as connection:
        read = storage_days.read(connection, NAMES, span, end)
        naive = stored_days(connection, NAMES, (to_stored(span[0]), to_stored(span[1])), to_stored(end))
    return [[{name: of for name, of in part.items() if of} for part in found] for found in (read, naive)]  # type: ignore[return-value]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(SNAPSHOTS, min_size=1, max_size=4),
    st.integers(0, 17 * 86_400),
    st.integers(0, 80),
    st.booleans(),
)
def test_rows_and_what_is_behind_them_are_as_the_snapshots_alone(
    batches: list[Any], end: int, days_later: int, complete: bool
) -> None:
    empty()
    for batch in batches[: None if complete else -1]:
        write(*batch)
        keep(START + days_later * DAY)
    if not complete:
        write(*batches[-1])
    at = START + timedelta(seconds=end)
    read, naive = both(at, (SPAN[0], at + 3 * DAY))
    assert read == naive


class TestReading:
    def test_a_month_of_snapshots_is_read_from_as_many_rows_as_it_has_days(self) -> None:
        hourly("attic", START, 10 * 24)
        keep()
        StorageSnapshot._base_manager.using("events").all().delete()
        with reading() as connection:
            days, broken = storage_days.read(connection, ["attic"], SPAN, START + 15 * DAY)
        assert [day.snapshots for day in days["attic"]] == [24] * 10
        assert broken == {"attic": 0}

    def test_a_late_snapshot_counts_at_once_and_after_the_next_sum(self) -> None:
        hourly("attic", START, 48)
        keep()
        write(("attic", to_stored(START + timedelta(minutes=30)), 99, 100, None))
        for _ in range(2):
            read, naive = both(START + 5 * DAY)
            assert read == naive
            assert read[0]["attic"][0].snapshots == 25
            keep()

    def test_snapshots_from_before_there_were_rows_are_read_as_they_are(self) -> None:
        hourly("attic", START, 5 * 24)
        keep(now=START + 2 * DAY + storage_days.REACH)
        assert StorageDay._base_manager.using("events").count() == 3
        read, naive = both(START + 10 * DAY)
        assert read == naive

    def test_days_that_lost_snapshots_are_as_their_rows_tell_them_whatever_comes_late(self) -> None:
        hourly("attic", START, 10 * 24)
        keep()
        StorageSnapshot._base_manager.using("events").all().delete()
        for day in (1, 9):
            write(("attic", to_stored(START + day * DAY + timedelta(minutes=30)), 99, 100, None))
        with reading() as connection:
            days, _ = storage_days.read(connection, ["attic"], SPAN, START + 15 * DAY)
        assert [day.snapshots for day in days["attic"]] == [24] * 10

    def test_an_end_at_midnight_cuts_no_day(self) -> None:
        hourly("attic", START, 8 * 24)
        keep()
        StorageSnapshot._base_manager.using("events").all().delete()
        with reading() as connection:
            days, _ = storage_days.read(connection, ["attic"], (START, START + 8 * DAY), START + 5 * DAY)
        assert [day.later for day in days["attic"]] == [False] * 5 + [True] * 3

    def test_a_watermark_far_behind_is_not_gone_by(self, monkeypatch: pytest.MonkeyPatch) -> None:
        hourly("attic", START, 2)
        keep()
        monkeypatch.setattr(storage_days, "MOST_BEHIND", 3)
        hourly("attic", START + 2 * HOUR, 4)
        read, naive = both(START + 10 * DAY)
        assert read == naive


class TestKeeping:
    def test_a_day_that_lost_its_snapshots_keeps_what_it_had(self) -> None:
        hourly("attic", START, 24)
        keep()
        StorageSnapshot._base_manager.using("events").all().delete()
        write(("attic", to_stored(START + timedelta(minutes=30)), 99, 100, None))
        keep()
        assert StorageDay._base_manager.using("events").get().snapshots == 24

    def test_who_was_overtaken_writes_nothing(self) -> None:
        hourly("attic", START, 2)
        keep()
        connection = connections["events"]
        state = sql.state(connection)
        assert state is not None
        with transaction.atomic(using="events"):
            storage_days.end_turns(connection)
        hourly("attic", START + 3 * HOUR, 2)
        assert not storage_days._kept(connection, state, state.watermark + 2)
        assert StorageDay._base_manager.using("events").get().snapshots == 2

    def test_ids_that_are_given_out_again_are_summed_up(self) -> None:
        hourly("attic", START, 30)
        keep()
        newest = StorageSnapshot._base_manager.using("events").latest("id").pk
        StorageSnapshot._base_manager.using("events").filter(pk__gt=newest - 10).delete()
        keep()
        StorageSnapshot._base_manager.using("events").bulk_create(
            StorageSnapshot(
                pk=newest - 9 + n, timestamp=START + (40 + n) * HOUR, node_name="cellar", used_bytes=1, total_bytes=2
            )
            for n in range(5)
        )
        keep()
        rows = StorageDay._base_manager.using("events").filter(node="cellar")
        assert [row.snapshots for row in rows] == [5]

    def test_a_clock_that_was_ahead_at_the_first_time_does_no_harm(self) -> None:
        hourly("attic", START, 30)
        keep(now=START + 4000 * DAY)
        assert not StorageDay._base_manager.using("events").exists()
        keep()
        assert StorageDay._base_manager.using("events").count() == 2

    def test_names_that_no_node_has_are_passed_over(self) -> None:
        hourly("attic", START, 2)
        hourly(" ", START, 2)
        if connections["events"].vendor == "sqlite":
            write((b"\xff", to_stored(START), 1, 2, 3))  # type: ignore[arg-type]
        keep()
        assert [row.node for row in StorageDay._base_manager.using("events").all()] == ["attic"]

    @pytest.mark.postgresql
    def test_an_open_writer_holds_up_neither_events_nor_what_is_asked(self) -> None:
        hourly("attic", START, 2)
        with psycopg.connect(**connections["events"].get_connection_params()) as other:
            other.execute(
                "INSERT INTO storage_snapshots (timestamp, node_name, used_bytes) VALUES (%s, 'attic', 1)",
                [to_stored(START + HOUR)],
            )
            assert rollup_once().is_last
            assert not StorageDay._base_manager.using("events").exists()
            other.rollback()
        rollup_once()
        assert StorageDay._base_manager.using("events").get().snapshots == 2

    def test_many_snapshots_are_summed_up_a_few_at_a_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(storage_days, "IDS_AT_A_TIME", 7)
        hourly("attic", START, 40)
        while not keep():
            pass
        read, naive = both(START + 10 * DAY)
        assert read == naive
        assert StorageDay._base_manager.using("events").count() == 2

    def test_it_says_where_it_was_not_done_in_its_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(storage_days, "LONGEST", -1.0)
        hourly("attic", START, 2)
        assert not keep()

    def test_a_petabyte_all_day_long_fits(self) -> None:
        write(*(("attic", to_stored(START + n * timedelta(minutes=5)), 10**16, 10**16, 10**16) for n in range(288)))
        keep()
        read, naive = both(START + 10 * DAY)
        assert read == naive
