"""What a node's notes say of the events that there are."""

from datetime import timedelta

from comparison.engine import compare
from comparison.traffic_notes import ONLY_API
from nodes.models import Event, StorageSnapshot
from tests.comparison.conftest import AS_OF, request_for
from tests.comparison.told_rows import state


def notes(*names: str, hours: int = 24) -> list[str]:
    return list(compare(request_for(*names, hours=hours))["nodes"][0]["notes"])


def test_a_window_that_begins_before_the_first_event_says_since_when_events_are_known(three_nodes: list[str]) -> None:
    assert any(note.startswith("Events are known since 2026-11-23 11:00 UTC only") for note in notes("attic", "shed"))


def test_a_window_that_events_cover_needs_no_such_note(three_nodes: list[str]) -> None:
    assert not any("known since" in note for note in notes("attic", "shed", hours=1))


def test_a_node_without_events_in_the_window_says_when_the_newest_one_was(three_nodes: list[str]) -> None:
    Event.objects.create(timestamp=AS_OF - timedelta(days=3), action="GET", status="success", node_name="silent")
    assert any(note.endswith("is from 2026-11-20 12:00 UTC.") for note in notes("silent", "attic"))


def test_a_node_whose_events_all_come_later_says_so(three_nodes: list[str]) -> None:
    Event.objects.create(timestamp=AS_OF, action="GET", status="success", node_name="new")
    assert any("first known one is from 2026-11-23 12:00 UTC" in note for note in notes("new", "attic"))


def test_a_node_of_which_only_the_api_is_known_is_told_what_gives_its_transfers(three_nodes: list[str]) -> None:
    state("only api")
    StorageSnapshot.objects.create(
        node_name="only api", timestamp=AS_OF - timedelta(hours=1), total_bytes=9, used_bytes=1
    )
    found = notes("only api", "attic")
    assert ONLY_API in found
    assert not any("too new" in note for note in found)


def test_one_whose_monitor_went_silent_may_be_too_new_for_it(three_nodes: list[str]) -> None:
    StorageSnapshot.objects.create(
        node_name="monitored", timestamp=AS_OF - timedelta(hours=1), total_bytes=9, used_bytes=1
    )
    assert any("may be too new for its monitor" in note for note in notes("monitored", "attic"))
