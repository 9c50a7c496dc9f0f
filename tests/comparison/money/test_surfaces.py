"""Statements as the command, the API, the page and the admin show them."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from comparison import cache
from comparison.engine import compare
from comparison.money.months_view import months
from comparison.request import ComparisonRequest
from nodes.known import ensure_nodes
from nodes.models import EarningsEstimate, Payout, SatelliteTerms, StorageSnapshot
from nodes.satellites import US1
from tests.comparison.money import month
from tests.comparison.money.month import AS_OF, DAY, NAME, START, TB, event

OTHER = "cellar"
UNTIL = AS_OF.isoformat()


@pytest.fixture(autouse=True)
def two_nodes(databases: None) -> None:
    cache.clear()
    month.snapshots()
    month.events(event(START, "PUT", 1000), event(START, "GET", TB, node_name=OTHER))


def printed(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_totals_and_satellites_of_one_node() -> None:
    text = printed("earnings", NAME, "--as-of", UNTIL)
    assert "Earnings of November 2026, in US dollars:" in text
    assert re.search(r"attic +3\.00 +0\.00 +0\.00 +0\.00 +3\.00 +2\.25 +0\.75 +4\.50 \(4\.50 to 4\.50\)", text)
    assert re.search(r"us1 .*1 \(guess\)", text)


def test_the_command_marks_amounts_of_a_month_that_is_known_in_part() -> None:
    StorageSnapshot.objects.filter(timestamp__lt=START + 15 * DAY).delete()
    text = printed("earnings", NAME, "--as-of", UNTIL)
    assert "2.25 (2.25 to 4.50), in part" in text
    assert "In part: storage is known of less than 90 % of the month so far" in text


def test_the_page_marks_amounts_of_a_month_that_is_known_in_part(viewer_client: Client) -> None:
    StorageSnapshot.objects.filter(timestamp__lt=START + 15 * DAY).delete()
    ids = [node.pk for node in ensure_nodes([NAME, OTHER])]
    fields: dict[str, Any] = {"node": ids, "type": "earnings", "as_of": UNTIL.replace("+00:00", "Z")}
    text = viewer_client.get(reverse("compare"), fields).content.decode()
    assert "2.25 (2.25 to 4.50), in part" in text
    assert '<span class="rank">in part</span>' in text


def test_months_that_are_over_are_summed_up_without_the_one_that_is_not() -> None:
    month.estimate(US1, total_earnings_gross=4.0, period="2026-10", timestamp=START)
    Payout.objects.create(timestamp=AS_OF, node_name=NAME, satellite=US1, period="2026-10", actual_payout=3.5)
    found = months(compare(ComparisonRequest((NAME, OTHER), "earnings", 24, AS_OF)), {})
    assert found is not None
    lines = {line.name: line.cells for line in found.each[0].table.lines}
    assert list(lines) == [
        "Oct 2026",
        "Nov 2026, so far",
        "In all, months that are over",
        "In all, with this month so far",
    ]
    assert lines["In all, months that are over"] == lines["Oct 2026"]
    assert lines["In all, with this month so far"][0] == "7.00"


def test_months_that_are_all_over_have_one_sum() -> None:
    month.estimate(US1, total_earnings_gross=4.0, period="2026-10", timestamp=START)
    found = months(compare(ComparisonRequest((NAME, OTHER), "earnings", 24, START)), {})
    assert found is not None
    assert [line.name for line in found.each[0].table.lines] == ["Oct 2026", "In all"]


def test_the_command_says_the_same_as_json() -> None:
    found = json.loads(printed("earnings", "--as-of", UNTIL, "--format", "json"))
    assert {node["name"]: node["statement"]["gross"] for node in found["nodes"]} == {NAME: 3.0, OTHER: 2.0}


def test_the_command_has_a_row_of_csv_for_each_satellite() -> None:
    rows = list(csv.DictReader(io.StringIO(printed("earnings", "--as-of", UNTIL, "--format", "csv").lstrip("\ufeff"))))
    assert [(row["node"], row["satellite"], row["gross"]) for row in rows] == [(NAME, US1, "3.0"), (OTHER, US1, "2.0")]


def test_a_node_without_a_statement_has_an_empty_row_of_csv() -> None:
    text = printed("earnings", OTHER, "--month", "2026-09", "--format", "csv").lstrip("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["node"], row["gross"]) == (OTHER, "")


def test_a_month_that_is_over_is_described_as_a_whole() -> None:
    month.estimate(US1, total_earnings_gross=4.0, period="2026-10", timestamp=START)
    found = json.loads(printed("compare", "--type", "earnings", "--month", "2026-10", "--format", "json"))
    assert found["window"]["end"] == "2026-11-01T00:00:00+00:00"
    assert found["nodes"][0]["statement"]["month"] == "2026-10"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--month", "2026-13"], "must be written as 2026-10"),
        (["--month", "2017-12"], "from 2018 on that has begun"),
        (["--month", "2999-01"], "from 2018 on that has begun"),
        (["--month", "2026-10", "--as-of", UNTIL], "not both"),
    ],
)
def test_a_month_that_makes_no_sense_is_refused_with_a_sentence(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        printed("earnings", *arguments)


def test_a_month_is_for_earnings_only() -> None:
    with pytest.raises(CommandError, match="for the type earnings only"):
        printed("compare", "--month", "2026-10")


def test_compare_prints_the_statements_with_details() -> None:
    text = printed("compare", "--type", "earnings", "--as-of", UNTIL, "--details")
    assert "Earnings of November 2026, in US dollars:" in text
    assert "Earnings of November" not in printed("compare", "--type", "earnings", "--as-of", UNTIL)


def asked(client: Client, **fields: Any) -> Any:
    body = {"nodes": [NAME, OTHER], "type": "earnings"} | fields
    return client.post(reverse("api-comparison"), body, content_type="application/json")


def test_the_api_has_the_statement_of_a_month(viewer_client: Client) -> None:
    month.estimate(US1, total_earnings_gross=4.0, period="2026-10", timestamp=START)
    found = asked(viewer_client, month="2026-10").json()
    assert found["nodes"][0]["statement"]["gross"] == 4.0


def test_the_api_refuses_a_month_by_the_name_of_its_field(viewer_client: Client) -> None:
    answer = asked(viewer_client, month=10)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["month"])


def test_the_page_has_the_nodes_side_by_side_and_their_satellites(viewer_client: Client) -> None:
    query: dict[str, Any] = {"node": [node.pk for node in ensure_nodes([NAME, OTHER])]}
    found = viewer_client.get(reverse("compare"), query | {"type": "earnings", "as_of": UNTIL})
    text = found.content.decode()
    assert "Earnings of November 2026" in text
    assert "by satellite</summary>" in text
    assert '<th scope="row" title="12EayRS2V1kEsWESU9QMRseFhdxYxKicsiFmxrsLZHeLUtdps3S">us1</th>' in text


def test_terms_are_edited_beside_their_node_and_drop_its_results(admin_client: Client) -> None:
    (node,) = ensure_nodes([NAME])
    request = ComparisonRequest((NAME, OTHER), "earnings", 24, AS_OF)
    assert compare(request)["nodes"][0]["metrics"]["total_earnings"] == 3.0
    line = {"satellite": US1, "joined": "2025-01-01", "storage_rate": "3"}
    form = {"terms-TOTAL_FORMS": "1", "terms-INITIAL_FORMS": "0"}
    form |= {f"terms-0-{key}": value for key, value in line.items()}
    page = reverse("admin:nodes_node_change", args=[node.pk])
    assert admin_client.post(page, {"label": "", "notes": ""} | form).status_code == 302
    assert SatelliteTerms.objects.get().node == node
    again = compare(request)
    assert again["cached"] is False
    assert again["nodes"][0]["metrics"]["total_earnings"] == 6.0
    assert again["nodes"][0]["metrics"]["held_amount"] == 0.0


def test_a_rate_below_zero_is_refused(admin_client: Client) -> None:
    (node,) = ensure_nodes([NAME])
    form = {"terms-TOTAL_FORMS": "1", "terms-INITIAL_FORMS": "0", "terms-0-storage_rate": "-1"}
    page = admin_client.post(reverse("admin:nodes_node_change", args=[node.pk]), {"label": ""} | form)
    assert "greater than or equal to 0" in page.content.decode()
    assert not SatelliteTerms.objects.exists()


class TestMonths:
    @pytest.fixture(autouse=True)
    def october(self) -> None:
        for name, gross in ((NAME, 4.0), (OTHER, 2.0)):
            row = {"satellite": US1, "period": "2026-10", "timestamp": START, "node_name": name}
            EarningsEstimate.objects.create(**row, total_earnings_gross=gross, node_age_months=20)
            Payout.objects.create(**row, actual_payout=gross - 0.5)

    def test_the_command_prints_the_months_of_each_node_and_of_all(self) -> None:
        text = printed("earnings", "--as-of", UNTIL)
        assert f"{NAME}, month by month:" in text
        assert re.search(r"Oct 2026 +4\.00 +0\.00 +4\.00 +3\.50 +−0\.50", text)
        assert "All nodes together, month by month:" in text
        assert re.search(r"Oct 2026 +6\.00 +0\.00 +6\.00 +5\.00 +−1\.00", text)
        assert "Nov 2026, so far" in text

    def test_the_command_says_the_same_as_json(self) -> None:
        found = json.loads(printed("earnings", "--as-of", UNTIL, "--format", "json"))
        assert [month["difference"] for month in found["history"]["months"]] == [-1.0, None]
        assert found["nodes"][0]["history"]["months"][0]["paid"] == 3.5

    def test_the_command_has_a_row_of_csv_for_each_month(self) -> None:
        text = printed("earnings", NAME, "--as-of", UNTIL, "--months", "2", "--format", "csv")
        october, november = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
        assert (october["node"], october["month"], october["paid"], october["difference"]) == (
            NAME,
            "2026-10",
            "3.5",
            "-0.5",
        )
        assert (november["is_over"], november["paid"]) == ("False", "")

    @pytest.mark.parametrize("months", ["0", "37", "-1", "many", "1.5"])
    def test_a_number_of_months_that_makes_no_sense_is_refused(self, months: str) -> None:
        with pytest.raises(CommandError, match="number of months must be between 1 and 36"):
            printed("earnings", f"--months={months}")

    def test_no_line_of_the_command_is_wider_than_the_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for columns in (80, 100):
            monkeypatch.setenv("COLUMNS", str(columns))
            text = printed("earnings", "--as-of", UNTIL)
            assert max(map(len, text.splitlines())) <= columns
            assert re.search(r"Node +Storage +Egress +Repair", text)

    def test_the_api_has_as_many_months_as_asked_for(self, viewer_client: Client) -> None:
        assert len(asked(viewer_client, asOf=UNTIL, months=1).json()["history"]["months"]) == 1
        assert len(asked(viewer_client, asOf=UNTIL).json()["history"]["months"]) == 2
        assert list(asked(viewer_client, months=0).json()["errors"]) == ["months"]

    def test_the_page_has_them_as_tables_and_a_chart_with_its_text(self, viewer_client: Client) -> None:
        text = self.page(viewer_client, as_of=UNTIL)
        assert "Month by month" in text
        row = "<td>6.00</td><td>0.00</td><td>6.00</td><td>5.00</td><td>−1.00</td>"
        assert f'<th scope="row">Oct 2026</th>{row}' in text
        assert (
            'aria-label="Payout of attic: paid lowest 3.50, highest 3.50, last 3.50 USD; estimated lowest 4.00' in text
        )

    def test_the_months_are_a_file_of_csv(self, viewer_client: Client) -> None:
        response = viewer_client.get(reverse("earnings-csv"), self.query(as_of=UNTIL))
        assert 'filename="months-earnings-2026-11-' in response["Content-Disposition"]
        rows = list(csv.DictReader(io.StringIO(response.content.decode().lstrip("\ufeff"))))
        assert [(row["node"], row["month"]) for row in rows[:2]] == [(NAME, "2026-10"), (NAME, "2026-11")]

    def test_the_csv_of_another_type_has_no_months(self, viewer_client: Client) -> None:
        response = viewer_client.get(reverse("earnings-csv"), self.query(type="overall"))
        assert len(response.content.decode().splitlines()) == 1

    def test_a_month_is_chosen_on_the_page_and_names_it(self, viewer_client: Client) -> None:
        text = self.page(viewer_client, month="2026-10")
        assert '<h1 id="heading">Earnings of October 2026</h1>' in text
        assert "<title>Earnings, 2026-10: 2 nodes" in text
        assert 'name="month" value="2026-10"' in text
        assert "as_of=2026-11-01T00%3A00%3A00Z" in text, "the permanent link"
        assert 'name="range" value="24h">24 hours' not in text

    def test_a_wrong_month_gets_its_sentence_beside_it(self, viewer_client: Client) -> None:
        response = viewer_client.get(reverse("compare"), self.query(month="2026-13"))
        assert response.status_code == 400
        assert 'id="month-error">The month must be written as 2026-10.' in response.content.decode()

    def test_another_type_leaves_the_month_behind(self, viewer_client: Client) -> None:
        response = viewer_client.get(reverse("compare"), self.query(type="overall", month="2026-10", months="3"))
        assert "month" not in response["Location"]

    def test_what_was_asked_for_comes_first(self, viewer_client: Client) -> None:
        text = self.page(viewer_client, as_of=UNTIL)
        assert (
            text.index("by satellite</summary>")
            < text.index("Earnings of the month</th>")
            < text.index("Reputation</th>")
        )

    @staticmethod
    def query(**fields: Any) -> dict[str, Any]:
        return {"node": [node.pk for node in ensure_nodes([NAME, OTHER])], "type": "earnings"} | fields

    def page(self, client: Client, **fields: Any) -> str:
        response = client.get(reverse("compare"), self.query(**fields))
        assert response.status_code == 200
        return str(response.content.decode())


def test_the_field_of_the_month_says_which_one_is_shown(viewer_client: Client) -> None:
    query: dict[str, Any] = {"node": [node.pk for node in ensure_nodes([NAME, OTHER])], "type": "earnings"}
    this_month = f"{datetime.now(UTC):%Y-%m}"

    def field(**more: str) -> str:
        text = viewer_client.get(reverse("compare"), query | more).content.decode()
        found = re.search(r'name="month" value="([^"]*)"', text)
        assert found
        return found[1]

    assert field() == this_month
    assert field(month="2026-10") == "2026-10"
    # Only one of the two can be given.
    assert not field(as_of=UNTIL.replace("+00:00", "Z"))


def test_this_month_does_not_stay_in_an_address_nor_contradict_a_time(viewer_client: Client) -> None:
    ids = [node.pk for node in ensure_nodes([NAME, OTHER])]
    fields: dict[str, Any] = {"node": ids, "type": "earnings", "month": f"{datetime.now(UTC):%Y-%m}"}
    assert "month" not in viewer_client.get(reverse("compare"), fields)["Location"]
    page = viewer_client.get(reverse("compare"), fields | {"as_of": UNTIL.replace("+00:00", "Z")}, follow=True)
    assert page.status_code == 200
    assert "Earnings of November 2026" in page.content.decode()
