"""What is in the database after a node was asked, after the same again, and after something changed."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection as site
from django.db import connections

from nodes.errors import EventsUnavailable
from nodes.fields import to_stored
from nodes.models import (
    EarningsEstimate,
    IntakeState,
    Payout,
    Reputation,
    SnoAuditWindow,
    SnoDay,
    SnoNode,
    SnoPaystub,
    SnoSatellite,
    SnoStart,
    StorageSnapshot,
)
from nodes.router import EVENTS
from nodes.satellites import EU1, SALTLAKE, US1
from nodes.sno.answer import Answer, Documents, understood
from nodes.sno.fields import MOST
from nodes.sno.routes import MOST_AUDITS
from nodes.sno.store import MOST_STARTS, store, store_silence
from nodes.sql import told as statements
from tests.nodes.sno import stories
from tests.nodes.sno.fake import VERSIONS
from tests.nodes.sno.stories import SATELLITES, TB, Story

NOW = datetime(2026, 11, 23, 12, 10, tzinfo=UTC)
MINUTES_5, HOUR = timedelta(minutes=5), timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("databases")


def told(story: Story) -> Answer:
    answer = Documents(
        dashboard=stories.dashboard(story),
        satellites=stories.satellites(story),
        satellite={of: stories.satellite(story, of) for of in SATELLITES},
        estimate=stories.estimate(story),
        estimates={of: stories.estimate(story, of) for of in SATELLITES if of != story.disqualified_on},
        paystubs=stories.paystubs(story, "2019-01", "2026-12"),
        held=stories.held_history(story),
    )
    return understood(Documents(**json.loads(json.dumps(vars(answer)))))


def asked(story: Story, trouble: str = "") -> None:
    store("n", told(story), story.now, trouble)


def counts() -> dict[str, int]:
    models = (StorageSnapshot, Reputation, EarningsEstimate, Payout, SnoDay, SnoAuditWindow, SnoPaystub, SnoSatellite)
    return {model.__name__: model._base_manager.count() for model in models}


def as_much_as_can_be_read(value: object) -> object:
    if isinstance(value, dict):
        return {key: as_much_as_can_be_read(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_much_as_can_be_read(part) for part in value]
    return MOST if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def test_the_largest_numbers_that_are_read_can_be_stored_and_summed_up() -> None:
    asked(Story(NOW))
    story = Story(NOW + HOUR)
    estimate = as_much_as_can_be_read(stories.estimate(story, US1))
    estimate["currentMonth"] |= {"diskSpace": MOST / 720}  # type: ignore[index]
    satellite = as_much_as_can_be_read(stories.satellite(story, US1))
    satellite["auditHistory"]["windows"] = [  # type: ignore[index]
        window | {"totalCount": MOST_AUDITS}
        for window in stories.satellite(story, US1)["auditHistory"]["windows"]  # type: ignore[index]
    ]
    documents = Documents(
        dashboard=as_much_as_can_be_read(stories.dashboard(story)),
        satellite={US1: satellite},
        estimate=estimate,
        estimates={US1: estimate},
        paystubs=as_much_as_can_be_read(stories.paystubs(story, "2026-08", "2026-11")),
        held=as_much_as_can_be_read(stories.held_history(story)),
    )
    store("n", understood(documents), story.now)
    newest = StorageSnapshot.objects.latest("timestamp")
    assert (newest.available_bytes, newest.used_bytes) == (MOST, MOST)
    assert EarningsEstimate.objects.latest("storage_bytes_hour").storage_bytes_hour == pytest.approx(MOST)
    stamps = [to_stored(NOW + timedelta(days=days)) for days in (-31, 0, 1)]
    totals = [row[-1] for row in statements.online(connections[EVENTS], ["n"], *stamps) if row[1] == US1]
    assert totals == [60 * MOST_AUDITS]


class TestSpace:
    @pytest.mark.parametrize("version", VERSIONS)
    def test_a_snapshot_is_as_the_monitor_would_write_it(self, version: tuple[int, int, int]) -> None:
        story = Story(NOW, version, total=8 * TB, pieces=5 * TB, trash=TB, reclaimable=0)
        asked(story)
        row = StorageSnapshot.objects.values().get()
        assert row == {
            "id": row["id"],
            "timestamp": NOW,
            "node_name": "n",
            "total_bytes": 8 * TB,
            "used_bytes": 6 * TB,
            "available_bytes": 2 * TB,
            "trash_bytes": TB,
            "used_percent": 75.0,
            "trash_percent": 12.5,
            "available_percent": 25.0,
        }

    def test_there_is_one_an_hour(self) -> None:
        for minutes in range(0, 65, 5):
            asked(Story(NOW + timedelta(minutes=minutes)))
        assert list(StorageSnapshot.objects.values_list("timestamp", flat=True)) == [NOW, NOW + 10 * MINUTES_5]

    def test_space_of_zero_has_no_percent(self) -> None:
        asked(Story(NOW, total=0, pieces=0, trash=0, reclaimable=0))
        assert StorageSnapshot.objects.get().used_percent is None

    def test_space_that_is_not_told_leaves_no_row(self) -> None:
        store("n", understood(Documents(dashboard={"version": "1.162.3"})), NOW)
        assert not StorageSnapshot.objects.exists()
        assert SnoNode.objects.get().version == "1.162.3"


class TestScores:
    def test_each_satellite_has_its_scores_in_per_cent(self) -> None:
        asked(Story(NOW, audit_score=0.995, online_score=0.5))
        rows = Reputation.objects.values_list("satellite", "audit_score", "suspension_score", "online_score")
        assert {row[0]: row[1:] for row in rows} == dict.fromkeys(SATELLITES, (99.5, 100.0, 50.0))

    def test_the_same_scores_are_written_again_after_six_hours_only(self) -> None:
        for hours in range(7):
            asked(Story(NOW + hours * HOUR))
        assert set(Reputation.objects.values_list("timestamp", flat=True)) == {NOW, NOW + 6 * HOUR}

    def test_changed_scores_are_written_at_once(self) -> None:
        asked(Story(NOW))
        asked(Story(NOW + MINUTES_5, audit_score=0.99))
        assert Reputation.objects.filter(satellite=US1).count() == 2

    def test_a_satellite_that_disqualifies_or_suspends_is_marked(self) -> None:
        asked(Story(NOW))
        asked(Story(NOW + MINUTES_5, disqualified_on=US1, suspended_on=EU1))
        changed = Reputation.objects.filter(timestamp=NOW + MINUTES_5)
        rows = changed.values_list("satellite", "is_disqualified", "is_suspended")
        assert set(rows) == {(US1, 1, 0), (EU1, 0, 1)}
        assert SnoSatellite.objects.get(satellite=EU1).suspended == "2026-11-21T12:15:00+00:00"

    def test_a_suspension_that_is_over_is_unmarked(self) -> None:
        asked(Story(NOW, suspended_on=EU1))
        asked(Story(NOW + MINUTES_5))
        newest = Reputation.objects.filter(satellite=EU1).latest("timestamp")
        assert (newest.is_suspended, SnoSatellite.objects.get(satellite=EU1).suspended) == (0, None)

    def test_scores_that_are_not_told_any_more_grow_old(self) -> None:
        asked(Story(NOW))
        store("n", understood(Documents(dashboard=stories.dashboard(Story(NOW)))), NOW + 12 * HOUR)
        assert set(Reputation.objects.values_list("timestamp", flat=True)) == {NOW}

    def test_counts_of_audits_are_unknown(self) -> None:
        asked(Story(NOW))
        assert set(Reputation.objects.values_list("audit_success_count", "audit_total_count")) == {(None, None)}


class TestEstimates:
    def estimates(self, period: str, of: str = US1) -> list[EarningsEstimate]:
        return list(EarningsEstimate.objects.filter(period=period, satellite=of).order_by("id"))

    @pytest.mark.parametrize("minutes", [-9, 0, 9])
    def test_around_the_end_of_a_month_none_is_written_as_nobody_knows_of_which_it_is(self, minutes: int) -> None:
        asked(Story(datetime(2026, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes)))
        assert not EarningsEstimate.objects.exists()

    def test_gross_is_before_and_net_after_what_is_held(self) -> None:
        story = Story(NOW, held_percent=75)
        asked(story)
        (row,) = self.estimates("2026-11")
        month = stories.estimate(story, US1)["currentMonth"]
        assert isinstance(month, dict)
        assert row.total_earnings_net == pytest.approx(month["payout"] / 100)
        assert row.held_amount == pytest.approx(month["held"] / 100)
        assert row.total_earnings_gross == pytest.approx((month["payout"] + month["held"]) / 100)
        parts = (row.egress_earnings_gross, row.repair_earnings_gross, row.storage_earnings_gross)
        assert sum(filter(None, parts)) == pytest.approx(row.total_earnings_gross)
        assert (row.held_percentage, row.is_finalized) == (0.75, 0)

    def test_byte_hours_are_byte_months_of_720_hours(self) -> None:
        story = Story(NOW)
        asked(story)
        (row,) = self.estimates("2026-11")
        month = stories.estimate(story, US1)["currentMonth"]
        assert isinstance(month, dict)
        assert row.storage_bytes_hour == round(720 * month["diskSpace"])

    def test_the_month_that_a_node_is_in_counts_calendar_months(self) -> None:
        asked(Story(NOW, joined=datetime(2026, 9, 30, tzinfo=UTC)))
        assert [row.node_age_months for row in self.estimates("2026-11")] == [3]
        assert [row.node_age_months for row in self.estimates("2026-10")] == [2]

    def test_there_is_one_an_hour(self) -> None:
        for minutes in range(0, 65, 5):
            asked(Story(NOW + timedelta(minutes=minutes)))
        assert [row.timestamp for row in self.estimates("2026-11")] == [NOW, NOW + 10 * MINUTES_5]

    def test_the_last_month_is_written_once_and_again_when_it_was_changed(self) -> None:
        for pieces in (5 * TB, 5 * TB, 6 * TB, 6 * TB):
            asked(Story(NOW, pieces=pieces))
        rows = self.estimates("2026-10")
        expected = [1.49 * tb * 31 * 24 / 720 for tb in (2.5, 3)]
        assert [row.storage_earnings_gross for row in rows] == pytest.approx(expected)
        assert {row.is_finalized for row in rows} == {1}

    def test_a_month_in_which_nothing_was_earned_is_not_written(self) -> None:
        asked(Story(NOW, pieces=0, egress=0))
        assert self.estimates("2026-10") == []
        assert len(self.estimates("2026-11")) == 1

    def test_what_the_node_expects_to_earn_is_kept(self) -> None:
        asked(Story(NOW))
        assert SnoNode.objects.get().expected_cents == stories.estimate(Story(NOW))["currentMonthExpectations"]


class TestPaystubs:
    def test_a_stub_is_a_payout_in_dollars(self) -> None:
        asked(Story(NOW))
        stub = SnoPaystub.objects.get(satellite=US1, period="2026-10")
        payout = Payout.objects.get(satellite=US1, period="2026-10")
        assert Decimal(str(payout.actual_payout)) == Decimal(stub.paid or 0) / 1_000_000
        assert Payout.objects.count() == 12

    def test_the_same_stubs_change_nothing(self) -> None:
        asked(Story(NOW))
        before = list(Payout.objects.values())
        asked(Story(NOW + MINUTES_5))
        assert list(Payout.objects.values()) == before

    def test_a_stub_that_was_changed_changes_its_payout(self) -> None:
        asked(Story(NOW))
        asked(Story(NOW + MINUTES_5, pieces=2 * TB))
        stubs = {(stub.satellite, stub.period): (stub.paid or 0) / 1_000_000 for stub in SnoPaystub.objects.all()}
        assert {(row.satellite, row.period): row.actual_payout for row in Payout.objects.all()} == stubs

    def test_a_payout_of_another_program_stays_as_it_is(self) -> None:
        Payout.objects.create(timestamp=NOW, node_name="n", satellite=US1, period="2026-10", actual_payout=9.5)
        asked(Story(NOW))
        asked(Story(NOW + MINUTES_5, pieces=2 * TB))
        assert Payout.objects.get(satellite=US1, period="2026-10").actual_payout == 9.5


class TestOwnTables:
    def test_a_second_time_changes_rows_and_adds_none(self) -> None:
        asked(Story(NOW))
        before = counts()
        assert (before["SnoDay"], before["SnoAuditWindow"], before["SnoSatellite"]) == (4 * 23, 4 * 60, 4)
        asked(Story(NOW + MINUTES_5, egress=50 * 10**9))
        assert {name: count for name, count in counts().items() if name.startswith("Sno")} == {
            name: count for name, count in before.items() if name.startswith("Sno")
        }
        assert SnoDay.objects.get(satellite=US1, day="2026-11-23").egress == 25 * 10**9

    def test_a_day_that_did_not_change_is_not_written(self) -> None:
        asked(Story(NOW))
        asked(Story(NOW + MINUTES_5))
        assert set(SnoDay.objects.values_list("updated", flat=True)) == {"2026-11-23T12:10:00+00:00"}

    def test_what_a_route_did_not_tell_stays_as_it_was(self) -> None:
        asked(Story(NOW))
        dashboard = stories.dashboard(Story(NOW, version=(1, 162, 4)))
        store("n", understood(Documents(dashboard=dashboard)), NOW + MINUTES_5)
        row = SnoSatellite.objects.get(satellite=SALTLAKE)
        assert row.joined == "2024-03-12T08:30:00+00:00"
        assert (row.storage_price, row.held_total, row.online_score) == (149, 3_000_000, 100 * 0.9987)
        assert SnoNode.objects.get().version == "1.162.4"

    def test_a_satellite_that_is_told_by_its_pay_stubs_only_is_not_listed(self) -> None:
        (held, *_) = stories.held_history(Story(NOW))
        left = {**held, "satelliteID": "118UWpMCHzs6CvSgWd9BfFVjw5K9pZbJjkfZJexMtSkmKxvvAW"}
        dashboard = stories.dashboard(Story(NOW))
        store("n", understood(Documents(dashboard=dashboard, held=[held, left])), NOW)
        row = SnoSatellite.objects.get(satellite=left["satelliteID"])
        assert (row.held_total, row.updated) == (3_000_000, None)

    def test_when_a_satellite_was_listed_and_when_its_route_answered_are_two_times(self) -> None:
        asked(Story(NOW))
        store("n", understood(Documents(dashboard=stories.dashboard(Story(NOW)))), NOW + HOUR)
        row = SnoSatellite.objects.get(satellite=SALTLAKE)
        assert (row.answered, row.updated) == ("2026-11-23T12:10:00+00:00", "2026-11-23T13:10:00+00:00")

    def test_an_old_version_has_no_date_of_vetting(self) -> None:
        asked(Story(NOW, (1, 71, 2)))
        assert set(SnoSatellite.objects.values_list("vetted", flat=True)) == {None}
        assert not SnoAuditWindow.objects.exists()


class TestState:
    def test_a_node_that_falls_silent_keeps_since_when(self) -> None:
        asked(Story(NOW))
        for minutes in (5, 10, 20):
            store_silence("n", NOW + timedelta(minutes=minutes), "Nothing listens.")
        row = SnoNode.objects.get()
        assert row.answered == "2026-11-23T12:10:00+00:00"
        assert row.down_since == "2026-11-23T12:15:00+00:00"
        assert (row.trouble, row.version) == ("Nothing listens.", "1.162.3")
        state = IntakeState.objects.get(kind="api")
        assert (state.trouble_since, state.last_seen) == (row.down_since, row.answered)
        assert state.updated == "2026-11-23T12:30:00+00:00"

    def test_a_node_that_is_back_has_no_trouble(self) -> None:
        store_silence("n", NOW, "Nothing listens.")
        asked(Story(NOW + MINUTES_5))
        row, state = SnoNode.objects.get(), IntakeState.objects.get()
        assert (row.down_since, row.trouble, state.trouble, state.trouble_since) == (None, None, None, None)

    def test_a_new_silence_begins_anew(self) -> None:
        store_silence("n", NOW, "Nothing listens.")
        asked(Story(NOW + MINUTES_5))
        store_silence("n", NOW + HOUR, "Nothing listens.")
        assert SnoNode.objects.get().down_since == "2026-11-23T13:10:00+00:00"

    def test_what_could_not_be_read_is_said(self) -> None:
        answer = understood(Documents(dashboard={**stories.dashboard(Story(NOW)), "version": 5}))
        store("n", answer, NOW, "The route x did not answer.")
        row = SnoNode.objects.get()
        assert row.trouble == "The route x did not answer. What the API says of version cannot be read."
        assert row.down_since is None


class TestStarts:
    def told(self, minutes: int, version: object = "1.142.7", started: object = "2026-11-20T04:00:00Z") -> None:
        dashboard = {**stories.dashboard(Story(NOW)), "version": version, "startedAt": started}
        store("n", understood(Documents(dashboard=dashboard)), NOW + timedelta(minutes=minutes))

    def rows(self) -> list[tuple[str, str | None, str | None]]:
        rows = SnoStart._base_manager.order_by("seen").values_list("seen", "version", "started")
        return [(seen[11:16], version, started and started[8:16]) for seen, version, started in rows]

    def test_a_clock_that_was_far_ahead_once_keeps_nothing_from_being_written(self) -> None:
        self.told(2 * 365 * 24 * 60, version="1.140.1")
        self.told(0)
        self.told(5, version="1.143.2")
        assert [version for _, version, _ in self.rows()] == ["1.142.7", "1.143.2", "1.140.1"]

    def test_a_row_is_written_when_version_or_start_are_told_anew(self) -> None:
        self.told(0, "1.137.5")
        self.told(5, "1.137.5")
        self.told(10, "1.142.7", "2026-11-23T12:18:00Z")
        self.told(15, "1.142.7", "2026-11-23T12:18:00Z")
        self.told(20, "1.142.7", "2026-11-23T12:28:00Z")
        assert self.rows() == [
            ("12:10", "1.137.5", "20T04:00"),
            ("12:20", "1.142.7", "23T12:18"),
            ("12:30", "1.142.7", "23T12:28"),
        ]

    def test_what_was_not_told_this_time_is_as_it_was(self) -> None:
        self.told(0)
        self.told(5, version=None)
        self.told(10, started="soon")
        store("n", understood(Documents(satellites=stories.satellites(Story(NOW)))), NOW + HOUR)
        assert self.rows() == [("12:10", "1.142.7", "20T04:00")]

    def test_an_answer_that_comes_late_changes_nothing(self) -> None:
        self.told(10)
        self.told(0, "1.137.5")
        assert self.rows() == [("12:20", "1.142.7", "20T04:00")]

    def test_the_newest_of_a_node_that_starts_over_and_over_are_kept(self) -> None:
        SnoStart._base_manager.bulk_create(
            SnoStart(node=name, seen=to_stored(NOW - timedelta(minutes=back)), version="1")
            for name in ("n", "other")
            for back in range(1, MOST_STARTS + 1)
        )
        self.told(0)
        kept = SnoStart._base_manager.filter(node="n")
        assert kept.count() == MOST_STARTS
        assert kept.earliest("seen").seen == to_stored(NOW - timedelta(minutes=MOST_STARTS - 1))
        assert kept.latest("seen").version == "1.142.7"
        assert SnoStart._base_manager.filter(node="other").count() == MOST_STARTS

    def test_a_node_that_tells_neither_has_no_row(self) -> None:
        self.told(0, version=None, started=None)
        assert self.rows() == []


class TestFaults:
    def test_an_answer_is_stored_whole_or_not_at_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = counts()
        broken = replace(told(Story(NOW)).paystubs[0], values={})
        answer = replace(told(Story(NOW)), paystubs=(broken,))
        with pytest.raises(KeyError):
            store("n", answer, NOW)
        assert counts() == before
        assert not SnoNode.objects.exists()

    @pytest.mark.sqlite_files
    def test_a_database_that_another_program_holds_is_told_and_nothing_is_written(self) -> None:
        connections[EVENTS].ensure_connection()
        with site.cursor() as cursor:
            cursor.execute("ATTACH DATABASE %s AS held", [connections[EVENTS].settings_dict["NAME"]])
            try:
                connections[EVENTS].cursor().execute("PRAGMA busy_timeout = 50")
                cursor.execute("BEGIN IMMEDIATE")
                cursor.execute("UPDATE held.rollup_state SET turn = turn")
                with pytest.raises(EventsUnavailable, match="locked by another program"):
                    asked(Story(NOW))
            finally:
                cursor.execute("ROLLBACK")
                cursor.execute("DETACH DATABASE held")
                connections[EVENTS].close()
        asked(Story(NOW))
        assert StorageSnapshot.objects.count() == 1


def test_rows_of_the_monitor_beside_ours_stay() -> None:
    row = {"timestamp": NOW, "node_name": "n", "satellite": US1}
    StorageSnapshot.objects.create(timestamp=NOW, node_name="n", total_bytes=1, used_bytes=1)
    Reputation.objects.create(**row, audit_score=1.0)
    EarningsEstimate.objects.create(**row, period="2026-11", total_earnings_gross=1.0)
    theirs = [list(model._base_manager.values()) for model in (StorageSnapshot, Reputation, EarningsEstimate)]
    asked(Story(NOW + MINUTES_5))
    for model, rows in zip((StorageSnapshot, Reputation, EarningsEstimate), theirs, strict=True):
        assert list(model._base_manager.order_by("pk").values())[:1] == rows
        assert model._base_manager.count() > 1
