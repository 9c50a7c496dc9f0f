import pytest

from comparison.metrics import Metric, by_key
from comparison.units import counted, gap, ordinal, shown

USED, RATE, LATENCY = (
    by_key()["storage_used_bytes"],
    by_key()["success_rate_download"],
    by_key()["latency_upload_p50_ms"],
)
GROWTH, EARNED, YIELD = by_key()["growth_bytes_per_day"], by_key()["total_earnings"], by_key()["earnings_per_stored_tb"]


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        (USED, 0, "0 B"),
        (USED, 990, "990 B"),
        (USED, 1000, "1.00 kB"),
        (USED, 350_120_000_000, "350.12 GB"),
        (USED, 999_499, "999.50 kB"),
        (USED, 999_999_999_999, "1.00 TB"),
        (USED, 2 * 10**18, "2.00 EB"),
        (USED, 8_800_000_000_000, "8.80 TB"),
        (GROWTH, -121_010_000_000, "−121.01 GB/day"),
        (RATE, 98.4, "98.40 %"),
        (LATENCY, 1933, "1,933 ms"),
        (EARNED, 1234.5, "1,234.50 USD"),
        (YIELD, 1.5, "1.50 USD"),
        (by_key()["storage_efficiency"], 72.43, "72.43 of 100"),
        (by_key()["days_until_full"], 37.4, "37.4 days"),
        (by_key()["audits_failed"], 0, "0"),
        (RATE, None, "–"),
    ],
)
def test_values_are_written_in_decimal_units(metric: Metric, value: float | None, text: str) -> None:
    assert str(shown(metric, value)) == text


def test_a_gap_has_a_sign_and_the_decimals_of_its_metric() -> None:
    assert gap(RATE, 91.49, 98.17) == "−6.68"
    assert gap(LATENCY, 1933, 836) == "+1,097"
    assert gap(LATENCY, 836, 836) == ""


def test_ordinals_and_counts_follow_english() -> None:
    assert [ordinal(place) for place in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == (
        ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th"]
    )
    assert (counted(1, "event"), counted(10_000, "event")) == ("1 event", "10,000 events")
