"""Pictures: what is read for them, and what they show."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from comparison.basis import Span
from comparison.engine import compare
from comparison.hours_picture import hour_maps
from comparison.marks import HEIGHT, MOST_LISTED, WIDTH, marked
from comparison.pictured import Attempts, Compaction, HoursOfDay, Start, pictured
from comparison.pictures import pictures
from comparison.risk_picture import RiskPicture, risk_picture
from comparison.space_picture import SpacePanel, fullest, space_picture
from comparison.storage import Snapshot
from nodes.fields import to_stored
from nodes.models import Event, HashstoreCompaction, SnoStart, StorageSnapshot
from nodes.rollups.roll import rollup_once
from tests.comparison.conftest import AS_OF, NAMES, request_for
from tests.comparison.details_samples import detailed_result, details
from tests.comparison.samples import node, result

TB, DAY = 10**12, timedelta(days=1)
END = datetime(2026, 11, 23, 12, tzinfo=UTC)
START = END - DAY


class TestReading:
    @pytest.fixture
    def snapshots(self, three_nodes: list[str]) -> None:
        """Four an hour of two days, the last of each hour with as many bytes as hours before AS_OF."""
        StorageSnapshot.objects.bulk_create(
            StorageSnapshot(
                timestamp=AS_OF - hour * timedelta(hours=1) - timedelta(minutes=15 * quarter + 5),
                node_name="attic",
                used_bytes=hour if quarter == 0 else 10**9,
                total_bytes=TB,
            )
            for hour in range(48)
            for quarter in range(4)
        )

    def test_of_space_is_the_last_snapshot_of_each_step_in_the_window(self, snapshots: None) -> None:
        whole = compare(request_for(type="efficiency"))
        found = pictured(whole, NAMES).space
        assert list(found) == ["attic"]
        assert [each.used for each in found["attic"]] == list(range(23, -1, -1))

    def test_a_broken_snapshot_leaves_the_one_before_it(self, snapshots: None) -> None:
        StorageSnapshot.objects.create(
            timestamp=AS_OF - timedelta(minutes=1), node_name="attic", used_bytes=None, total_bytes=TB
        )
        assert pictured(compare(request_for(type="efficiency")), ["attic"]).space["attic"][-1].used == 0

    def test_of_compactions_are_those_that_ended_in_the_window_whatever_their_form(
        self, three_nodes: list[str]
    ) -> None:
        times = {
            "in": "2026-11-23T10:00:00+00:00",
            "zone": "2026-11-23T12:30:00+01:00",
            "before": "2026-11-22T11:59:59+00:00",
            "after": "2026-11-23T12:00:00+00:00",
            "broken": "2026-11-23 soon",
            "no zone": "2026-11-23T10:00:00",
        }
        HashstoreCompaction.objects.bulk_create(
            HashstoreCompaction(node_name="attic", satellite="s", store=store, last_run_iso=at, duration=3600)
            for store, at in times.items()
        )
        found = pictured(compare(request_for()), NAMES).compactions["attic"]
        assert {run.store: run.start.isoformat() for run in found} == {
            "in": "2026-11-23T09:00:00+00:00",
            "zone": "2026-11-23T10:30:00+00:00",
        }

    @pytest.mark.parametrize("duration", [None, -1.0, 1e12])
    def test_a_duration_that_cannot_be_is_none(self, three_nodes: list[str], duration: float | None) -> None:
        HashstoreCompaction.objects.create(
            node_name="attic", satellite="s", store="s0", last_run_iso=START.isoformat(), duration=duration
        )
        run = pictured(compare(request_for()), NAMES).compactions["attic"][0]
        assert run.start == run.end == START

    def test_of_hours_are_the_downloads_and_uploads_of_whole_days_by_hour_of_the_day(
        self, three_nodes: list[str]
    ) -> None:
        Event.objects.bulk_create(
            Event(timestamp=AS_OF - timedelta(days=days, minutes=5), action=action, status="failed", node_name="attic")
            for days in (1, 2, 3)
            for action in ("PUT", "GET_AUDIT")
        )
        rollup_once(1000)
        hours = pictured(compare(request_for(hours=60)), NAMES).hours
        assert hours
        assert (hours.span.start, hours.span.end) == (AS_OF - 2 * DAY, AS_OF)
        assert hours.attempts["attic"] == {
            (11, "PUT", "failed"): 1,
            (11, "GET", "success"): 30,
            (11, "GET", "failed"): 30,
        }

    def test_without_rollups_there_are_no_hours(self, three_nodes: list[str]) -> None:
        assert pictured(compare(request_for()), NAMES).hours is None

    def test_a_type_without_pictures_reads_nothing(self, three_nodes: list[str]) -> None:
        found = pictured(compare(request_for(type="earnings")), NAMES)
        assert (found.space, found.compactions, found.hours) == ({}, {}, None)


class TestSpace:
    def panel(self, points: list[Snapshot], **metrics: Any) -> SpacePanel:
        whole = result(node("a", metrics), node("b"), type="efficiency")
        picture = space_picture({"a": points}, whole, {})
        assert picture
        return picture.panels[0]

    def points(self, *used: int, total: int = TB) -> list[Snapshot]:
        hours = 20 / max(len(used) - 1, 1)
        return [
            Snapshot(START + timedelta(hours=1 + at * hours), each, total, total - each, 0)
            for at, each in enumerate(used)
        ]

    def test_the_line_ends_where_and_when_the_metrics_say_that_the_node_is_full(self) -> None:
        """In 20 hours a quarter of it came, and a quarter is left: full 20 hours after the last snapshot."""
        panel = self.panel(self.points(TB // 2, TB * 3 // 4), growth_bytes_per_day=0.3 * TB, days_until_full=20 / 24)
        assert panel.outlook == "300.00 GB a day; full on 24 Nov 2026 at this pace"
        assert panel.full_x is not None
        assert panel.full_x > panel.now_x
        assert panel.growth.endswith(f"L{panel.full_x:g} 0")

    def test_a_day_that_is_far_away_is_told_and_not_drawn(self) -> None:
        panel = self.panel(self.points(1, 2), growth_bytes_per_day=1, days_until_full=100)
        assert panel.full_x is None
        assert panel.growth
        assert "full on 3 Mar 2027" in panel.description
        assert panel.now_x == pytest.approx(80)

    def test_a_day_that_nobody_will_see_is_only_called_far(self) -> None:
        panel = self.panel(self.points(1, 2), growth_bytes_per_day=1, days_until_full=1e12)
        assert "full in over 10 years" in panel.outlook

    @pytest.mark.parametrize(
        ("growth", "said"),
        [(-5, "shrinks, so no growth line"), (0, "does not grow, so no"), (None, "no growth line: too little data")],
    )
    def test_there_is_no_line_without_growth(self, growth: int | None, said: str) -> None:
        panel = self.panel(self.points(2, 1), growth_bytes_per_day=growth)
        assert (panel.growth, panel.full_x, panel.now_x) == ("", None, WIDTH)
        assert said in panel.outlook

    def test_trash_that_is_not_recorded_is_not_drawn(self) -> None:
        panel = self.panel([Snapshot(START + DAY / 2, 5, TB, 9, None)])
        assert panel.trash == ""
        assert "of it trash –" in panel.latest

    @given(st.lists(st.tuples(st.integers(0, 2 * TB), st.integers(0, 3 * TB)), min_size=1, max_size=9))
    def test_everything_stays_in_its_box(self, each: list[tuple[int, int]]) -> None:
        points = [Snapshot(START + timedelta(hours=at), used, TB, 0, trash) for at, (used, trash) in enumerate(each)]
        panel = self.panel(points)
        for path in (panel.data, panel.trash, panel.total):
            numbers = [pair.split() for pair in path.strip("Mz").split("L") if pair]
            assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in numbers)

    def test_the_table_has_a_row_for_each_step(self) -> None:
        picture = space_picture({"a": self.points(TB // 2, TB // 4)}, result(node("a"), type="efficiency"), {})
        assert picture
        assert len(picture.table.rows) == 24
        assert ("22 Nov 13:00", ["500.00 GB / 0 B / 500.00 GB"]) in picture.table.rows

    def test_of_many_nodes_those_that_are_full_the_soonest_are_drawn(self) -> None:
        nodes = [node(f"n{days}", {"days_until_full": days}) for days in range(1, 20)]
        assert fullest(result(node("never"), *nodes, type="efficiency")) == [f"n{days}" for days in range(1, 13)]

    def test_nothing_is_drawn_without_a_snapshot(self) -> None:
        assert space_picture({}, result(node("a"), type="efficiency"), {}) is None


class TestHours:
    def maps(self, attempts: Attempts, **options: Any) -> Any:
        whole = result(node("a", **options), node("b"))
        return hour_maps(HoursOfDay(Span(START, END), {"a": attempts}), whole, {})

    def test_a_rate_is_that_of_its_hour_and_an_hour_without_attempts_has_none(self) -> None:
        found = self.maps(Counter({(3, "GET", "failed"): 1, (3, "PUT", "success"): 3, (4, "GET", "success"): 5}))
        failed = found.maps[1]
        assert failed.table.rows == [("a", ["–"] * 3 + ["25.00", "0.00"] + ["–"] * 19)]
        assert failed.rows[0].text == "highest 25.00 % at 03:00, lowest 0.00 % at 04:00, none in 22 hours"
        assert failed.high == "30 %"
        assert failed.rows[0].path.count("M") == 2

    def test_cancels_are_of_downloads_alone_where_those_of_uploads_are_not_recorded(self) -> None:
        attempts: Attempts = Counter({(0, "GET", "canceled"): 1, (0, "GET", "success"): 1, (0, "PUT", "success"): 998})
        found = self.maps(attempts, cancels_recorded=False)
        assert found.downloads_only == ["a"]
        assert found.maps[0].table.rows[0][1][0] == "50.00"
        assert found.maps[1].table.rows[0][1][0] == "0.00"

    def test_there_is_no_map_of_nothing(self) -> None:
        assert self.maps(Counter()) is None
        assert hour_maps(None, result(node("a")), {}) is None


class TestRisk:
    def picture(self, *nodes: dict[str, tuple[int | None, int | None]]) -> RiskPicture | None:
        whole = result(*(node(f"n{at}") for at in range(len(nodes))))
        for each, satellites in zip(whole["nodes"], nodes, strict=True):
            each["risk"] = {
                "satellites": [
                    {"satellite": id, "name": id, "audit_failures_left": failures, "offline_hours_left": hours}
                    for id, (failures, hours) in satellites.items()
                ]
            }
        return risk_picture(whole, {})

    def test_each_satellite_has_a_column_and_each_node_a_row(self) -> None:
        picture = self.picture({"us1": (41, 288), "eu1": (5, 100)}, {"eu1": (None, 47)})
        assert picture
        failures, hours = picture.charts
        assert [name for name, _ in failures.heads] == ["us1", "eu1"]
        assert [[(cell.text, cell.bad) for cell in row.cells] for row in failures.rows] == [
            [("41", False), ("5", True)],
            [("–", False), ("–", False)],
        ]
        assert hours.description == "n0: us1 288, eu1 100. n1: us1 –, eu1 47."

    def test_a_whole_bar_is_that_of_a_flawless_node(self) -> None:
        picture = self.picture({"us1": (41, 144)})
        assert picture
        whole, half = (chart.rows[0].cells[0].width for chart in picture.charts)
        assert half == pytest.approx(whole / 2, abs=0.02)

    def test_a_number_stands_nearer_to_its_own_bar_than_to_the_one_before(self) -> None:
        picture = self.picture({"us1": (41, 288), "eu1": (41, 288)})
        assert picture
        before, cell = picture.charts[0].rows[0].cells
        assert before.x + before.width < cell.right < cell.x < cell.x + cell.width <= 100
        assert cell.x - cell.right < cell.right - (before.x + before.width)

    def test_of_many_nodes_those_with_the_least_left_are_drawn(self) -> None:
        nodes: list[dict[str, tuple[int | None, int | None]]] = [{"us1": (left, None)} for left in range(40, 0, -1)]
        picture = self.picture(*nodes)
        assert picture
        assert (picture.drawn, picture.nodes) == (12, 40)
        assert [row.cells[0].text for row in picture.charts[0].rows] == [str(left) for left in range(12, 0, -1)]

    def test_what_no_satellite_tells_has_no_picture(self) -> None:
        assert self.picture({"us1": (None, None)}) is None
        assert risk_picture(result(node("a")), {}) is None


class TestMarks:
    def marks(self, *runs: Compaction, **risk: Any) -> Any:
        whole = detailed_result({"a": details(), "b": details()})
        whole["nodes"][0]["risk"] = risk or None
        return marked({"a": list(runs)} if runs else {}, {}, whole, {})

    def started(self, *starts: Start) -> Any:
        return marked({}, {"a": list(starts)}, detailed_result({"a": details(), "b": details()}), {})

    def run(self, hours: float, took: float) -> Compaction:
        start = START + timedelta(hours=hours)
        return Compaction(start, start + timedelta(hours=took), "s", "s0")

    def test_a_compaction_is_as_long_as_it_took(self) -> None:
        assert self.marks(self.run(6, 12)).of["a"].band == "M25 0H75"

    def test_compactions_that_overlap_are_one_and_short_ones_can_be_seen(self) -> None:
        found = self.marks(self.run(6, 3), self.run(3, 6), self.run(12, 0.001))
        assert found.of["a"].band == "M12.5 0H37.5M50 0H50.7"
        assert found.of["a"].description == "3 compactions"

    def test_a_start_in_the_window_is_marked_with_the_version_in_the_table(self) -> None:
        found = self.marks(started=(START + DAY / 2).isoformat(), version="1.162.3")
        assert found.of["a"].starts == "M50 0V40"
        assert found.table.rows == [("a", ["process started, v1.162.3", "23 Nov 00:00", ""])]

    def test_a_start_outside_the_window_is_not(self) -> None:
        assert self.marks(started=(START - DAY).isoformat(), version="1") is None
        assert self.marks(started=END.isoformat(), version="1") is None

    def test_each_start_is_marked_and_a_change_of_version_by_another_mark(self) -> None:
        found = self.started(
            Start(START + DAY / 4, "1.137.5", "1.137.5"),
            Start(START + DAY / 2, "1.142.7", "1.137.5"),
            Start(START + DAY * 3 / 4, "1.142.7", "1.142.7"),
        )
        of_a = found.of["a"]
        assert (of_a.starts, of_a.versions, of_a.band) == ("M25 0V40M75 0V40", "M50 0V40", "")
        assert of_a.description == "3 starts, the last on 23 Nov 06:00 UTC, v1.137.5 → v1.142.7 on 23 Nov 00:00 UTC"
        assert [cells[0] for _, cells in found.table.rows] == [
            "process started, v1.137.5",
            "process started, v1.137.5 → v1.142.7",
            "process started, v1.142.7",
        ]
        assert (found.has_compactions, found.has_starts, found.has_versions) == (False, True, True)

    def test_many_starts_at_one_place_are_one_line_and_the_table_has_the_newest(self) -> None:
        seconds = [Start(START + timedelta(seconds=each), "1", "1") for each in range(40)]
        found = self.started(*seconds)
        assert found.of["a"].starts == "M0 0V40"
        assert "40 starts" in found.of["a"].description
        assert len(found.table.rows) == MOST_LISTED

    def test_the_table_says_how_long_each_took(self) -> None:
        found = self.marks(self.run(1, 1.5), self.run(2, 0.5), self.run(3, 0.001), self.run(4, 0))
        assert [cells[2] for _, cells in found.table.rows] == ["1.5 h", "30.0 min", "3.6 s", "not recorded"]


def stored(after: timedelta) -> str:
    return to_stored(START + after)


class TestStarts:
    HOUR = timedelta(hours=1)

    def told(self, *rows: tuple[timedelta, str | None, timedelta | None], name: str = "attic") -> None:
        """When it was seen, as which version, and when it had started, all from START on."""
        SnoStart._base_manager.bulk_create(
            SnoStart(
                node=name, seen=stored(seen), version=version, started=None if started is None else stored(started)
            )
            for seen, version, started in rows
        )

    def read(self) -> dict[str, list[tuple[float, str | None, bool]]]:
        found = pictured(compare(request_for()), NAMES).starts
        return {
            name: [((at.at - START) / self.HOUR, at.version, at.is_change) for at in of] for name, of in found.items()
        }

    def test_each_start_in_the_window_is_read_and_told_from_a_change_of_version(self, three_nodes: list[str]) -> None:
        self.told((-DAY, "1.1.0", -3 * DAY), (2 * self.HOUR, "1.2.0", self.HOUR))
        self.told((5 * self.HOUR, "1.2.0", 4 * self.HOUR))
        self.told((2 * self.HOUR, "1.2.0", -self.HOUR), name="cellar")
        assert self.read() == {"attic": [(1, "1.2.0", True), (4, "1.2.0", False)]}

    def test_a_version_that_is_new_without_a_start_is_where_it_was_seen(self, three_nodes: list[str]) -> None:
        self.told((-DAY, "1.1.0", None), (2 * self.HOUR, "1.2.0", None))
        assert self.read() == {"attic": [(2, "1.2.0", True)]}

    def test_what_was_told_first_is_no_start_unless_one_is_told(self, three_nodes: list[str]) -> None:
        self.told((self.HOUR, None, timedelta()), (2 * self.HOUR, "1.2.0", timedelta()))
        self.told((self.HOUR, "1.2.0", None), name="cellar")
        assert self.read() == {"attic": [(0, None, False)]}

    def test_a_time_that_cannot_be_read_is_no_start(self, three_nodes: list[str]) -> None:
        SnoStart._base_manager.create(node="attic", seen=to_stored(START), version="1", started="yesterday")
        assert self.read() == {}

    def test_a_database_without_the_table_tells_nothing_and_fails_nothing(self, three_nodes: list[str]) -> None:
        self.told((self.HOUR, "1.2.0", timedelta()))
        whole = compare(request_for())
        with connections["events"].cursor() as cursor:
            cursor.execute("ALTER TABLE sno_starts RENAME TO sno_away")
            try:
                found = pictured(whole, NAMES)
            finally:
                cursor.execute("ALTER TABLE sno_away RENAME TO sno_starts")
        assert (found.starts, found.trouble) == ({}, "")


class TestThePage:
    def test_what_cannot_be_read_is_left_out_with_the_reason(self, three_nodes: list[str]) -> None:
        whole = compare(request_for(type="efficiency"))
        with connections["events"].cursor() as cursor:
            cursor.execute("ALTER TABLE storage_snapshots RENAME TO storage_away")
            try:
                found = pictures(whole, {})
            finally:
                cursor.execute("ALTER TABLE storage_away RENAME TO storage_snapshots")
        assert found.space is None
        assert found.trouble

    def test_no_picture_has_a_style_or_a_script_of_its_own(self, three_nodes: list[str]) -> None:
        whole = detailed_result({"a": details(), "b": details()})
        hours = HoursOfDay(Span(START, END), {"a": Counter({(1, "GET", "success"): 1})})
        text = render_to_string("compare/_hours.html", {"hours": hour_maps(hours, whole, {})})
        assert 'role="img"' in text
        assert "style=" not in text
        assert "<script" not in text
