"""A node whose events another program writes is refused, before anything is written."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext

from nodes.fields import to_stored
from nodes.intake.stream import Stream
from nodes.intake.write import NodeTaken
from nodes.models import Event, IntakeNode
from nodes.sql import intake as sql
from tests.nodes.intake import logs, rows

NODE = "attic"


def somebody_writes(count: int = 1, node: str = NODE, ago: timedelta = timedelta(minutes=5)) -> None:
    at = datetime.now(UTC) - ago
    Event.objects.using("events").bulk_create(Event(node_name=node, timestamp=at, action="GET") for _ in range(count))


def stream() -> Stream:
    made = Stream(NODE)
    made.feed(logs.line(1))
    return made


def last_event_id() -> int:
    return int(IntakeNode.objects.using("events").get(pk=NODE).last_event_id)


def newest() -> int:
    return max(int(id_) for (id_,) in rows.of("events", "id"))


def test_a_node_that_another_program_wrote_within_the_hour_is_refused(databases: None) -> None:
    somebody_writes()
    taken = stream()
    with pytest.raises(NodeTaken, match="“attic” into this database"):
        taken.check()
    with pytest.raises(NodeTaken, match="--force"):
        taken.commit()
    assert len(rows.of("events")) == 1
    assert rows.of("intake_nodes", "*") == []


@pytest.mark.parametrize("ago", [timedelta(minutes=61), timedelta(hours=-2)])
def test_events_of_another_time_are_no_sign_of_a_program_that_runs(databases: None, ago: timedelta) -> None:
    somebody_writes(ago=ago)
    assert stream().commit().events == 1


def test_events_of_other_nodes_are_no_matter(databases: None) -> None:
    somebody_writes(node="other")
    assert stream().commit().events == 1


def test_a_program_that_begins_later_is_noticed_with_the_next_commit(databases: None) -> None:
    ours = stream()
    ours.commit()
    ours.feed(logs.line(2))
    somebody_writes()
    with pytest.raises(NodeTaken):
        ours.commit()
    assert len(rows.of("events")) == 2


def test_several_of_our_own_processes_may_write_the_same_node(databases: None) -> None:
    one, other = Stream(NODE), Stream(NODE)
    now = datetime.now(UTC)
    for number in range(4):
        writer = one if number % 2 else other
        writer.feed(logs.line((now - logs.START).total_seconds() - 60 + number))
        assert writer.commit().events == 1
    assert last_event_id() == newest()


def test_force_takes_the_node_over(databases: None) -> None:
    somebody_writes(5)
    forced = Stream(NODE, force=True)
    forced.check()
    forced.feed(logs.line(1))
    forced.commit()
    assert last_event_id() == newest()
    assert stream().commit().events == 1


def test_after_the_newest_events_were_deleted_another_program_is_still_noticed(databases: None) -> None:
    somebody_writes(50, node="other")
    ours = stream()
    ours.commit()
    before = last_event_id()
    Event.objects.using("events").all().delete()
    ours.feed(logs.line(2))
    ours.commit()
    if connections["events"].vendor == "sqlite":
        assert last_event_id() < before
    somebody_writes()
    with pytest.raises(NodeTaken):
        stream().commit()


def plan(run: Callable[[], object]) -> str:
    connection = connections["events"]
    with CaptureQueriesContext(connection) as captured:
        run()
    (statement,) = [query["sql"] for query in captured.captured_queries]
    with transaction.atomic(using="events"), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE events")
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'' if connection.vendor == 'postgresql' else 'QUERY PLAN'} {statement}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def asked(ids: tuple[int, int]) -> Callable[[], object]:
    now = datetime.now(UTC)
    times = to_stored(now - timedelta(hours=1)), to_stored(now)
    return lambda: sql.foreign_event(connections["events"], NODE, ids, times)


def test_it_is_looked_for_by_node_and_time(databases: None) -> None:
    somebody_writes(200, ago=timedelta(days=1))
    assert "idx_events_node_name_timestamp" in plan(asked((0, 10**9)))


def test_among_few_new_ids_it_is_looked_for_by_these(databases: None) -> None:
    somebody_writes(200, ago=timedelta(days=1))
    found = plan(asked((10**6, 10**6 + 10)))
    assert "PRIMARY KEY" in found or "events_pkey" in found
