"""Payouts of a file in payout_history: counts, rows, and nothing half done."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodes.errors import EventsUnavailable
from nodes.models import EarningsEstimate, Node, Payout
from nodes.payouts.importing import NOTE, Plan, preview, read_lines, write
from nodes.satellites import EU1, US1
from nodes.sno.rows import PAYSTUB_NOTE

pytestmark = pytest.mark.usefixtures("databases")

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TWO = "attic,2026-10,us1,12.34\nattic,2026-10,eu1,0.10\n"


@pytest.fixture(autouse=True)
def nodes() -> None:
    Node.objects.create(name="attic")
    Node.objects.create(name="cellar")


def imported(text: str, now: datetime = NOW) -> tuple[int, int, int]:
    return counts(write(read_lines(text, now), now))


def counts(plan: Plan) -> tuple[int, int, int]:
    return len(plan.new), len(plan.changed), plan.same


def paid() -> dict[tuple[str, str, str], float]:
    return {(row.node_name, row.period, row.satellite): row.actual_payout for row in Payout.objects.all()}


def stored(**fields: Any) -> Payout:
    row = {"timestamp": NOW - DAY, "node_name": "attic", "period": "2026-10", "satellite": US1, "actual_payout": 12.34}
    return Payout.objects.create(**row | fields)


def estimate(**fields: Any) -> None:
    row = {"timestamp": NOW - DAY, "node_name": "attic", "period": "2026-10", "satellite": US1}
    EarningsEstimate.objects.create(**row | fields)


class TestWriting:
    def test_adds_a_row_for_each_line(self) -> None:
        assert imported(TWO) == (2, 0, 0)
        assert paid() == {("attic", "2026-10", US1): 12.34, ("attic", "2026-10", EU1): 0.1}

    def test_again_changes_nothing(self) -> None:
        imported(TWO)
        before = list(Payout.objects.values())
        assert imported(TWO, NOW + DAY) == (0, 0, 2)
        assert list(Payout.objects.values()) == before

    def test_brings_a_changed_amount_up_to_date(self) -> None:
        imported(TWO)
        assert imported(TWO.replace("12.34", "12.35"), NOW + DAY) == (0, 1, 1)
        row = Payout.objects.get(satellite=US1)
        assert (row.actual_payout, row.timestamp) == (12.35, NOW + DAY)

    def test_counts_a_line_that_is_there_twice_as_the_same(self) -> None:
        assert imported("attic,2026-10,us1,1\nattic,2026-10,us1,1\n") == (1, 0, 1)

    def test_has_the_difference_to_the_latest_estimate_after_what_is_held(self) -> None:
        estimate(total_earnings_gross=20.0, held_amount=5.0)
        estimate(total_earnings_gross=99.0, held_amount=5.0, timestamp=NOW - 2 * DAY)
        imported(TWO)
        row = Payout.objects.get(satellite=US1)
        assert (row.estimated_payout, row.variance) == (15.0, -2.66)
        assert row.variance_percent == pytest.approx(-100 * 2.66 / 15, abs=1e-12)

    @pytest.mark.parametrize("fields", [{}, {"total_earnings_gross": 20.0}])
    def test_has_no_difference_to_an_estimate_that_is_not_whole(self, fields: dict[str, float]) -> None:
        estimate(**fields)
        imported(TWO)
        row = Payout.objects.get(satellite=US1)
        assert (row.estimated_payout, row.variance, row.variance_percent) == (None, None, None)

    def test_of_nothing_estimated_has_no_percent(self) -> None:
        estimate(total_earnings_gross=0.0, held_amount=0.0)
        imported(TWO)
        assert Payout.objects.get(satellite=US1).variance_percent is None

    def test_of_many_lines_is_whole(self) -> None:
        months = [f"{year}-{month:02}" for year in range(2018, 2026) for month in range(1, 13)]
        satellites = ("us1", "eu1", "ap1", "saltlake")
        lines = [
            f"{name},{at},{of},{n}.50"
            for name in ("attic", "cellar")
            for n, at in enumerate(months)
            for of in satellites
        ]
        assert imported("\n".join(lines)) == (768, 0, 0)
        assert imported("\n".join(lines).replace(".50", ".75")) == (0, 768, 0)
        assert sum(map(Decimal, map(str, paid().values()))) == sum(n + Decimal("0.75") for n in range(96)) * 8


class TestRowsOfOthers:
    def test_keep_what_is_not_about_the_amount(self) -> None:
        stored(transaction_hash="0x1", payout_address="0x2", notes="by hand", estimated_payout=10.0, variance=2.34)
        assert imported("attic,2026-10,us1,9.00") == (0, 1, 0)
        row = Payout.objects.get()
        assert (row.transaction_hash, row.payout_address, row.notes) == ("0x1", "0x2", "by hand")
        assert (row.estimated_payout, row.variance, row.variance_percent) == (10.0, -1.0, -10.0)

    def test_stay_where_they_differ_by_less_than_a_cent(self) -> None:
        stored(actual_payout=12.341234)
        assert imported("attic,2026-10,us1,12.34") == (0, 0, 1)
        assert Payout.objects.get().actual_payout == 12.341234

    def test_of_a_pay_stub_are_the_imports_when_it_changed_them(self) -> None:
        """So that the pay stub, when it is read again, does not undo it."""
        stored(notes=PAYSTUB_NOTE)
        imported("attic,2026-10,us1,9.00")
        assert Payout.objects.get().notes == NOTE

    def test_of_other_months_nodes_and_satellites_stay(self) -> None:
        for fields in ({"period": "2026-09"}, {"node_name": "cellar"}, {"satellite": EU1}):
            stored(**fields)
        assert imported("attic,2026-10,us1,9.00") == (1, 0, 0)
        assert sorted(paid().values()) == [9.0, 12.34, 12.34, 12.34]

    def test_of_the_same_month_count_by_the_latest(self) -> None:
        stored(actual_payout=1.0, timestamp=NOW - 2 * DAY)
        stored(actual_payout=2.0)
        assert imported("attic,2026-10,us1,2") == (0, 0, 1)

    @pytest.mark.sqlite_files
    def test_with_a_broken_amount_are_mended(self) -> None:
        row = stored()
        with connections["events"].cursor() as cursor:
            cursor.execute("UPDATE payout_history SET actual_payout = 'much' WHERE id = %s", [row.pk])
        assert imported("attic,2026-10,us1,3") == (0, 1, 0)
        assert paid() == {("attic", "2026-10", US1): 3.0}


class TestPreview:
    def test_says_what_writing_would_and_writes_nothing(self) -> None:
        stored()
        stored(satellite=EU1, actual_payout=7.0)
        found = read_lines(TWO + "cellar,2026-10,us1,1", NOW)
        assert counts(preview(found)) == (1, 1, 1)
        assert sorted(paid().values()) == [7.0, 12.34]
        assert counts(write(found, NOW)) == (1, 1, 1)


class TestTwoAtOnce:
    def test_add_each_payout_once(self) -> None:
        found = read_lines(TWO, NOW)

        def run(_: int) -> tuple[int, int, int]:
            try:
                return counts(write(found, NOW))
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as threads:
            done = sorted(threads.map(run, range(4)))
        assert done == [(0, 0, 2), (0, 0, 2), (0, 0, 2), (2, 0, 0)]
        assert len(paid()) == Payout.objects.count() == 2


class TestTrouble:
    def test_in_the_middle_leaves_nothing_written(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stored(actual_payout=1.0)
        trigger(connections["events"])
        try:
            with pytest.raises(EventsUnavailable):
                imported(TWO)
        finally:
            untrigger(connections["events"])
        assert paid() == {("attic", "2026-10", US1): 1.0}


def trigger(connection: Any) -> None:
    """The database refuses changes of payouts, after those that are new were added."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER refused BEFORE UPDATE ON payout_history BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )
        else:
            cursor.execute(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''refused''; END'"
            )
            cursor.execute(
                "CREATE TRIGGER refused BEFORE UPDATE ON payout_history FOR EACH ROW EXECUTE FUNCTION refuse()"
            )


