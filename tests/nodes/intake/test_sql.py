"""What the intake asks for and changes is found by its key, on both databases."""

from collections.abc import Callable

import pytest
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import CaptureQueriesContext

from nodes.intake.identity import Source
from nodes.intake.stream import Stream
from nodes.sql import intake as sql
from tests.nodes.intake import logs

NODE = "attic"
KEYS = {"sqlite": "PRIMARY KEY", "postgresql": "_pkey"}
READS: dict[str, Callable[[BaseDatabaseWrapper], object]] = {
    "last_event_id": lambda connection: sql.last_event_id(connection, NODE),
    "known_sources": lambda connection: sql.known_sources(connection, NODE),
    "state_of": lambda connection: sql.state_of(connection, NODE, "x"),
    "state_before": lambda connection: sql.state_before(connection, NODE, 1, 2),
    "put_last_event_id": lambda connection: sql.put_last_event_id(connection, NODE, 1),
    "move_source": lambda connection: sql.move_source(
        connection, sql.Moved("p", b"h", 1, "a", "", 1, b"s", "now", 1, 1, NODE, "x", "stored")
    ),
    "forget_states": lambda connection: sql.forget_states(connection, NODE, "then"),
    "drop_audits": lambda connection: sql.drop_audits(connection, [(NODE, "then", "s", "p")]),
}


@pytest.fixture
def some_logs(databases: None) -> None:
    for number in range(20):
        source, stream = Source(f"{number}.log"), Stream(f"node {number}")
        source.prefix.update(stream.feed(logs.started(number, "GET_AUDIT") + logs.line(number + 900)))
        stream.commit(source)


@pytest.mark.parametrize("name", READS)
def test_it_is_found_by_its_key(some_logs: None, name: str) -> None:
    connection = connections["events"]
    with transaction.atomic(using="events"), CaptureQueriesContext(connection) as captured:
        READS[name](connection)
    (statement,) = [
        query["sql"].removeprefix("1 times: ") for query in captured.captured_queries if "intake_" in query["sql"]
    ]
    with transaction.atomic(using="events"), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN "
        if "%s" in statement:  # what is done many times is told with its places
            cursor.execute(explain + statement, (NODE, "then", "s", "p"))
        else:
            cursor.execute(explain + statement)
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    assert KEYS[connection.vendor] in plan
    assert "SCAN intake" not in plan
