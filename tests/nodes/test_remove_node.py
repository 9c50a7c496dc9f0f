"""Removing a node with all that is stored of it, and nothing else."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from nodes import removal
from nodes.intake import schema as intake
from nodes.intake.push import take_lines
from nodes.known import known_names
from nodes.models import Event, Node, RollupNode
from nodes.rollups import schema as rollups
from nodes.rollups.roll import rollup_once
from nodes.satellites import US1
from nodes.schema import TABLES
from nodes.sno import schema as sno
from nodes.sno.pushed import store_pushed
from nodes.sql import removal as sql
from tests.nodes.intake import logs
from tests.nodes.rollups import tables
from tests.nodes.sno import stories

pytestmark = pytest.mark.usefixtures("databases")

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STORY = stories.Story(NOW)
TOLD = {"sno": stories.dashboard(STORY), "satellite": {US1: stories.satellite(STORY, US1)}}
BY_NAME = [(table, "node_name") for table in TABLES] + [
    (table, "node") for table in (*intake.OWN_TABLES, *sno.OWN_TABLES, rollups.STORAGE_DAYS)
]


def remove_node(*arguments: str) -> str:
    out = StringIO()
    call_command("remove_node", *arguments, stdout=out)
    return out.getvalue()


def older_event(name: str) -> None:
    Event.objects.create(node_name=name, timestamp=NOW - timedelta(days=3), action="GET", status="success", size=1)


@pytest.fixture
def filled() -> None:
    """Two nodes with logs, answers of APIs and sums; of attic there is an event that is not counted yet."""
    for number, name in enumerate(("attic", "cellar")):
        Node.objects.create(name=name)
        take_lines(name, [logs.lifelike(100, seed=number)])
        store_pushed(name, TOLD, NOW)
    rollup_once()
    older_event("attic")


def rows_of(name: str) -> dict[str, list[str]]:
    found = {}
    with connections["events"].cursor() as cursor:
        for table, column in BY_NAME:
            cursor.execute(f"SELECT * FROM {table.name} WHERE {column} = %s", [name])
            found[table.name] = sorted(map(repr, cursor.fetchall()))
    return found


def test_nothing_of_the_node_is_left_and_all_of_the_others(filled: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "SLICE", 7)
    others = {key: value for key, value in tables.counts().items() if key[0] == "cellar"}
    before = rows_of("cellar")
    assert "Removed “attic”: " in remove_node("attic", "--yes")
    assert rows_of("cellar") == before
    assert not any(rows_of("attic").values())
    assert tables.counts() == others
    assert known_names() == ["cellar"] == list(Node.objects.values_list("name", flat=True))


def test_a_name_that_comes_again_begins_anew_and_counts_once(filled: None) -> None:
    remove_node("attic", "--yes")
    take_lines("attic", [logs.lifelike(100, seed=0)])
    rollup_once()
    attempts = sum(counted for key, (counted, _) in tables.counts().items() if key[:2] == ("attic", 0))
    assert attempts == Event.objects.filter(node_name="attic").count() > 0


def test_a_dry_run_says_what_there_is_and_removes_nothing(filled: None) -> None:
    before = rows_of("attic")
    said = remove_node("attic", "--dry-run")
    assert f"{len(before['events'])}  rows of events" in said
    assert "rows of rollup_counts" in said
    assert rows_of("attic") == before


def test_without_confirmation_nothing_is_removed(filled: None) -> None:
    before = rows_of("attic")
    with pytest.raises(CommandError, match="Nothing was removed"):
        remove_node("attic")
    assert rows_of("attic") == before


def test_a_node_that_nobody_knows_is_one_sentence() -> None:
    with pytest.raises(CommandError, match="There is no node “nobody”"):
        remove_node("nobody", "--yes")


def test_one_that_is_only_entered_is_removed_too() -> None:
    Node.objects.create(name="attic")
    assert "nothing but its record" in remove_node("attic", "--yes")
    assert not Node.objects.exists()


@pytest.mark.parametrize("source", [{"log_path": "/var/log/node.log"}, {"api_url": "http://10.0.0.1:14002"}])
def test_one_that_is_still_collected_is_refused(filled: None, source: dict[str, str]) -> None:
    Node.objects.filter(name="attic").update(**source)
    with pytest.raises(CommandError, match="it would come back"):
        remove_node("attic", "--yes")
    assert Event.objects.filter(node_name="attic").exists()


def test_one_that_another_program_writes_is_refused_unless_forced(filled: None) -> None:
    Event.objects.create(node_name="attic", timestamp=datetime.now(UTC), action="GET", status="success", size=1)
    with pytest.raises(CommandError, match="Another program"):
        remove_node("attic", "--yes")
    remove_node("attic", "--yes", "--force")
    assert not Event.objects.filter(node_name="attic").exists()


def test_broken_off_it_goes_on_when_it_is_run_again(filled: None) -> None:
    next(removal.remove("attic"))
    assert "attic" in known_names()
    remove_node("attic", "--yes")
    assert known_names() == ["cellar"]


@pytest.mark.parametrize("name", ["events", "reputation_history", "intake_sources", "sno_days", "rollup_counts"])
def test_rows_of_large_tables_are_found_by_an_index(filled: None, name: str) -> None:
    connection = connections["events"]
    node = RollupNode.objects.get(name="attic").pk if name == "rollup_counts" else "attic"
    part = next(part for part in removal.parts("attic") if part.table.name == name)
    statement = sql.delete_statement(part.table, part.column)
    with transaction.atomic(using="events"), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            ("EXPLAIN " if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN ") + statement, [node, 5]
        )
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert f"SCAN {name}" not in plan
