"""What the status page and the admin say of collecting."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from nodes.fields import to_stored
from nodes.intake.states import LogState, States
from nodes.models import IntakeState, Node
from nodes.standings import NEVER_RUN, NOT_RUNNING, collector_standing, log_standings
from storj_site.status import parts

pytestmark = pytest.mark.usefixtures("databases")
NO_TERMS = {"terms-TOTAL_FORMS": "0", "terms-INITIAL_FORMS": "0"}
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOON_US = int(NOON.timestamp()) * 1_000_000
FOLLOWED = LogState(NOON_US, NOON_US - 5_000_000, 1_500_000)
TROUBLED = LogState(trouble="The log is not there.", trouble_since=NOON)


def with_logs(*names: str) -> None:
    Node.objects.bulk_create(Node(name=name, log_path=f"/{name}.log") for name in names)


def rows() -> list[tuple[str, ...]]:
    return list(next(part for part in parts() if part.title == "Collector").rows)


def test_the_states_of_logs_are_shown_on_the_status_page() -> None:
    with_logs("attic", "cellar")
    States().write({"attic": FOLLOWED, "cellar": TROUBLED})
    assert rows() == [
        ("attic", "/attic.log", "2026-11-20 12:00:00 UTC", "2026-11-20 11:59:55 UTC", "1.5 MB", "none"),
        ("cellar", "/cellar.log", "–", "–", "0 B", "The log is not there. Since 2026-11-20 12:00:00 UTC."),
    ]


def test_a_log_that_nobody_has_read_yet_is_shown_too() -> None:
    with_logs("attic")
    assert rows() == [("attic", "/attic.log", "–", "–", "–", NEVER_RUN)]


def test_a_log_that_is_no_longer_entered_is_not_shown() -> None:
    States().write({"attic": FOLLOWED})
    assert rows() == []


def test_whether_a_collector_runs_is_told() -> None:
    assert collector_standing() == f"{NOT_RUNNING} It never ran."
    States().write({"attic": FOLLOWED})
    assert not collector_standing()
    assert collector_standing(datetime.now(UTC) + timedelta(minutes=5)).startswith(f"{NOT_RUNNING} It ran last at 20")


def test_a_collector_that_has_ended_is_told_by_its_silence() -> None:
    with_logs("attic")
    States().write({"attic": FOLLOWED})
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert log_standings(as_of=later)["attic"].trouble.startswith(NOT_RUNNING)


def test_what_has_not_changed_is_not_written_again() -> None:
    states = States()
    states.write({"attic": FOLLOWED})
    IntakeState.objects.using("events").update(updated=to_stored(NOON))
    states.write({"attic": FOLLOWED})
    assert IntakeState.objects.using("events").get().updated == to_stored(NOON)
    states.write({"attic": TROUBLED})
    assert IntakeState.objects.using("events").get().trouble == TROUBLED.trouble


def test_a_node_without_a_log_has_no_state_any_more_and_that_of_its_api_stays() -> None:
    IntakeState.objects.using("events").create(node="attic", kind="api", updated=to_stored(NOON))
    states = States()
    states.write({"attic": FOLLOWED, "cellar": FOLLOWED})
    states.write({"cellar": FOLLOWED})
    found = IntakeState.objects.using("events").values_list("node", "kind")
    assert sorted(found) == [("attic", "api"), ("cellar", "log")]


def test_the_admin_shows_it_per_node(admin_client: Client) -> None:
    node = Node.objects.create(name="cellar", log_path="/var/log/node.log")
    States().write({"cellar": TROUBLED})
    for page in (reverse("admin:nodes_node_changelist"), reverse("admin:nodes_node_change", args=[node.pk])):
        assert "The log is not there. Since 2026-11-20 12:00:00 UTC." in admin_client.get(page).content.decode()


def test_a_node_is_added_by_hand_with_its_log(admin_client: Client) -> None:
    form = {"name": "attic", "log_path": "docker:storagenode"} | NO_TERMS
    answer = admin_client.post(reverse("admin:nodes_node_add"), form)
    assert answer.status_code == 302
    assert Node.objects.values_list("name", "log_path").get() == ("attic", "docker:storagenode")


@pytest.mark.parametrize("log", ["node.log", "docker:"])
def test_a_log_that_could_never_be_found_is_refused(admin_client: Client, log: str) -> None:
    answer = admin_client.post(reverse("admin:nodes_node_add"), {"name": "attic", "log_path": log} | NO_TERMS)
    assert "has to be given as an absolute path" in answer.content.decode()
    assert not Node.objects.exists()
