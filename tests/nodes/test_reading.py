import pytest
from django.db import connections

from nodes.errors import EventsUnavailable
from nodes.known import known_names
from nodes.models import Event
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


def test_known_names_are_those_of_events_and_snapshots_without_blank_ones(databases: None) -> None:
    for name in ("b", "a", "  padded  ", "", "   ", None, "a"):
        Event.objects.create(node_name=name)
    connections["events_readonly"].close()
    assert known_names() == ["  padded  ", "a", "b"]
