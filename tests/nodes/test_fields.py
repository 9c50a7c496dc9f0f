"""Time stamps as the monitor stores them: comparisons of texts that must be comparisons of moments."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connections
from django.db.models import Max, Min
from django.db.models.functions import TruncHour
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodes.fields import are_stored, from_stored, to_stored
from nodes.models import Event
from nodes.router import EVENTS

# Close together, so that equal moments, whole seconds, midnights and changes of zone all happen.
NEAR = datetime(2026, 11, 19, 23, 59, 58, tzinfo=UTC)
zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
near = st.sampled_from([0, 1, 10, 100_000, 999_999, 1_000_000, 2_000_000, 3_600_000_000]).map(
    lambda microseconds: NEAR + timedelta(microseconds=microseconds)
)
anywhere = st.datetimes(min_value=datetime(1000, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC))
moments = st.tuples(near | anywhere, zones).map(lambda drawn: drawn[0].astimezone(drawn[1]))

LOOKUPS: dict[str, Callable[[datetime, datetime], bool]] = {
    "exact": lambda stored, asked: stored == asked,
    "gt": lambda stored, asked: stored > asked,
    "gte": lambda stored, asked: stored >= asked,
    "lt": lambda stored, asked: stored < asked,
    "lte": lambda stored, asked: stored <= asked,
}
ODD = [
    "",
    "2026-02-30T00:00:00+00:00",
    "2026-11-19T24:00:00+00:00",
    "2026-11-19T23:59:60+00:00",
    "2026-11-19T23:59:58.1+00:00",
    "2026-11-19T23:59:58Z",
    "2026-11-19T23:59:58+00:00\n2026-11-19T23:59:58+00:00",
    "2026-11-19T23:59:58+00:00\n",
    "\u0662026-11-19T23:59:58+00:00",
]
EXAMPLES = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def store(stored: list[datetime]) -> None:
    Event.objects.all().delete()
    Event.objects.bulk_create(Event(timestamp=moment) for moment in stored)


def found(**criteria: object) -> list[Any]:
    stamps: list[Any] = list(Event.objects.using(EVENTS).filter(**criteria).values_list("timestamp", flat=True))
    return sorted(stamps)


@EXAMPLES
@given(stored=st.lists(moments, max_size=8), asked=moments, other=moments)
def test_lookups_agree_with_python(databases: None, stored: list[datetime], asked: datetime, other: datetime) -> None:
    store(stored)
    for bound in (asked, *stored[:1]):
        for lookup, holds in LOOKUPS.items():
            assert found(**{f"timestamp__{lookup}": bound}) == sorted(m for m in stored if holds(m, bound))
    assert found(timestamp__range=(asked, other)) == sorted(m for m in stored if asked <= m <= other)
    assert found(timestamp__in=[asked, *stored[:2]]) == sorted(m for m in stored if m in (asked, *stored[:2]))


@EXAMPLES
@given(stored=st.lists(moments, min_size=1, max_size=8))
def test_min_max_and_order_agree_with_python(databases: None, stored: list[datetime]) -> None:
    store(stored)
    rows = Event.objects.using(EVENTS)
    assert rows.aggregate(first=Min("timestamp"), last=Max("timestamp")) == {"first": min(stored), "last": max(stored)}
    assert list(rows.order_by("timestamp").values_list("timestamp", flat=True)) == sorted(stored)


@given(moment=moments)
def test_a_moment_survives_storing(moment: datetime) -> None:
    assert from_stored(to_stored(moment)) == moment


@given(one=moments, other=moments)
def test_stored_texts_sort_as_their_moments(one: datetime, other: datetime) -> None:
    assert (to_stored(one) < to_stored(other)) == (one < other)


@given(st.lists(st.one_of(moments.map(to_stored), st.sampled_from(ODD)), max_size=6))
def test_many_texts_are_told_at_once(texts: list[str]) -> None:
    assert are_stored(texts) == all(from_stored(text) is not None for text in texts)


def test_a_moment_is_stored_as_the_monitor_writes_it(databases: None) -> None:
    berlin = timezone(timedelta(hours=1))
    for moment, text in (
        (datetime(2026, 11, 20, 12, 0, 0, 5, berlin), "2026-11-20T11:00:00.000005+00:00"),
        (datetime(2026, 11, 20, 0, 30, tzinfo=berlin), "2026-11-19T23:30:00+00:00"),
    ):
        event = Event.objects.create(timestamp=moment)
        with connections[EVENTS].cursor() as cursor:
            cursor.execute("SELECT timestamp FROM events WHERE id = %s", [event.pk])
            assert cursor.fetchone() == (text,)


BROKEN = [
    "2026-11-20 12:00:00",
    "2026-11-20T12:00:00Z",
    "2026-11-20T12:00:00+01:00",
    "2026-11-20T12:00:00.5+00:00",
    "2026-13-40T99:00:00+00:00",
    "2026-11-20T12:00:00+00:00\n",
    "yesterday",
    "",
]


@pytest.mark.parametrize("text", BROKEN)
def test_text_in_another_form_comes_back_as_it_is(databases: None, text: str) -> None:
    with connections[EVENTS].cursor() as cursor:
        cursor.execute("INSERT INTO events (timestamp) VALUES (%s)", [text])
    (event,) = Event.objects.using(EVENTS)
    assert event.timestamp == text


@pytest.mark.sqlite_files
@pytest.mark.parametrize(("value", "text"), [(12, "12"), (1.5, "1.5"), (b"2026\xff", "2026\N{REPLACEMENT CHARACTER}")])
def test_what_is_not_even_text_comes_back_as_text(databases: None, value: Any, text: str) -> None:
    with connections[EVENTS].cursor() as cursor:
        cursor.execute("INSERT INTO events (timestamp) VALUES (%s)", [value])
    assert Event.objects.using(EVENTS).get().timestamp == text


def test_no_time_stamp_comes_back_as_none(databases: None) -> None:
    Event.objects.create(timestamp=None)
    assert Event.objects.using(EVENTS).get().timestamp is None


@pytest.mark.parametrize("lookup", ["date", "year", "month", "day", "hour", "minute", "time", "week_day"])
def test_parts_of_a_date_are_refused(lookup: str) -> None:
    with pytest.raises(FieldError):
        Event.objects.filter(**{f"timestamp__{lookup}": 12})


def test_truncation_to_a_part_of_a_date_is_refused() -> None:
    with pytest.raises(TypeError, match="isn't a DateField"):
        Event.objects.annotate(hour=TruncHour("timestamp"))
    with pytest.raises(TypeError, match="isn't a DateField"):
        Event.objects.datetimes("timestamp", "hour")


@pytest.mark.parametrize("naive", [datetime(2026, 11, 20, 12), date(2026, 11, 20), "2026-11-20T12:00:00"])
def test_a_time_without_a_zone_is_refused(naive: object) -> None:
    with pytest.raises(ValueError, match="time zone"):
        str(Event.objects.filter(timestamp__gte=naive).query)


def test_what_is_no_time_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValidationError, match="Enter a time such as"):
        str(Event.objects.filter(timestamp__gte="yesterday").query)