def untrigger(connection: Any) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER refused")
        else:
            cursor.execute("DROP FUNCTION refuse() CASCADE")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["attic", "cellar"]),
            st.sampled_from(["2026-09", "2026-10"]),
            st.sampled_from(["us1", "eu1"]),
            st.integers(0, 10**7),
        ),
        max_size=8,
        unique_by=lambda line: line[:3],
    )
)
def test_files_in_any_order_leave_each_payout_to_the_cent(lines: list[tuple[str, str, str, int]]) -> None:
    """The database goes on from example to example."""
    text = "\n".join(f"{node},{period},{of},{cents // 100}.{cents % 100:02}" for node, period, of, cents in lines)
    imported(text)
    assert imported(text) == (0, 0, len(lines))
    ids = {"us1": US1, "eu1": EU1}
    for node, period, of, cents in lines:
        assert Decimal(str(paid()[node, period, ids[of]])) * 100 == cents


class TestCommand:
    def run(self, tmp_path: Path, content: bytes | str, *arguments: str) -> tuple[str, str]:
        file, out, err = tmp_path / "payouts.csv", io.StringIO(), io.StringIO()
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        call_command("import_payouts", str(file), *arguments, stdout=out, stderr=err)
        return out.getvalue(), err.getvalue()

    def test_counts_what_it_did_and_names_bad_lines_on_standard_error(self, tmp_path: Path) -> None:
        out, err = self.run(tmp_path, TWO + "shed,2026-10,us1,1\n")
        assert out == "Payouts: 2 new, 0 changed, 0 the same as before; 1 line left out that cannot be read.\n"
        assert err == "Line 3: there is no node “shed”.\n"
        assert len(paid()) == 2

    def test_writes_nothing_with_a_dry_run(self, tmp_path: Path) -> None:
        stored(actual_payout=1.0)
        out, _ = self.run(tmp_path, TWO, "--dry-run")
        assert f"new: attic, 2026-10, {EU1}: 0.10 USD" in out
        assert f"changed: attic, 2026-10, {US1}: 1.00 to 12.34 USD" in out
        assert "Payouts, nothing written: 1 new, 1 changed, 0 the same as before." in out
        assert paid() == {("attic", "2026-10", US1): 1.0}

    @pytest.mark.parametrize(("content", "sentence"), [("", "has no lines"), ("bad\nbad\n", "No line of the file")])
    def test_refuses_a_file_of_which_nothing_can_be_read(self, tmp_path: Path, content: str, sentence: str) -> None:
        with pytest.raises(CommandError, match=sentence):
            self.run(tmp_path, content)

    def test_refuses_a_file_that_is_too_long(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="divide it"):
            self.run(tmp_path, b" " * 1_000_001)

    def test_says_that_a_file_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="could not be read: No such file"):
            call_command("import_payouts", str(tmp_path / "none.csv"))
