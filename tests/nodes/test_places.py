"""Real threads and real connections: how the places for reads are taken and given back."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from django.db import OperationalError, close_old_connections, connections
from pytest_django.fixtures import Settings

from nodes.errors import EventsUnavailable, NoPlace
from nodes.models import Event
from nodes.places import places
from nodes.reading import reading
from tests.storj_site.running import wait_until

T = TypeVar("T")
READONLY = "events_readonly"
SOON = 10  # seconds; less than POOL_TIMEOUT, and only reached when a test fails


@pytest.fixture(autouse=True)
def all_places_come_back(databases: None) -> Iterator[None]:
    connections[READONLY].close()
    assert places.use().in_use == 0
    yield
    connections[READONLY].close()
    assert places.use().in_use == 0


@pytest.fixture
def two_places(settings: Settings) -> None:
    settings.MAX_POOL_SIZE = 2


@contextmanager
def taken(number: int) -> Iterator[threading.Event]:
    """Threads that hold so many places until the end, or until the event that it yields is set."""
    enough = threading.Event()
    began = threading.Barrier(number + 1, timeout=SOON)

    def hold() -> None:
        with reading():
            began.wait()
            enough.wait(SOON)

    with ThreadPoolExecutor(number) as threads:
        holders = [threads.submit(hold) for _ in range(number)]
        began.wait()
        try:
            yield enough
        finally:
            enough.set()
            for holder in holders:
                holder.result(SOON)


def in_a_thread(call: Callable[[], T]) -> T:
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(call).result(SOON)


def read() -> None:
    with reading():
        pass


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_never_more_connections_are_open_than_there_are_places(two_places: None) -> None:
    most = 0

    def watch() -> None:
        nonlocal most
        with reading():
            most = max(most, places.use().in_use)
            time.sleep(0.01)

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(watch) for _ in range(40)]:
            done.result(SOON)
    assert most == 2


def test_a_read_without_a_place_waits_until_one_is_given_back(two_places: None) -> None:
    before = places.use().waits
    with taken(2) as enough, ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(read)
        time.sleep(0.1)
        assert not waiting.done()
        enough.set()
        waiting.result(SOON)
    assert places.use().waits == before + 1
    assert places.use().longest_wait >= 0.05


def test_a_wait_is_logged(two_places: None, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "nodes.places"), taken(2) as enough, ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(read)
        time.sleep(0.05)
        enough.set()
        waiting.result(SOON)
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert re.search(r"waited [0-9.]+ s for a place", caplog.text)


def test_a_read_that_need_not_wait_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", "nodes.places"):
        read()
    assert not caplog.records


def test_a_read_gives_up_after_pool_timeout_with_a_sentence(
    two_places: None, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.POOL_TIMEOUT = 0.2
    before = places.use().timeouts
    with taken(2):
        began = time.monotonic()
        with pytest.raises(NoPlace, match=r"All 2 places .* raise MAX_POOL_SIZE"):
            read()
        assert 0.2 <= time.monotonic() - began < SOON
    assert places.use().timeouts == before + 1
    assert "gave up after" in caplog.text


def test_the_time_to_wait_counts_from_submission(two_places: None) -> None:
    def late(place_until: float) -> None:
        time.sleep(0.1)
        with reading(place_until=place_until):
            pass

    with taken(2):
        submitted = time.monotonic()
        with pytest.raises(NoPlace):
            in_a_thread(lambda: late(submitted + 0.3))
        assert 0.3 <= time.monotonic() - submitted < SOON


def test_a_read_that_waited_too_long_in_a_queue_gives_up_although_a_place_is_free() -> None:
    with pytest.raises(NoPlace), reading(place_until=time.monotonic() - 0.01):
        pass


def test_a_given_up_read_leaves_its_thread_able_to_read_later(two_places: None) -> None:
    def give_up_then_read() -> None:
        with pytest.raises(NoPlace), reading(place_until=time.monotonic() - 0.01):
            pass
        read()

    in_a_thread(give_up_then_read)


def close_connection() -> None:
    connections[READONLY].close()


@pytest.mark.parametrize("end", [close_old_connections, close_connection])
def test_an_orm_read_holds_a_place_until_its_connection_is_closed(end: Callable[[], None]) -> None:
    def use_orm() -> tuple[int, int]:
        Event.objects.first()
        during = places.use().in_use
        end()
        return during, places.use().in_use

    assert in_a_thread(use_orm) == (1, 0)


def test_several_orm_reads_in_one_thread_hold_one_place() -> None:
    def use_orm() -> int:
        for _ in range(3):
            Event.objects.first()
        try:
            return places.use().in_use
        finally:
            connections[READONLY].close()

    assert in_a_thread(use_orm) == 1


def test_an_orm_read_without_a_place_gives_up_too(two_places: None, settings: Settings) -> None:
    settings.POOL_TIMEOUT = 0.1
    with taken(2), pytest.raises(NoPlace):
        in_a_thread(Event.objects.first)


def test_closing_twice_gives_one_place_back() -> None:
    with taken(1):
        connections[READONLY].ensure_connection()
        connections[READONLY].close()
        connections[READONLY].close()
        assert places.use().in_use == 1


def test_a_connection_that_fails_gives_its_place_back() -> None:
    connection = connections.create_connection(READONLY)
    connection.settings_dict = connection.settings_dict | {"NAME": "/no/such/database"}
    for _ in range(3):
        with pytest.raises(OperationalError):
            connection.ensure_connection()
    assert places.use().in_use == 0


def test_a_read_that_fails_gives_its_place_back() -> None:
    with pytest.raises(EventsUnavailable), reading() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
    assert places.use().in_use == 0


def test_a_thousand_reads_leave_no_open_file() -> None:
    read()
    before = open_files()
    for _ in range(1000):
        read()
    assert open_files() == before


def test_reads_that_fail_leave_no_open_file() -> None:
    read()
    before = open_files()
    for _ in range(50):
        with pytest.raises(RuntimeError), reading():
            raise RuntimeError
        with pytest.raises(NoPlace), reading(place_until=time.monotonic() - 0.01):
            pass
    assert open_files() == before


def test_threads_that_all_wait_are_all_served(two_places: None) -> None:
    with taken(2) as enough, ThreadPoolExecutor(10) as threads:
        waiting: list[Future[None]] = [threads.submit(read) for _ in range(10)]
        time.sleep(0.05)
        enough.set()
        for one in waiting:
            one.result(SOON)


def test_places_are_given_in_the_order_in_which_they_were_asked_for(two_places: None) -> None:
    served: list[int] = []

    def read_as(number: int) -> None:
        with reading():
            served.append(number)
            time.sleep(0.01)

    with taken(1), taken(1) as enough, ThreadPoolExecutor(5) as threads:
        waiting = []
        for number in range(5):
            waiting.append(threads.submit(read_as, number))
            wait_until(lambda: len(places._asking) == len(waiting))
        enough.set()
        for one in waiting:
            one.result(SOON)
    assert served == [0, 1, 2, 3, 4]


def test_who_gives_up_in_the_midst_of_those_who_wait_leaves_the_others_their_order(two_places: None) -> None:
    served: list[int] = []

    def read_as(number: int, place_until: float | None = None) -> None:
        with reading(place_until=place_until):
            served.append(number)

    with taken(1), taken(1) as enough, ThreadPoolExecutor(4) as threads:
        waiting = []
        for number, seconds in enumerate((SOON, 2, SOON, SOON)):
            waiting.append(threads.submit(read_as, number, time.monotonic() + seconds))
            wait_until(lambda: len(places._asking) == len(waiting))
        with pytest.raises(NoPlace):
            waiting[1].result(SOON)
        enough.set()
        for each in (waiting[0], waiting[2], waiting[3]):
            each.result(SOON)
    assert served == [0, 2, 3]


class TestQuietMoment:
    def test_it_begins_when_those_who_read_have_ended(self) -> None:
        with taken(2) as enough:
            threading.Timer(0.1, enough.set).start()
            began = time.monotonic()
            with places.quiet_moment(SOON) as is_quiet:
                assert is_quiet()
                assert time.monotonic() - began < SOON
                assert places.use().in_use == 0

    def test_it_has_those_who_come_meanwhile_wait_until_it_is_over(self) -> None:
        with ThreadPoolExecutor(1) as threads:
            with places.quiet_moment(SOON):
                waiting = threads.submit(read)
                time.sleep(0.1)
                assert not waiting.done()
            waiting.result(SOON)

    def test_who_takes_longer_than_it_lasts_is_no_longer_waited_for(self) -> None:
        with taken(1), places.quiet_moment(0.05) as is_quiet:
            assert not is_quiet()

    def test_it_is_over_when_its_time_is(self) -> None:
        with places.quiet_moment(0.5) as is_quiet:
            assert is_quiet()
            time.sleep(0.5)
            assert not is_quiet()

    def test_none_of_those_whose_time_ends_in_it_is_refused_while_there_are_places(self, two_places: None) -> None:
        before = places.use().timeouts

        def read_soon() -> None:
            with reading(place_until=time.monotonic() + 0.05):
                pass

        with ThreadPoolExecutor(2) as threads:
            with places.quiet_moment(SOON) as is_quiet:
                waiting = [threads.submit(read_soon) for _ in range(2)]
                time.sleep(0.2)
                assert is_quiet()
            for each in waiting:
                each.result(SOON)
        assert places.use().timeouts == before

    def test_those_who_wait_for_a_place_let_it_be_too(self, two_places: None) -> None:
        with taken(2) as enough, ThreadPoolExecutor(4) as threads:
            waiting = [threads.submit(read) for _ in range(4)]
            wait_until(lambda: len(places._asking) == 4)
            threading.Timer(0.05, enough.set).start()
            with places.quiet_moment(SOON) as is_quiet:
                time.sleep(0.1)
                assert is_quiet()
                assert not any(each.done() for each in waiting)
            for each in waiting:
                each.result(SOON)

    def test_it_lasts_no_longer_than_it_may_for_those_who_come(self) -> None:
        began = time.monotonic()
        with places.quiet_moment(0.2):
            in_a_thread(read)
            assert 0.2 <= time.monotonic() - began < SOON

    def test_who_waits_for_its_end_is_not_told_that_places_are_missing(self, caplog: pytest.LogCaptureFixture) -> None:
        before = places.use().waits
        with caplog.at_level("DEBUG", "nodes.places"), ThreadPoolExecutor(4) as threads:
            with places.quiet_moment(SOON):
                waiting = [threads.submit(read) for _ in range(4)]
                wait_until(lambda: len(places._asking) == 4)
            for each in waiting:
                each.result(SOON)
        assert places.use().waits == before
        assert not caplog.records


class TestOverlapping:
    def test_reads_that_overlap_are_one_time_without_a_pause(self) -> None:
        with taken(1) as first:
            time.sleep(0.1)
            with taken(1):
                first.set()
                wait_until(lambda: places.use().in_use == 1)
                assert places.overlapping_for() >= 0.1

    def test_a_single_read_overlaps_none_however_long_it_takes(self) -> None:
        with taken(1):
            time.sleep(0.05)
            assert places.overlapping_for() == 0

    def test_a_pause_begins_it_anew(self) -> None:
        began = time.monotonic()
        with taken(2):
            time.sleep(0.1)
        assert places.overlapping_for() == 0
        with taken(2):
            assert places.overlapping_for() <= time.monotonic() - began - 0.1

    def test_who_waits_for_reads_goes_on_with_the_first(self) -> None:
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(places.wait_for_reads, lambda: False)
            time.sleep(0.05)
            assert not waiting.done()
            with taken(1):
                waiting.result(SOON)

    def test_who_waits_for_reads_can_be_called_off(self) -> None:
        called_off = threading.Event()
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(places.wait_for_reads, called_off.is_set)
            called_off.set()
            places.look_again()
            waiting.result(SOON)
