import pytest
from django.core.management import CommandError, call_command

from comparison.explained import explained, unit_of
from comparison.metrics import REGISTRY, Metric, by_key


@pytest.mark.parametrize("metric", REGISTRY, ids=lambda metric: metric.key)
class TestEveryMetric:
    def test_says_what_it_means_how_it_is_computed_and_why_it_may_be_missing(self, metric: Metric) -> None:
        texts = dict(explained(metric))
        assert list(texts) == ["Meaning", "Formula", "Unit", "Basis", "No value", "Rank"]
        assert all(text.strip() for text in texts.values())
        assert texts["No value"].startswith("Missing")
        assert all(texts[term].endswith(".") for term in ("Meaning", "Unit", "Basis", "No value", "Rank"))

    def test_says_that_it_is_never_ranked_exactly_where_no_direction_is_better(self, metric: Metric) -> None:
        assert metric.about.unranked.startswith("Never ranked") == (metric.better is None)


def test_the_unit_comes_in_words_with_its_decimals() -> None:
    assert unit_of(by_key()["success_rate_download"]) == "per cent, 2 decimals"
    assert unit_of(by_key()["days_until_full"]) == "days, 1 decimal"
    assert unit_of(by_key()["latency_download_p50_ms"]) == "milliseconds"


class TestTheCommand:
    def test_explains_a_metric_without_reading_a_database(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("compare", "--explain", "audit_failures_left")
        said = capsys.readouterr().out
        assert said.startswith("Audit failures left (audit_failures_left), in comparisons of performance,")
        assert "Formula: ⌊ln(0.96 / score) / ln(0.999)⌋ + 1 of the worst satellite\n" in said

    def test_names_the_metrics_that_may_be_meant(self) -> None:
        with pytest.raises(CommandError, match="did you mean audit_failures_left"):
            call_command("compare", "--explain", "audit_failure_left")

    def test_lists_all_where_none_is_near(self) -> None:
        with pytest.raises(CommandError, match="the keys are success_rate_download, "):
            call_command("compare", "--explain", "zzzzzz")
