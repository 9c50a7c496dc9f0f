"""What is taken in while a result is in the cache."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings

from comparison import arrivals, cache
from comparison.engine import compare
from comparison.request import ComparisonRequest
from nodes.intake.collector import Collector
from nodes.models import Event, Node
from nodes.places import places
from tests.nodes.intake import writing

pytestmark = pytest.mark.usefixtures("databases")

YEAR = 365 * 24
PERFORMANCE = ComparisonRequest(("attic", "cellar"), "performance", YEAR)


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    arrivals.forget()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Of attic, followed; cellar is another program's."""
    path = tmp_path / "attic.log"
    path.write_bytes(writing.attempts(range(3)))
    Node.objects.create(name="attic", log_path=str(path))
    Event.objects.create(timestamp=datetime.now(UTC), action="GET", status="success", size=1, node_name="cellar")
    collect()
    return path


def collect() -> None:
    assert Collector().read_all(threading.Event())


@pytest.fixture
def five_seconds_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every result, and of every look."""
    monkeypatch.setattr(cache, "YOUNG", 0.0)
    monkeypatch.setattr(arrivals, "LOOK", 0.0)


def operations(request: ComparisonRequest = PERFORMANCE) -> tuple[int, bool]:
    """Of attic, and whether they came from the cache."""
    result = compare(request)
    return result["nodes"][0]["metrics"]["total_operations"], result["cached"]


def test_new_lines_of_a_followed_log_make_a_result_old(log: Path, five_seconds_later: None) -> None:
    assert operations() == (3, False)
    assert operations() == (3, True)
    writing.append(log, writing.attempts(range(3, 5)))
    collect()
    assert operations() == (5, False)
    assert operations() == (5, True)


def test_a_log_that_is_followed_for_the_first_time_makes_a_result_old(
    log: Path, tmp_path: Path, five_seconds_later: None
) -> None:
    compare(PERFORMANCE)
    (first := tmp_path / "cellar.log").write_bytes(writing.attempts(range(10, 12)))
    Event.objects.all().delete()
    Node.objects.bulk_create([Node(name="cellar", log_path=str(first))])  # no signal, as from another process
    collect()
    assert not compare(PERFORMANCE)["cached"]


def test_a_young_result_is_served_whatever_is_written(log: Path) -> None:
    compare(PERFORMANCE)
    writing.append(log, writing.attempts(range(3, 5)))
    collect()
    assert operations() == (3, True)


def test_events_of_other_nodes_and_of_other_programs_leave_a_result_as_it_is(
    log: Path, five_seconds_later: None
) -> None:
    request = ComparisonRequest(("cellar",), "performance", YEAR)
    compare(request)
    Event.objects.create(timestamp=datetime.now(UTC), action="GET", status="success", size=1, node_name="cellar")
    writing.append(log, writing.attempts(range(3, 5)))
    collect()
    assert compare(request)["cached"]


@pytest.mark.parametrize(
    "request_",
    [
        ComparisonRequest(("attic", "cellar"), "efficiency", YEAR),
        ComparisonRequest(("attic", "cellar"), "performance", YEAR, datetime.now(UTC) - timedelta(hours=1)),
    ],
)
def test_what_new_events_do_not_change_is_not_computed_anew(
    log: Path, request_: ComparisonRequest, five_seconds_later: None
) -> None:
    compare(request_)
    writing.append(log, writing.attempts(range(3, 5)))
    collect()
    assert compare(request_)["cached"]


def test_many_who_ask_at_once_have_it_computed_once(
    log: Path, five_seconds_later: None, caplog: pytest.LogCaptureFixture
) -> None:
    compare(PERFORMANCE)
    writing.append(log, writing.attempts(range(3, 5)))
    collect()
    caplog.clear()
    with ThreadPoolExecutor(20) as threads:
        found = set(threads.map(lambda _: operations()[0], range(20)))
    # Whoever comes while another looks may still get what was seen before.
    assert 5 in found <= {3, 5}
    assert operations() == (5, True)
    assert sum("Node comparison completed" in message for message in caplog.messages) == 1


def test_a_result_is_served_where_nobody_can_look(log: Path, five_seconds_later: None, settings: LazySettings) -> None:
    compare(PERFORMANCE)
    settings.MAX_POOL_SIZE = places.use().in_use
    began = time.monotonic()
    assert operations() == (3, True)
    assert time.monotonic() - began < settings.POOL_TIMEOUT


def test_a_look_serves_all_results_for_a_while(log: Path) -> None:
    before = arrivals.seen()
    writing.append(log, writing.attempts(range(3, 5)))
    collect()
    assert arrivals.seen() == before
    assert arrivals.look() != before
