from datetime import UTC, datetime

import pytest
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.adopt import adopt
from nodes.errors import EventsUnavailable
from nodes.known import known_names, names_in
from nodes.models import Event, RollupNode
from nodes.places import places
from nodes.reading import reading


def test_reading_gives_its_place_back(databases: None) -> None:
    before = places.use().in_use
    with reading():
        assert places.use().in_use == before + 1
    assert places.use().in_use == before


def test_nothing_can_be_written_while_reading(databases: None) -> None:
    with pytest.raises(EventsUnavailable), reading():
        Event.objects.using("events_readonly").create(node_name="a")


def test_a_read_that_takes_too_long_ends_with_a_sentence(databases: None) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
    with (
        pytest.raises(EventsUnavailable, match="CONNECTION_TIMEOUT"),
        reading(seconds=0.2) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(endless)


def test_rows_can_be_read_one_by_one(databases: None) -> None:
    Event.objects.bulk_create(Event(node_name=name) for name in "ab")
    with reading() as connection:
        rows = Event.objects.using(connection.alias).order_by("id").iterator(chunk_size=1)
        assert [event.node_name for event in rows] == ["a", "b"]


def test_known_names_are_those_of_events_and_snapshots_without_blank_ones(databases: None) -> None:
    for name in ("b", "a", "  padded  ", "", "   ", None, "a"):
        Event.objects.create(node_name=name)
    connections["events_readonly"].close()
    assert known_names() == ["  padded  ", "a", "b"]


def test_a_node_whose_events_were_all_pruned_is_known_by_its_roll_ups(databases: None) -> None:
    Event.objects.create(node_name="there", timestamp=datetime(2026, 11, 20, tzinfo=UTC))
    RollupNode.objects.using("events").bulk_create(
        RollupNode(id=n, name=x) for n, x in enumerate(("gone", "there", " "))
    )
    assert known_names() == ["gone", "there"]


def test_names_of_a_database_without_roll_ups_are_those_of_its_events(fresh: BaseDatabaseWrapper) -> None:
    adopt(fresh, lambda line: None)
    with fresh.cursor() as cursor:
        cursor.execute("INSERT INTO events (node_name) VALUES ('a')")
        cursor.execute("DROP TABLE rollup_nodes")
    with transaction.atomic(using=fresh.alias):
        assert names_in(fresh) == ["a"]
        assert names_in(fresh) == ["a"]
