"""From the answers of storagenodes of several years to values, and from anything at all without an error."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.satellites import SALTLAKE, US1
from nodes.sno import routes
from nodes.sno.answer import Documents, understood
from nodes.sno.fields import Faults
from nodes.sno.shapes import Scores, Space, Window
from tests.nodes.sno import stories
from tests.nodes.sno.fake import VERSIONS, spoilt
from tests.nodes.sno.stories import SATELLITES, TB, Story

NOW = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)


def read(story: Story) -> object:
    """Through JSON, as it comes."""
    return json.loads(json.dumps(stories.dashboard(story)))


class TestSpace:
    def test_before_1_143_available_is_what_is_allocated_and_used_is_without_trash(self) -> None:
        story = Story(NOW, (1, 142, 7), total=8 * TB, pieces=5 * TB, trash=TB)
        assert routes.dashboard(read(story), Faults()).space == Space(8 * TB, 6 * TB, 2 * TB, TB)

    def test_from_1_143_on_available_is_what_is_free_and_used_is_all_that_is_occupied(self) -> None:
        story = Story(NOW, (1, 143, 0), total=8 * TB, pieces=5 * TB, trash=TB, reclaimable=TB // 2)
        expected = Space(8 * TB, 6 * TB + TB // 2, TB + TB // 2, TB)
        assert routes.dashboard(read(story), Faults()).space == expected

    @pytest.mark.parametrize("version", VERSIONS)
    def test_total_is_used_and_free(self, version: tuple[int, int, int]) -> None:
        space = routes.dashboard(read(Story(NOW, version)), Faults()).space
        assert space
        assert space.used + space.free == space.total == 8 * TB

    def test_an_old_node_over_its_allocation_has_nothing_free(self) -> None:
        told = {"diskSpace": {"used": 9 * TB, "available": 8 * TB, "trash": TB}}
        assert routes.dashboard(told, Faults()).space == Space(8 * TB, 10 * TB, 0, TB)

    def test_trash_that_is_not_told_is_unknown(self) -> None:
        told = {"diskSpace": {"used": TB, "available": 8 * TB}}
        assert routes.dashboard(told, Faults()).space == Space(8 * TB, TB, 7 * TB, None)

    def test_a_part_that_is_no_number_leaves_space_out_and_is_told(self) -> None:
        faults = Faults()
        told = {"version": "1.162.3", "diskSpace": {"used": "5 TB", "available": -1}}
        found = routes.dashboard(told, faults)
        assert (found.space, found.version) == (None, "1.162.3")
        assert str(faults) == "What the API says of diskSpace.used and 1 more cannot be read."


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_read_without_a_fault(version: tuple[int, int, int]) -> None:
    story = Story(NOW, version, disqualified_on=SALTLAKE)
    documents = Documents(
        dashboard=read(story),
        satellites=stories.satellites(story),
        satellite={of: stories.satellite(story, of) for of in SATELLITES},
        estimate=stories.estimate(story),
        estimates={of: stories.estimate(story, of) for of in SATELLITES},
        paystubs=stories.paystubs(story, "2026-08", "2026-11"),
        held=stories.held_history(story),
    )
    answer = understood(json.loads(json.dumps(documents.__dict__)) and documents)
    assert answer.unreadable == ""
    assert answer.satellite_ids == list(SATELLITES)
    assert all(len(on.days) == 23 for on in answer.satellites.values())
    assert all(len(on.windows) == (60 if version >= (1, 100, 0) else 0) for on in answer.satellites.values())
    assert len(answer.paystubs) == 12
    assert answer.scores[US1] == Scores(100, 100, 100 * 0.9987)


def test_times_are_in_the_stored_form() -> None:
    found = routes.dashboard(read(Story(NOW)), Faults())
    assert found.last_ping == "2026-11-23T11:59:20.123456+00:00"
    told = routes.satellite(stories.satellite(Story(NOW), US1), Faults())
    assert told.windows[-1] == Window("2026-11-23T00:00:00+00:00", 20, 19)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2026-11-23T12:00:00Z", "2026-11-23T12:00:00+00:00"),
        ("2026-11-23T14:00:00.5+02:00", "2026-11-23T12:00:00.500000+00:00"),
        ("2026-11-23T12:00:00.123456789Z", "2026-11-23T12:00:00.123456+00:00"),
        ("0001-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        (None, None),
    ],
)
def test_a_time_of_gos_is_read(text: str | None, stored: str | None) -> None:
    faults = Faults()
    assert routes.dashboard({"lastPinged": text}, faults).last_ping == stored
    assert faults.count == 0


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-11-23", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59-14:00", 5, [], ""]
)
def test_a_time_that_is_none_is_a_fault(text: object) -> None:
    faults = Faults()
    assert routes.dashboard({"lastPinged": text, "nodeID": "x"}, faults).last_ping is None
    assert faults.count == 1


@pytest.mark.parametrize(
    ("route", "told"),
    [
        (routes.dashboard, {"diskSpace": {"used": 10**18 + 1, "available": 1}}),
        (routes.satellite, {"auditHistory": {"windows": [{"totalCount": 10**9 + 1}]}}),
        (routes.estimate, {"currentMonth": {"diskSpace": 10**18}}),
    ],
    ids=["space", "audits of a window", "byte-months"],
)
def test_a_number_beyond_all_that_can_be_is_a_fault(route: Callable[[object, Faults], object], told: object) -> None:
    faults = Faults()
    route(told, faults)
    assert faults.count == 1


def test_a_score_above_one_is_left_out() -> None:
    faults = Faults()
    told = {"audits": {"auditScore": 100, "suspensionScore": 1, "onlineScore": None}}
    assert routes.satellite(told, faults).scores == Scores(None, 100, None)
    assert faults.count == 1


def test_scores_without_their_own_route_are_found_by_the_satellites_name() -> None:
    story = Story(NOW, audit_score=0.97)
    answer = understood(Documents(dashboard=read(story), satellites=stories.satellites(story)))
    assert {of: scores.audit for of, scores in answer.scores.items()} == dict.fromkeys(SATELLITES, 97.0)


def test_storage_and_traffic_of_a_day_stand_together() -> None:
    (*_, day) = routes.satellite(stories.satellite(Story(NOW), US1), Faults()).days
    assert (day.day, day.byte_hours, day.mean_bytes, day.audit_egress) == ("2026-11-23", 60 * TB, 5 * TB // 2, 4096)


def test_gross_is_what_is_paid_and_what_is_held() -> None:
    told = stories.estimate(Story(NOW, held_percent=75), US1)
    month = routes.estimate(told, Faults()).current
    assert month
    paid, held = (told["currentMonth"][key] for key in ("payout", "held"))  # type: ignore[index]
    assert month.gross_cents == pytest.approx(paid + held)
    assert month.held_cents == pytest.approx(0.75 * month.gross_cents)
    assert month.held_percent == 75


def test_byte_months_become_byte_hours_of_720() -> None:
    told = dict.fromkeys(
        ("egressBandwidth", "egressBandwidthPayout", "egressRepairAudit", "egressRepairAuditPayout"), 0
    )
    month = {"currentMonth": told | {"diskSpace": 935646190261.8284, "diskSpacePayout": 140.35, "held": 0}}
    found = routes.estimate(month, Faults()).current
    assert found
    assert found.byte_hours == round(935646190261.8284 * 720)


def test_an_estimate_without_a_part_of_its_money_is_left_out() -> None:
    told = stories.estimate(Story(NOW), US1)
    told["currentMonth"] = {**told["currentMonth"], "diskSpacePayout": None}  # type: ignore[dict-item]
    found = routes.estimate(told, Faults())
    assert found.current is None
    assert found.previous is not None


def test_a_list_that_goes_on_and_on_is_cut() -> None:
    faults = Faults()
    told = {"satellites": [{"id": f"id {number}"} for number in range(100_000)]}
    assert len(routes.dashboard(told, faults).satellites) == 2_000
    assert faults.count == 1


def test_wrong_types_everywhere_leave_everything_out_and_are_counted() -> None:
    story = Story(NOW)
    documents = Documents(
        dashboard=spoilt(stories.dashboard(story)),
        satellites=spoilt(stories.satellites(story)),
        satellite={US1: spoilt(stories.satellite(story, US1))},
        estimates={US1: spoilt(stories.estimate(story, US1))},
        paystubs=spoilt(stories.paystubs(story, "2026-08", "2026-11")),
        held=spoilt(stories.held_history(story)),
    )
    answer = understood(documents)
    assert answer.dashboard
    assert answer.dashboard.space is None
    assert (answer.scores, answer.paystubs) == ({}, ())
    assert answer.estimates[US1].current is None
    assert "cannot be read" in answer.unreadable


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
)


def keys_of(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(keys_of, value.values()))
    return set().union(*map(keys_of, value)) if isinstance(value, list) else set()


KEYS = sorted(
    keys_of([stories.dashboard(Story(NOW)), stories.satellite(Story(NOW), US1), stories.estimate(Story(NOW), US1)])
    | keys_of([stories.paystubs(Story(NOW), "2026-08", "2026-11"), stories.held_history(Story(NOW))])
)
LIKELY = st.recursive(
    SCALARS | st.just("2026-11-23T12:00:00Z") | st.just(US1),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=30,
)


@settings(max_examples=150, deadline=None)
@given(JSON | LIKELY)
def test_no_json_raises(told: object) -> None:
    understood(Documents(told, told, {US1: told}, told, {US1: told}, told, told))
